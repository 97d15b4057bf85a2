import * as vscode from 'vscode';
import { MINER_KINDS, type MinerKind } from '../../fleet/minerData';
import { describeScope, type FleetScope, minersInScope } from '../../fleet/scope';
import type { WarmReport } from '../../service/warmReport';
import { plural } from '../format';
import { showInformation, showWithLog } from '../messages';
import { withProgress } from '../progress';
import type { MinersNode } from '../views/minerNodes';
import { type CommandParts, requireServices } from './commandParts';
import { pickScope, scopeOf } from './scopes';

const KIND_HINTS: Readonly<Record<MinerKind, string>> = {
  status: 'whether it mines',
  stats: 'hashrate, power, shares',
  details: 'model, firmware, uptime',
  hashboards: 'temperatures, frequencies, voltages',
  errors: 'what it complains about',
  config: 'pools, cooling, targets',
  pools: 'which pools answer, shares',
  cooling: 'fans, highest temperature',
};

/** *Warm Cache…*: fills the cache for a miner, a tenant or the fleet, leaving alone what is fresh. */
export async function warm({ session, log }: CommandParts, node?: MinersNode): Promise<void> {
  const services = await requireServices(session);
  const scope = scopeOf(node) ?? (await pickScope(services, 'Warm Cache'));
  const kinds = scope && (await pickKinds(scope));
  if (scope === undefined || kinds === undefined) {
    return;
  }
  const miners = minersInScope(services.inventory.current.miners, scope);
  const report = await withProgress(`Warming ${describeScope(scope)}`, 'entries', (onProgress, signal) =>
    services.warmer.warm(miners, kinds, { signal, onProgress }),
  );
  for (const { cause, count, minerIds } of report.failures) {
    log.warn(`Warming ${describeScope(scope)}: ${count} × ${cause}, for example ${minerIds.join(', ')}.`);
  }
  await showReport(scope, report, log);
}

async function pickKinds(scope: FleetScope): Promise<readonly MinerKind[] | undefined> {
  const items = MINER_KINDS.map((kind) => ({ label: kind, description: KIND_HINTS[kind], picked: true }));
  const picked = await vscode.window.showQuickPick(items, {
    title: `Warm Cache: ${describeScope(scope)}`,
    placeHolder: 'What to read from the miners and keep in Redis',
    canPickMany: true,
  });
  const kinds = picked?.map(({ label }) => label);
  return kinds === undefined || kinds.length === 0 ? undefined : kinds;
}

async function showReport(scope: FleetScope, report: WarmReport, log: vscode.LogOutputChannel): Promise<void> {
  const done = report.warmed + report.notStored + report.fresh + report.failed;
  const sentences = [
    report.cancelled
      ? `Cancelled after ${done} of ${plural(report.total, 'entry', 'entries')} of ${describeScope(scope)}.`
      : `Warmed ${describeScope(scope)}.`,
    `${report.warmed} fetched, ${report.fresh} were fresh, ${report.failed} failed.`,
  ];
  if (report.failures.length > 0) {
    sentences.push(`Causes: ${report.failures.map(({ cause, count }) => `${cause} (${count})`).join(', ')}.`);
  }
  if (report.notStored > 0) {
    sentences.push(`${report.notStored} were fetched but did not reach Redis. ${report.storeProblem ?? ''}`);
  }
  const message = sentences.join(' ');
  if (report.failed === 0 && report.notStored === 0) {
    showInformation(message);
    return;
  }
  await showWithLog('warning', message, log);
}

import * as vscode from 'vscode';
import { MINER_KINDS, type MinerKind } from '../../fleet/minerData';
import { describeScope, type FleetScope, minersInScope } from '../../fleet/scope';
import type { MinersNode } from '../views/minerNodes';
import { type CommandParts, requireServices } from './commandParts';
import { pickScope, scopeOf } from './scopes';
import { runWarming } from './warming';

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

/**
 * *Warm Cache…*: fills the cache for a miner, a tenant, a tag or the fleet, leaving alone what is fresh. On an entry's row that entry
 * alone, without a question.
 */
export async function warm({ session, log }: CommandParts, node?: MinersNode): Promise<void> {
  const services = await requireServices(session);
  const scope = scopeOf(node) ?? (await pickScope(services, 'Warm Cache'));
  const kinds = node?.type === 'entry' ? [node.kind] : scope && (await pickKinds(scope));
  if (scope === undefined || kinds === undefined) {
    return;
  }
  const miners = minersInScope(services.inventory.current.miners, scope);
  const what = node?.type === 'entry' ? `${node.kind} of ${describeScope(scope)}` : describeScope(scope);
  await runWarming(services, log, what, (options) => services.warmer.warm(miners, kinds, options));
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

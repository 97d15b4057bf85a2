import * as vscode from 'vscode';
import type { Miner } from '../../fleet/miner';
import { describeChange, type MinerChange } from '../../fleet/minerChange';
import { describeScope, type FleetScope, minersInScope } from '../../fleet/scope';
import { type FleetWriteReport, remaining } from '../../service/fleetWriter';
import { consequencesOf } from '../consequences';
import { plural } from '../format';
import { plainText, showInformation } from '../messages';
import { withProgress } from '../progress';
import type { MinersNode } from '../views/minerNodes';
import type { ChangeTarget } from './changeTarget';
import { type CommandParts, requireServices } from './commandParts';
import { ACTIONS } from './controlActions';
import { pickScope, scopeOf } from './scopes';

const LISTED_CAUSES = 3;

/** *Control Miners…*: has a miner, a tenant's miners or the fleet do something, after a question. */
export async function control({ session, log }: CommandParts, node?: MinersNode): Promise<void> {
  const services = await requireServices(session);
  const scope = scopeOf(node) ?? (await pickScope(services, 'Control Miners'));
  if (scope === undefined) {
    return;
  }
  const miners = minersInScope(services.inventory.current.miners, scope);
  const title = `Control Miners: ${describeScope(scope)}`;
  const change = await pickChange({ services, title, miners });
  if (change === undefined || !(await confirm(scope, miners, change))) {
    return;
  }
  let due = miners;
  while (due.length > 0) {
    const report = await withProgress(
      `Telling ${describeScope(scope)} to ${describeChange(change)}`,
      'miners',
      (onProgress, signal) => services.fleetWriter.change(due, change, { onProgress, signal }),
    );
    for (const { miner, reason } of report.failed) {
      log.warn(`${miner.id} was not told to ${describeChange(change)}: ${reason}`);
    }
    due = (await showReport(scope, change, report, log)) ? remaining(report) : [];
  }
}

async function pickChange(target: ChangeTarget): Promise<MinerChange | undefined> {
  const { title } = target;
  const action = await vscode.window.showQuickPick(ACTIONS, { title, placeHolder: 'What the miners are to do' });
  return action?.change(target);
}

async function confirm(scope: FleetScope, miners: readonly Miner[], change: MinerChange): Promise<boolean> {
  const question = `Tell ${describeScope(scope)} to ${describeChange(change)}?`;
  const detail = [`This is sent to ${plural(miners.length, 'miner')}.`, ...consequencesOf(change)].join(' ');
  const proceed = 'Send';
  const choice = await vscode.window.showWarningMessage(
    plainText(question),
    { modal: true, detail: plainText(detail) },
    proceed,
  );
  return choice === proceed;
}

/** @returns whether the person wants those that are left to be tried again. */
async function showReport(
  scope: FleetScope,
  change: MinerChange,
  report: FleetWriteReport,
  log: vscode.LogOutputChannel,
): Promise<boolean> {
  const { changed, failed, untouched } = report;
  const [first, ...others] = changed;
  const isOne = first !== undefined && others.length === 0;
  const who = isOne ? first.id : `${plural(changed.length, 'miner')} of ${describeScope(scope)}`;
  const done = `${who} obeyed: ${describeChange(change)}.`;
  if (failed.length + untouched.length === 0) {
    showInformation(done);
    return false;
  }
  const sentences = [
    done,
    ...(failed.length > 0 ? [`${failed.length} failed: ${causes(report)}.`] : []),
    ...(untouched.length > 0 ? [`${untouched.length} were not asked: cancelled.`] : []),
  ];
  const retry = `Try ${failed.length + untouched.length} Again`;
  const showLog = 'Show Log';
  const choice = await vscode.window.showWarningMessage(plainText(sentences.join(' ')), retry, showLog);
  if (choice === showLog) {
    log.show();
  }
  return choice === retry;
}

function causes({ failed }: FleetWriteReport): string {
  const shown = failed.slice(0, LISTED_CAUSES).map(({ miner, reason }) => `${miner.id} (${reason.replace(/\.$/, '')})`);
  return failed.length > shown.length ? `${shown.join(', ')} and others` : shown.join(', ');
}

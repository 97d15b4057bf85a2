import * as vscode from 'vscode';
import type { Miner } from '../../fleet/miner';
import { describeChange, type MinerChange } from '../../fleet/minerChange';
import { describeScope, type FleetScope, minersInScope } from '../../fleet/scope';
import { type FleetWriteReport, remaining } from '../../service/fleetWriter';
import { plural } from '../format';
import { plainText, showInformation } from '../messages';
import { withProgress } from '../progress';
import type { MinersNode } from '../views/minerNodes';
import { type CommandParts, requireServices } from './commandParts';
import { pickScope, scopeOf } from './scopes';

interface Action extends vscode.QuickPickItem {
  /** The change, asked for if it needs a value; `undefined` when the person thinks better of it. */
  change(): Promise<MinerChange | undefined> | MinerChange;
}

const ACTIONS: readonly Action[] = [
  { label: '$(debug-pause) Pause mining', change: () => ({ type: 'pause' }) },
  { label: '$(play) Resume mining', change: () => ({ type: 'resume' }) },
  {
    label: '$(dashboard) Set power target…',
    description: 'in watts',
    change: async () => {
      const powerW = await askNumber('Power target in watts, within what each miner allows', '3000');
      return powerW === undefined ? undefined : { type: 'power-target', powerW };
    },
  },
  {
    label: '$(pulse) Set hashrate target…',
    description: 'in TH/s',
    change: async () => {
      const hashrateThs = await askNumber('Hashrate target in TH/s, within what each miner allows', '100');
      return hashrateThs === undefined ? undefined : { type: 'hashrate-target', hashrateThs };
    },
  },
  { label: '$(lightbulb) Blink, to be found', change: () => ({ type: 'locate', on: true }) },
  { label: '$(lightbulb-empty) Stop blinking', change: () => ({ type: 'locate', on: false }) },
  { label: '$(debug-restart) Restart mining software', change: () => ({ type: 'restart' }) },
  { label: '$(sync) Reboot', description: 'the control board', change: () => ({ type: 'reboot' }) },
];

/** Changes that stop a machine from mining, for a while or for good. */
const DISRUPTIVE: readonly MinerChange['type'][] = ['pause', 'restart', 'reboot'];

const LISTED_CAUSES = 3;

/** *Control Miners…*: has a miner, a tenant's miners or the fleet do something, after a question. */
export async function control({ session, log }: CommandParts, node?: MinersNode): Promise<void> {
  const services = await requireServices(session);
  const scope = scopeOf(node) ?? (await pickScope(services, 'Control Miners'));
  const change = scope && (await pickChange(scope));
  if (scope === undefined || change === undefined) {
    return;
  }
  const miners = minersInScope(services.inventory.current.miners, scope);
  if (!(await confirm(scope, miners, change))) {
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

async function pickChange(scope: FleetScope): Promise<MinerChange | undefined> {
  const title = `Control Miners: ${describeScope(scope)}`;
  const action = await vscode.window.showQuickPick(ACTIONS, { title, placeHolder: 'What the miners are to do' });
  return action?.change();
}

async function askNumber(prompt: string, placeHolder: string): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    prompt,
    placeHolder,
    validateInput: (value) => (isPositive(value) ? undefined : `Write a number above 0, such as ${placeHolder}.`),
  });
  return text === undefined ? undefined : Number(text);
}

function isPositive(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text)) && Number(text) > 0;
}

async function confirm(scope: FleetScope, miners: readonly Miner[], change: MinerChange): Promise<boolean> {
  const question = `Tell ${describeScope(scope)} to ${describeChange(change)}?`;
  const consequence = DISRUPTIVE.includes(change.type) ? ' They earn nothing meanwhile.' : '';
  const detail = `This is sent to ${plural(miners.length, 'miner')}.${consequence}`;
  const proceed = 'Send';
  const choice = await vscode.window.showWarningMessage(plainText(question), { modal: true, detail }, proceed);
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
  const done = `${plural(changed.length, 'miner')} of ${describeScope(scope)} obeyed: ${describeChange(change)}.`;
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

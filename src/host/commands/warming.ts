import * as vscode from 'vscode';
import type { FleetServices } from '../../service/fleetServices';
import type { WarmOptions } from '../../service/warmer';
import type { WarmReport } from '../../service/warmReport';
import { plainText, showInformation } from '../messages';
import { withProgress } from '../progress';
import { describeFailures, describeWarming } from '../warmText';

/**
 * Fills the cache under a progress notification, and says what came of it: each failure by its cause, and with a way to try again
 * what failed.
 *
 * @param what is warmed, as it stands within a sentence.
 * @throws {StoreError} when Redis is down.
 */
export async function runWarming(
  { warmer }: Pick<FleetServices, 'warmer'>,
  log: vscode.LogOutputChannel,
  what: string,
  run: (options: WarmOptions) => Promise<WarmReport>,
): Promise<void> {
  let next: typeof run | undefined = run;
  while (next !== undefined) {
    const attempt: typeof run = next;
    const report = await withProgress(`Warming ${what}`, 'entries', (onProgress, signal) =>
      attempt({ signal, onProgress }),
    );
    for (const line of describeFailures(what, report)) {
      log.warn(line);
    }
    next = (await showReport(what, report, log)) ? (options) => warmer.retry(report, options) : undefined;
  }
}

/** @returns whether the person wants what failed to be tried again. */
async function showReport(what: string, report: WarmReport, log: vscode.LogOutputChannel): Promise<boolean> {
  const message = describeWarming(what, report);
  if (report.failed === 0 && report.notStored === 0) {
    showInformation(message);
    return false;
  }
  const retry = 'Retry Failed';
  const showLog = 'Show Log';
  const actions = report.failed === 0 ? [showLog] : [retry, showLog];
  const choice = await vscode.window.showWarningMessage(plainText(message), ...actions);
  if (choice === showLog) {
    log.show();
  }
  return choice === retry;
}

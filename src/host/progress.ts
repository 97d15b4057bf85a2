import * as vscode from 'vscode';
import { plainText } from './messages';

/** Reports how far a task is. @param doing what is done now, in place of the numbers. */
export type ReportProgress = (done: number, total: number, doing?: string) => void;

/**
 * Runs a task under a progress notification with a Cancel button.
 *
 * @param noun what is counted, in the plural, for "120 of 200 miners".
 */
export async function withProgress<T>(
  title: string,
  noun: string,
  task: (report: ReportProgress, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress(
    { location, title: plainText(title), cancellable: true },
    async (progress, token) => {
      const cancellation = new AbortController();
      const listener = token.onCancellationRequested(() => cancellation.abort());
      let shownPercent = 0;
      const report: ReportProgress = (done, total, doing) => {
        const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
        // Thousands of steps are a hundred messages to the window at most.
        if (percent > shownPercent) {
          progress.report({
            increment: percent - shownPercent,
            message: plainText(doing ?? `${done} of ${total} ${noun}`),
          });
          shownPercent = percent;
        }
      };
      try {
        return await task(report, cancellation.signal);
      } finally {
        listener.dispose();
      }
    },
  );
}

import * as vscode from 'vscode';
import { plainText } from './messages';

/** Reports how far a task is. @param doing what is done now, in place of the numbers. */
export type ReportProgress = (done: number, total: number, doing?: string) => void;

/**
 * A task that is done sooner needs no notification: one that goes as soon as it came is noise, and VS Code shows nothing of a fourth
 * notification within 0.8 s, which would be the one that tells the result.
 */
const SHOWN_AFTER_MS = 300;

/**
 * Runs a task under a progress notification with a Cancel button, which shows once the task has taken a moment.
 *
 * @param noun what is counted, in the plural, for "120 of 200 miners".
 */
export async function withProgress<T>(
  title: string,
  noun: string,
  task: (report: ReportProgress, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const cancellation = new AbortController();
  const display = new ProgressDisplay(noun);
  const running = task((done, total, doing) => display.report(done, total, doing), cancellation.signal);
  if (!(await isDoneWithin(running, SHOWN_AFTER_MS))) {
    const location = vscode.ProgressLocation.Notification;
    await vscode.window.withProgress(
      { location, title: plainText(title), cancellable: true },
      async (progress, token) => {
        const listener = token.onCancellationRequested(() => cancellation.abort());
        display.showIn(progress);
        await settled(running);
        listener.dispose();
      },
    );
  }
  return running;
}

/** What a progress notification shows of a task, from when there is one. */
class ProgressDisplay {
  private progress: vscode.Progress<{ message?: string; increment?: number }> | undefined;
  private shownPercent = 0;
  private latest: { readonly percent: number; readonly message: string } | undefined;

  constructor(private readonly noun: string) {}

  report(done: number, total: number, doing: string | undefined): void {
    const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
    this.latest = { percent, message: plainText(doing ?? `${done} of ${total} ${this.noun}`) };
    this.show();
  }

  showIn(progress: vscode.Progress<{ message?: string; increment?: number }>): void {
    this.progress = progress;
    this.show();
  }

  private show(): void {
    // Thousands of steps are a hundred messages to the window at most.
    if (this.progress !== undefined && this.latest !== undefined && this.latest.percent > this.shownPercent) {
      const { percent, message } = this.latest;
      this.progress.report({ increment: percent - this.shownPercent, message });
      this.shownPercent = percent;
    }
  }
}

async function isDoneWithin(task: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const moment = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const isDone = await Promise.race([settled(task), moment]);
  clearTimeout(timer);
  return isDone;
}

function settled(task: Promise<unknown>): Promise<true> {
  return task.then(
    () => true,
    () => true,
  );
}

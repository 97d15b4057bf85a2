import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import { plainText, showInformation } from '../messages';
import type { AgentQuestion } from './mcpParts';

/** After that the question is stale, in ms. */
const PATIENCE_MS = 5 * 60_000;
/** Nobody answers more with care. */
const MOST_WAITING = 5;
const REFUSE = 'Refuse';

/** Asks the person at this window about what agents want to do, one question after the other. */
export class PersonAsker {
  private queue: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(private readonly clock: Clock) {}

  /**
   * Resolves to whether the person agrees. It is a no when the agent gives it up, after five minutes, and at once when five
   * questions wait for an answer already.
   */
  async ask(question: AgentQuestion, signal: AbortSignal): Promise<boolean> {
    if (this.waiting >= MOST_WAITING) {
      return false;
    }
    this.waiting++;
    const timeUp = new AbortController();
    const timer = this.clock.setTimeout(() => timeUp.abort(), PATIENCE_MS);
    const isOver = AbortSignal.any([signal, timeUp.signal]);
    const answer = this.queue.then(() => (isOver.aborted ? false : this.show(question, isOver)));
    this.queue = answer.catch(() => {});
    try {
      return await answer;
    } finally {
      this.waiting--;
      timer.dispose();
    }
  }

  private async show({ title, detail, agreement }: AgentQuestion, isOver: AbortSignal): Promise<boolean> {
    // What Enter chooses comes first, and that must not be the agreement.
    const shown = vscode.window
      .showWarningMessage(plainText(title), { modal: true, detail }, REFUSE, agreement)
      .then((choice) => choice === agreement);
    const given = await Promise.race([shown, aborted(isOver)]);
    if (given === undefined) {
      // VS Code cannot take a question back.
      void shown.then((hasAgreed) => {
        if (hasAgreed) {
          showInformation('The agent does not wait for it any more. Nothing was done.');
        }
      });
    }
    return given === true;
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(undefined);
    } else {
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    }
  });
}

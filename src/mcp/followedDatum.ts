import type { Clock } from '../base/clock';
import { CancelledError, describeError } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import type { Reading } from '../cache/reading';

/**
 * After which what was voided is read once more, in ms. The event may come before the first tier is told, over another connection;
 * after a second the tier was told, or is passed over.
 */
const AGAIN_MS = 1_100;
/** From one look to the next at least, in ms; also after one that failed. */
const PAUSE_MS = 5_000;
/** After an event the tier may be told late; before that no look is worth while, in ms. */
const SOON_MS = 150;

/** Data that somebody follows: read again when its TTL has passed, which shows a change that no event told. */
export class FollowedDatum implements Disposable {
  private readonly stop = new AbortController();
  private timer: Disposable | undefined;
  private known: string | undefined;
  private looks = 0;

  /**
   * @param onDidChange called when a look finds other data than the one before.
   * @param read on the product's own account; `undefined` when there is nothing to read any more.
   */
  constructor(
    private readonly clock: Clock,
    private readonly onDidChange: () => void,
    private readonly read: (signal: AbortSignal) => Promise<Reading<unknown> | undefined>,
  ) {
    void this.look(false);
  }

  /** Whoever follows it is told already: what comes next is what it is compared with. */
  noteVoid(): void {
    this.known = undefined;
    this.lookLater(SOON_MS, () => this.lookAgain());
  }

  dispose(): void {
    this.stop.abort();
    this.timer?.dispose();
  }

  private async lookAgain(): Promise<void> {
    await this.look(false);
    this.lookLater(AGAIN_MS, () => this.look(true));
  }

  private async look(isCompared: boolean): Promise<void> {
    const number = ++this.looks;
    const { text, dueMs } = await this.found();
    if (this.stop.signal.aborted || number !== this.looks) {
      return;
    }
    const isOther = this.known !== undefined && this.known !== text;
    this.known = text;
    if (isCompared && isOther) {
      this.onDidChange();
    }
    this.lookLater(Math.max(PAUSE_MS, dueMs), () => this.look(true));
  }

  private async found(): Promise<{ readonly text: string; readonly dueMs: number }> {
    try {
      const reading = await this.read(this.stop.signal);
      const dueMs = reading === undefined ? 0 : reading.fetchedAt + reading.ttlS * 1_000 - this.clock.now();
      // That data is stale is a change of it; how old it is, is none.
      return { text: JSON.stringify([reading?.data, reading?.origin === 'stale']), dueMs };
    } catch (error) {
      // A reason names what is different each time, such as how long was waited.
      return { text: error instanceof CancelledError ? '' : `failed: ${describeError(error).slice(0, 20)}`, dueMs: 0 };
    }
  }

  private lookLater(delayMs: number, look: () => Promise<void>): void {
    this.timer?.dispose();
    if (!this.stop.signal.aborted) {
      this.timer = this.clock.setTimeout(() => void look(), delayMs);
    }
  }
}

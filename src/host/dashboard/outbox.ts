import type { Clock } from '../../base/clock';
import { describeError } from '../../base/errors';
import type { Disposable } from '../../base/lifecycle';
import type { Logger } from '../../base/logger';
import type { HostMessage } from '../../protocol/dashboard';

/** A page as far as messages go to it. */
export interface Recipient {
  /** Resolves to whether the page took the message. */
  post(message: HostMessage): PromiseLike<boolean>;
}

/** What a page is to draw, before it has its number. */
export type Drawable = Extract<HostMessage, { type: 'snapshot' | 'rest' | 'update' }>;

/** What became of something to draw: drawn, not taken, or taken and not drawn for as long as that is waited for. */
export type Fate = 'drawn' | 'refused' | 'silent';

/** For so long a message is waited for, in ms. */
const PATIENCE_MS = 10_000;

/**
 * The messages to one page. VS Code tells that a page has a message, and not what it does with it: in a page that cannot keep up,
 * more and more of them wait. So each message that it is to draw has a number, which the page says when it has drawn it.
 *
 * 1. Message 1 goes out. The page's window is minimised, so that nothing is drawn, and after a while 1 is not waited for any more.
 * 2. Message 2 goes out, and the window shows again: the page draws both in one frame, and says 2.
 * 3. Had it drawn 1 alone before 2 came, it would say 1, which does not end the waiting for 2.
 */
export class Outbox {
  private lastNumber = 0;
  private awaited: { readonly number: number; readonly settle: () => void } | undefined;

  constructor(
    private readonly page: Recipient,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** @returns whether the page took the message in time. */
  async post(message: HostMessage): Promise<boolean> {
    return (await this.inTime(this.handOver(message))) ?? false;
  }

  /** One at a time: for an earlier one nobody waits any more. */
  async postToDraw(message: Drawable): Promise<Fate> {
    const number = ++this.lastNumber;
    const drawn = new Promise<Fate>((resolve) => {
      this.awaited = { number, settle: () => resolve('drawn') };
    });
    const taken = this.handOver({ ...message, number });
    const fate = await this.inTime(taken.then((isTaken): Fate | Promise<Fate> => (isTaken ? drawn : 'refused')));
    return fate ?? 'silent';
  }

  /** The page has drawn this message, and what came before it. */
  noteDrawn(number: number): void {
    if (this.awaited !== undefined && number >= this.awaited.number && number <= this.lastNumber) {
      this.awaited.settle();
      this.awaited = undefined;
    }
  }

  private async handOver(message: HostMessage): Promise<boolean> {
    try {
      return await this.page.post(message);
    } catch (error) {
      // A webview that was closed meanwhile.
      this.logger.debug(`The dashboard’s page was not reached: ${describeError(error)}`);
      return false;
    }
  }

  /** `undefined` when it took too long. */
  private async inTime<T>(result: Promise<T>): Promise<T | undefined> {
    let timer: Disposable | undefined;
    const timeout = new Promise<undefined>((resolve) => {
      timer = this.clock.setTimeout(() => resolve(undefined), PATIENCE_MS);
    });
    try {
      return await Promise.race([result, timeout]);
    } finally {
      timer?.dispose();
    }
  }
}

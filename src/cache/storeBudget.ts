import type { Clock } from '../base/clock';
import type { Disposable } from '../base/lifecycle';

/**
 * How long one read may wait for the store in all. A miss asks it several times, and each time the store bounds by itself:
 * without a bound for the whole, one that is only just in time would cost a read several command timeouts, and a batch of
 * many keys several for each round of fetches.
 */
export class StoreBudget {
  /** Of all who wait together, in ms. */
  private leftMs: number;

  /**
   * @param limitMs of the read, in ms.
   * @param waiters how many of a batch wait at the same time, and share the budget.
   */
  constructor(
    limitMs: number,
    private readonly clock: Clock,
    private readonly waiters = 1,
  ) {
    this.leftMs = limitMs * waiters;
  }

  get isUsedUp(): boolean {
    return this.leftMs <= 0;
  }

  /** Resolves to what the store gives; to `undefined` when the time is up, or was up already: then nothing is asked. */
  async wait<T>(ask: () => Promise<T>): Promise<T | undefined> {
    if (this.isUsedUp) {
      return undefined;
    }
    const startedAt = this.clock.monotonic();
    let timer: Disposable | undefined;
    const timeUp = new Promise<undefined>((resolve) => {
      timer = this.clock.setTimeout(() => resolve(undefined), this.leftMs / this.waiters);
    });
    try {
      return await Promise.race([ask(), timeUp]);
    } finally {
      timer?.dispose();
      this.leftMs -= this.clock.monotonic() - startedAt;
    }
  }

  /** What the source took, in ms, the store may take once more: a read that is slow by its source goes on asking others. */
  grant(ms: number): void {
    this.leftMs += ms;
  }
}

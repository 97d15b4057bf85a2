import type { Event } from '../base/emitter';

/**
 * The store's wall clock. Entries are dated and expire by it, so that all instances agree whatever their machines' clocks say,
 * and whatever is done to those.
 */
export interface StoreClock {
  /**
   * What to add to this machine's wall clock to get the store's, in ms; `undefined` while it is not known.
   *
   * @param wallMs and `monotonicMs`: this machine's two clocks now. It is asked with each read, which has them at hand.
   */
  offsetAt(wallMs: number, monotonicMs: number): number | undefined;

  /** Resolves when it is known, or cannot be for the time being; at the latest after the store's command timeout. */
  settle(): Promise<void>;

  /** What was judged by it lately may be wrong: this machine slept, or its clock was set. */
  readonly onDidJump: Event<void>;
}

/** For a store that goes by this machine's own clock. */
export const SAME_CLOCK: StoreClock = {
  offsetAt: () => 0,
  settle: () => Promise.resolve(),
  onDidJump: () => ({ dispose() {} }),
};

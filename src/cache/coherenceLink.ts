import type { Event } from '../base/emitter';
import type { Disposable } from '../base/lifecycle';

/**
 * The store's own news of which keys were changed, by whomever. It is what makes a first tier possible: without it nobody
 * could know that a value in this process was voided by another.
 */
export interface CoherenceLink extends Disposable {
  /**
   * All changes that the store made before this moment were told, as `Clock.monotonic` gives it, in ms. `-Infinity` while
   * the link does not stand. On several nodes it is the moment of the one that was heard of least recently.
   */
  readonly caughtUpTo: number;

  /**
   * Names of keys that changed; or `everything`, when nothing that was read so far may be relied upon: the link was lost, it
   * stands anew, or all keys were removed.
   */
  readonly onDidInvalidate: Event<readonly string[] | 'everything'>;
}

/** A link that never stands, for a cache that works without a first tier. */
export const NO_LINK: CoherenceLink = {
  caughtUpTo: Number.NEGATIVE_INFINITY,
  onDidInvalidate: () => ({ dispose() {} }),
  dispose() {},
};

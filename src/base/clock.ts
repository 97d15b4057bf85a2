import { type Disposable, toDisposable } from './lifecycle';

/** Time as the product sees it, so that tests can move it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds since some moment; never set back, whatever happens to the wall clock. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs` milliseconds unless disposed before. */
  setTimeout(callback: () => void, delayMs: number): Disposable;
}

/** The machine's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return toDisposable(() => clearTimeout(timer));
  },
};

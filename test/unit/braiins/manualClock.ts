import type { Clock } from '../../../src/base/clock';
import { type Disposable, toDisposable } from '../../../src/base/lifecycle';

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  private time = 1_000_000;
  private readonly timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  now(): number {
    return this.time;
  }

  setTimeout(callback: () => void, delayMs: number): Disposable {
    const timer = { at: this.time + delayMs, callback };
    this.timers.add(timer);
    return toDisposable(() => this.timers.delete(timer));
  }

  /** Milliseconds until each timer that is set. */
  get pending(): number[] {
    return [...this.timers].map((timer) => timer.at - this.time);
  }

  /** Moves the time and runs what is due. */
  advance(ms: number): void {
    this.time += ms;
    for (const timer of [...this.timers]) {
      if (timer.at <= this.time && this.timers.delete(timer)) {
        timer.callback();
      }
    }
  }
}

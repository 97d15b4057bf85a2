import type { Clock } from '../../base/clock';
import { Emitter } from '../../base/emitter';
import { type Disposable, toDisposable } from '../../base/lifecycle';
import type { SimulatedState } from './ownWays';
import type { StateTimeline } from './timeline';

/** Tells followers of one miner its state: once at once, then at each change. Keeps a timer only while somebody follows. */
export class StatusFeed implements Disposable {
  private readonly changes = new Emitter<SimulatedState>();
  private followers = 0;
  private last: SimulatedState;
  private timer: Disposable | undefined;

  constructor(
    private readonly timeline: StateTimeline,
    private readonly clock: Clock,
  ) {
    this.last = timeline.stateAt(clock.now());
  }

  follow(listener: (state: SimulatedState) => void): Disposable {
    this.refresh();
    listener(this.last);
    const registration = this.changes.event(listener);
    this.followers += 1;
    this.schedule();
    return toDisposable(() => {
      registration.dispose();
      this.followers -= 1;
      this.schedule();
    });
  }

  /** Looks whether the state has changed; call it after each intervention in the timeline. */
  refresh(): void {
    const state = this.timeline.stateAt(this.clock.now());
    if (state !== this.last) {
      this.last = state;
      this.changes.fire(state);
    }
    this.schedule();
  }

  dispose(): void {
    this.timer?.dispose();
    this.changes.dispose();
  }

  private schedule(): void {
    this.timer?.dispose();
    this.timer = undefined;
    const now = this.clock.now();
    const next = this.followers > 0 ? this.timeline.nextChange(now) : undefined;
    if (next !== undefined) {
      this.timer = this.clock.setTimeout(() => this.refresh(), Math.max(1, next - now));
    }
  }
}

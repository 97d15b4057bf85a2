import type { Clock } from '../../base/clock';

export interface Rate {
  /** Granted per second in the long run. */
  readonly perSecond: number;
  /** Granted at once after a rest. */
  readonly burst: number;
}

/** A token bucket. */
export class RateLimit {
  private tokens: number;
  private filledAt: number;

  constructor(
    private readonly rate: Rate,
    private readonly clock: Clock,
  ) {
    this.tokens = rate.burst;
    this.filledAt = clock.monotonic();
  }

  /** Whether one more is granted. */
  take(): boolean {
    const { perSecond, burst } = this.rate;
    const now = this.clock.monotonic();
    this.tokens = Math.min(burst, this.tokens + ((now - this.filledAt) / 1_000) * perSecond);
    this.filledAt = now;
    if (this.tokens < 1) {
      return false;
    }
    this.tokens--;
    return true;
  }
}

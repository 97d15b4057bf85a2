import type { Clock } from '../base/clock';
import { FleetCacheError } from '../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import { BENCHMARK_LEASE_KEY } from '../cache/benchmarkKeys';
import type { FlightLocks } from '../cache/flightLocks';

/** A run that crashed keeps others waiting for so long at most, in ms. */
const TTL_MS = 15_000;
const RENEW_EVERY_MS = 3_000;

/** The Redis is this run's to measure. Two at a time would measure each other, and clean up each other's keys. */
export class BenchmarkLease implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly lostIt = new AbortController();
  private isRenewing = false;
  private renewedAt: number;

  /**
   * @throws {FleetCacheError} when another run has it.
   * @throws {StoreError}
   */
  static async take(locks: FlightLocks, run: string, clock: Clock): Promise<BenchmarkLease> {
    const askedAt = clock.monotonic();
    const { type } = await locks.claim({ lock: BENCHMARK_LEASE_KEY, token: run, generations: [] }, TTL_MS);
    if (type !== 'acquired') {
      throw new FleetCacheError(
        `Another benchmark runs on this Redis. Wait until it has ended; if it crashed, for ${TTL_MS / 1_000} seconds.`,
      );
    }
    return new BenchmarkLease(locks, run, clock, askedAt);
  }

  private constructor(
    private readonly locks: FlightLocks,
    private readonly run: string,
    private readonly clock: Clock,
    askedAt: number,
  ) {
    this.renewedAt = askedAt;
    const timer = setInterval(() => void this.renew(), RENEW_EVERY_MS);
    this.disposables.add(toDisposable(() => clearInterval(timer)));
  }

  /** Aborted, with the error as its reason, once others may have it. */
  get lost(): AbortSignal {
    return this.lostIt.signal;
  }

  /** Lets others have it. Never fails: it ends by itself. */
  async release(): Promise<void> {
    this.dispose();
    if (!this.lost.aborted) {
      await this.locks.release(this.claim).catch(() => {});
    }
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private get claim() {
    return { lock: BENCHMARK_LEASE_KEY, token: this.run, generations: [] };
  }

  private async renew(): Promise<void> {
    if (this.isRenewing) {
      return;
    }
    this.isRenewing = true;
    const askedAt = this.clock.monotonic();
    try {
      if (await this.locks.renew(this.claim, TTL_MS)) {
        this.renewedAt = askedAt;
      } else {
        this.lose('another one may have begun meanwhile');
      }
    } catch {
      if (this.clock.monotonic() - this.renewedAt > TTL_MS) {
        this.lose('Redis could not be reached for too long');
      }
    } finally {
      this.isRenewing = false;
    }
  }

  private lose(why: string): void {
    this.dispose();
    this.lostIt.abort(new FleetCacheError(`The benchmark was given up: ${why}. Run it again.`));
  }
}

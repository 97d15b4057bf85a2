import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock';
import { describeError } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { Random } from '../cache/expiry';
import type { FlightLocks } from '../cache/flightLocks';
import { warmingLockKey } from '../cache/keys';
import { StoreError } from '../cache/store';
import type { Inventory } from '../fleet/inventory';
import type { MinerKind } from '../fleet/minerData';
import type { Warmer } from './warmer';
import { makeOffer } from './watchOffer';

export interface PeriodicWarmerOptions {
  readonly warmer: Warmer;
  readonly locks: FlightLocks;
  readonly inventory: Inventory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random?: Random;
}

export interface WarmingSchedule {
  readonly kinds: readonly MinerKind[];
  /** Seconds from the beginning of a round to that of the next, give or take a tenth. */
  readonly intervalS: number;
}

/**
 * - `off`: nobody asked for it;
 * - `waiting`: another instance warms the same miners, or Redis is away;
 * - `warming`: this instance does.
 */
export type WarmingState = 'off' | 'waiting' | 'warming';

/** How long the lock lasts without being claimed again: so long after its holder's death another instance takes over. */
const LOCK_MS = 15_000;
const CLAIM_EVERY_MS = 5_000;
const JITTER = 0.1;
/** Between rounds that take longer than the interval. */
const SHORTEST_PAUSE_MS = 1_000;

/**
 * Warms the fleet again and again, in one instance of all that list the same miners. The lock is kept between rounds, so that they
 * keep their interval, and claimed anew while it is held, since Redis may have lost it.
 */
export class PeriodicWarmer implements Disposable {
  private readonly token = randomUUID();
  private schedule: WarmingSchedule | undefined;
  /** The lock that this instance holds, and until when it surely does (`Clock.monotonic`). */
  private held: { readonly lock: string; until: number } | undefined;
  private claimTimer: Disposable | undefined;
  private roundTimer: Disposable | undefined;
  /** Of the round that runs; aborted with the lock. */
  private round: AbortController | undefined;
  private claiming: Promise<void> = Promise.resolve();
  private isDisposed = false;

  constructor(private readonly options: PeriodicWarmerOptions) {}

  get state(): WarmingState {
    if (this.schedule === undefined) {
      return 'off';
    }
    return this.held === undefined ? 'waiting' : 'warming';
  }

  /** Begins, goes on otherwise, or ends when there is no schedule. */
  set(schedule: WarmingSchedule | undefined): void {
    if (this.isDisposed || JSON.stringify(schedule) === JSON.stringify(this.schedule)) {
      return;
    }
    this.stopRound();
    this.schedule = schedule;
    if (schedule === undefined) {
      this.giveUp();
    } else if (this.held !== undefined) {
      this.beginRound();
    } else if (this.claimTimer === undefined) {
      this.claimRepeatedly();
    }
  }

  dispose(): void {
    this.set(undefined);
    this.isDisposed = true;
  }

  private claimRepeatedly(): void {
    this.claiming = this.claim().catch((error: unknown) =>
      this.options.logger.error(`Periodic warming failed: ${describeError(error)}`),
    );
    const pause = this.jittered(CLAIM_EVERY_MS);
    this.claimTimer = this.options.clock.setTimeout(() => {
      // Bounded by the command timeout, which is a fraction of the pause.
      void this.claiming.then(() => this.schedule && this.claimRepeatedly());
    }, pause);
  }

  private async claim(): Promise<void> {
    const { locks, clock, logger } = this.options;
    const lock = this.lock();
    if (this.held !== undefined && this.held.lock !== lock) {
      this.release(this.held.lock);
      this.lose();
    }
    const claimedAt = clock.monotonic();
    try {
      const { type } = await locks.claim({ lock, token: this.token, generations: [] }, LOCK_MS);
      if (this.schedule === undefined) {
        // Ended while Redis was asked.
        this.release(lock);
      } else if (type !== 'acquired') {
        this.lose();
      } else if (this.held === undefined) {
        logger.info('Periodic warming: this instance warms the miners.');
        this.held = { lock, until: claimedAt + LOCK_MS };
        this.beginRound();
      } else {
        this.held.until = claimedAt + LOCK_MS;
      }
    } catch (error) {
      if (!(error instanceof StoreError)) {
        throw error;
      }
      if (this.held !== undefined && this.held.until <= clock.monotonic()) {
        this.lose();
      }
    }
  }

  /** Instances with other inventories have other miners to warm. */
  private lock(): string {
    const { fingerprint } = makeOffer(this.options.inventory.current.miners.map(({ id }) => id));
    return warmingLockKey(`fleet-${fingerprint}`);
  }

  private beginRound(): void {
    const { schedule } = this;
    if (schedule === undefined) {
      return;
    }
    const { clock, logger } = this.options;
    const round = new AbortController();
    this.round = round;
    const startedAt = clock.monotonic();
    this.warm(schedule, round.signal)
      .catch((error: unknown) => logger.error(`Periodic warming failed: ${describeError(error)}`))
      .then(() => {
        if (!round.signal.aborted) {
          const left = startedAt + this.jittered(schedule.intervalS * 1_000) - clock.monotonic();
          this.roundTimer = clock.setTimeout(() => this.beginRound(), Math.max(SHORTEST_PAUSE_MS, left));
        }
      });
  }

  private async warm({ kinds }: WarmingSchedule, signal: AbortSignal): Promise<void> {
    const { warmer, inventory, logger } = this.options;
    try {
      const options = { signal, origin: 'periodic' } as const;
      const { warmed, fresh, failed, notStored } = await warmer.warm(inventory.current.miners, kinds, options);
      logger.debug(`Periodic warming: ${warmed} fetched, ${fresh} fresh, ${failed} failed, ${notStored} not stored.`);
    } catch (error) {
      if (!(error instanceof StoreError)) {
        throw error;
      }
      logger.debug(`Periodic warming waits for Redis: ${error.message}`);
    }
  }

  private lose(): void {
    if (this.held !== undefined) {
      this.options.logger.info('Periodic warming: another instance warms the miners, or Redis is away.');
    }
    this.held = undefined;
    this.stopRound();
  }

  private giveUp(): void {
    this.claimTimer?.dispose();
    this.claimTimer = undefined;
    if (this.held !== undefined) {
      this.release(this.held.lock);
      this.held = undefined;
    }
  }

  private release(lock: string): void {
    this.options.locks.release({ lock, token: this.token, generations: [] }).catch((error: unknown) => {
      this.options.logger.debug(`The lock of periodic warming ends by itself: ${describeError(error)}`);
    });
  }

  private stopRound(): void {
    this.round?.abort();
    this.round = undefined;
    this.roundTimer?.dispose();
    this.roundTimer = undefined;
  }

  private jittered(ms: number): number {
    const { random = Math.random } = this.options;
    return ms * (1 - JITTER + 2 * JITTER * random());
  }
}

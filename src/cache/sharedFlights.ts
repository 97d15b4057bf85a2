import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock';
import { throwIfCancelled } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import type { FirstTier } from './firstTier';
import type { ClaimOutcome, FlightClaim, FlightLocks } from './flightLocks';
import { lockKey } from './keys';
import type { CacheAddress } from './reading';
import type { Found, FoundEntry, SecondTier } from './secondTier';
import type { HeldLock } from './store';
import type { StoreBudget } from './storeBudget';

/** The right to fetch for all instances. It is renewed until it is ended, one way or the other. */
export interface Lease {
  /** The lock, for whoever writes the entry to give it up along with that; absent where the store cannot. */
  readonly held: HeldLock | undefined;
  /** The lock went along with the entry. */
  end(): void;
  /** Gives up the lock, unless that was done: the entry was written, or there is none to write. */
  finish(): Promise<void>;
  /** The source failed: for `ttlMs` milliseconds whoever wants the key gets `error` instead of trying again. */
  fail(error: string, ttlMs: number): Promise<void>;
}

/**
 * What a reader that missed is to do: fetch (with a lease, unless the store is of no use), take what another instance has
 * fetched meanwhile, or take that one's error.
 */
export type Turn =
  | { readonly type: 'fetch'; readonly lease: Lease | undefined; readonly found: Found }
  | { readonly type: 'found'; readonly entry: FoundEntry; readonly hasWaited: boolean }
  | { readonly type: 'failed'; readonly error: string };

/** A dead holder's lock ends, and another takes over, within a second: this and one poll. */
const DEFAULT_LOCK_TTL_MS = 850;
/** Part of the lock's time after which it is renewed: when that fails, there is time to try again. */
const RENEW_AFTER = 0.47;
const FIRST_POLL_MS = 25;
const LAST_POLL_MS = 100;
/** Longer than any fetch should take; after it, a reader fetches on its own account. */
const MAX_WAIT_MS = 10_000;

/** Flights across instances: of all who miss a key, one fetches and the others wait for its entry. */
export class SharedFlights {
  /** @param lockTtlMs after which the lock of a holder that died, or was stopped, goes to another. */
  constructor(
    private readonly locks: FlightLocks,
    private readonly firstTier: FirstTier,
    private readonly secondTier: SecondTier,
    private readonly clock: Clock,
    private readonly lockTtlMs = DEFAULT_LOCK_TTL_MS,
  ) {}

  /**
   * @param found of the look that missed.
   * @param budget for what the store is asked meanwhile; when it is used up, the caller fetches on its own account.
   * @throws {CancelledError}
   */
  async takeTurn(address: CacheAddress, found: Found, budget: StoreBudget, signal?: AbortSignal): Promise<Turn> {
    const token = randomUUID();
    const deadline = this.clock.monotonic() + MAX_WAIT_MS;
    let latest = found;
    let pollMs = FIRST_POLL_MS;
    let hasWaited = false;
    for (;;) {
      throwIfCancelled(signal);
      if (latest.generations === undefined || this.clock.monotonic() >= deadline) {
        return { type: 'fetch', lease: undefined, found: latest };
      }
      const claim = { lock: lockKey(address.key), token, generations: latest.generations };
      const { outcome, seen } = await this.claimAndLook(address, claim, budget);
      if (outcome?.type === 'failed') {
        return { type: 'failed', error: outcome.error };
      }
      const lease = outcome?.type === 'acquired' ? this.lease(claim) : undefined;
      if (seen?.fresh !== undefined) {
        // Nobody waits for the lock to go.
        void lease?.finish();
        return { type: 'found', entry: seen.fresh, hasWaited };
      }
      if (outcome?.type !== 'held') {
        return { type: 'fetch', lease, found: seen ?? latest };
      }
      hasWaited = true;
      const waitingSince = this.clock.monotonic();
      await this.firstTier.changed(address.key, pollMs);
      budget.grant(this.clock.monotonic() - waitingSince);
      pollMs = Math.min(pollMs * 2, LAST_POLL_MS);
      const looked = await budget.wait(() => this.secondTier.look(address));
      if (looked === undefined) {
        return { type: 'fetch', lease: undefined, found: latest };
      }
      if (looked.fresh !== undefined) {
        return { type: 'found', entry: looked.fresh, hasWaited };
      }
      latest = looked;
    }
  }

  /** The lease if it is free now, without waiting; for a refresh ahead that another instance may be at already. */
  async tryLease(address: CacheAddress, generations: readonly number[]): Promise<Lease | undefined> {
    const claim = { lock: lockKey(address.key), token: randomUUID(), generations };
    const outcome = await this.claim(claim);
    return outcome?.type === 'acquired' ? this.lease(claim) : undefined;
  }

  /**
   * Claims, and looks once more at what is there after the claim: the former holder may have written the entry and gone between
   * the look that missed and the claim, and then there is nothing to fetch.
   *
   * @returns no `outcome` when the lock cannot be had in time, or at all; nothing `seen` when there was no look.
   */
  private async claimAndLook(
    address: CacheAddress,
    claim: FlightClaim,
    budget: StoreBudget,
  ): Promise<{ readonly outcome: ClaimOutcome | undefined; readonly seen: Found | undefined }> {
    if (budget.isUsedUp) {
      return { outcome: undefined, seen: undefined };
    }
    const claiming = this.claim(claim);
    const looking = this.locks.isInStepWithStore ? this.secondTier.look(address) : undefined;
    const outcome = await budget.wait(() => claiming);
    if (outcome === undefined) {
      void claiming.then((late) => (late?.type === 'acquired' ? this.release(claim) : undefined));
      return { outcome, seen: undefined };
    }
    const isWorthALook = outcome.type === 'acquired' || looking !== undefined;
    const seen = isWorthALook ? await budget.wait(() => looking ?? this.secondTier.look(address)) : undefined;
    return { outcome, seen };
  }

  private async claim(claim: FlightClaim): Promise<ClaimOutcome | undefined> {
    // Without locks everybody fetches for himself, as if there were no other instance.
    return this.locks.claim(claim, this.lockTtlMs).catch(() => undefined);
  }

  private release(claim: FlightClaim): Promise<void> {
    // A lock that cannot be released expires.
    return this.locks.release(claim).catch(() => {});
  }

  private lease(claim: FlightClaim): Lease {
    let timer: Disposable | undefined;
    let hasEnded = false;
    const renewLater = () => {
      timer = this.clock.setTimeout(async () => {
        // A renewal that did not reach the store is tried again; a lock that another holds is left to it.
        const isOurs = await this.locks.renew(claim, this.lockTtlMs).catch(() => true);
        if (isOurs && !hasEnded) {
          renewLater();
        }
      }, this.lockTtlMs * RENEW_AFTER);
    };
    const end = () => {
      hasEnded = true;
      timer?.dispose();
    };
    renewLater();
    return {
      held: this.locks.isInStepWithStore ? claim : undefined,
      end,
      finish: async () => {
        if (!hasEnded) {
          end();
          await this.release(claim);
        }
      },
      fail: (error, ttlMs) => {
        end();
        return this.locks.fail(claim, error, ttlMs).catch(() => {});
      },
    };
  }
}

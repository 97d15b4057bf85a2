import type { HeldLock } from './store';

/**
 * Who wants to fetch, and what for: the lock's name is of `keys.lockKey`, the token random, so that nobody releases a lock that
 * another holds by now.
 */
export interface FlightClaim extends HeldLock {
  /** Generations of the entry's scopes, in their order, as they were read before the claim. */
  readonly generations: readonly number[];
}

/**
 * How a claim fared:
 * - `acquired`: the caller is to fetch, to renew meanwhile, and to release or fail the lock in the end;
 * - `held`: somebody fetches already, under generations as new as the caller's or newer;
 * - `failed`: somebody has just tried in vain; `error` is what that one left for the others.
 */
export type ClaimOutcome =
  | { readonly type: 'acquired' }
  | { readonly type: 'held' }
  | { readonly type: 'failed'; readonly error: string };

/**
 * Locks that let one instance of all fetch a key. They only save work: what is right and what is stale, the generations
 * decide. Every call ends within the command timeout and fails with `StoreError`.
 */
export interface FlightLocks {
  /**
   * Whether locks and store are one server that obeys in the order of asking. Then the store answers what it is asked after a claim
   * by what it holds after that claim, so that both may be sent at once; and it can write an entry and give up its lock in one go.
   */
  readonly isInStepWithStore: boolean;

  /**
   * Takes the lock for `ttlMs` milliseconds if nobody has it, or if the one who has it (or failed) claimed it under older
   * generations, because what that one brings is void already: one of them is less than the caller's, and none is greater.
   */
  claim(claim: FlightClaim, ttlMs: number): Promise<ClaimOutcome>;

  /** Prolongs the caller's lock; resolves to whether it was still the caller's. */
  renew(claim: FlightClaim, ttlMs: number): Promise<boolean>;

  /** Gives the caller's lock up; does nothing when it is not the caller's any more. */
  release(claim: FlightClaim): Promise<void>;

  /** Puts `error` in the place of the caller's lock for `ttlMs` milliseconds: others get it instead of trying again. */
  fail(claim: FlightClaim, error: string, ttlMs: number): Promise<void>;
}

import type { Event } from '../base/emitter';
import { FleetCacheError } from '../base/errors';
import type { Disposable } from '../base/lifecycle';

/** What is under a cache key, with the generations that decide whether it still holds. */
export interface StoredValue {
  /** `undefined` when there is nothing. */
  readonly text: string | undefined;
  /** Current generations of the scopes that were asked for, in their order. */
  readonly generations: readonly number[];
}

/** What is under several cache keys. */
export interface StoredValues {
  /** In the keys' order; `undefined` where there is nothing, or its node did not answer. */
  readonly texts: readonly (string | undefined)[];
  /** Current generations of the scopes that were asked for, in their order; `undefined` where its node did not answer. */
  readonly generations: readonly (number | undefined)[];
}

/**
 * How the store is doing. `refusing-writes` still answers reads (out of memory, a read-only replica); with `refusing-reads` the
 * user may not read. `reason` is for people, and names host, port and cause.
 */
export type StoreHealth =
  | { readonly state: 'connecting' }
  | { readonly state: 'up' }
  | { readonly state: 'refusing-writes'; readonly reason: string }
  | { readonly state: 'refusing-reads'; readonly reason: string }
  | { readonly state: 'down'; readonly reason: string };

/** A lock of this store's server, by its name, and the token of who holds it. */
export interface HeldLock {
  readonly lock: string;
  readonly token: string;
}

/** How a scope's generation was replaced. */
export interface Bump {
  /** `undefined` when there was none. */
  readonly former: number | undefined;
  readonly current: number;
}

/**
 * The second tier, as the cache needs it. Every call ends within the store's command timeout, at once while the store is
 * known to be down, and fails with {@link StoreError}.
 */
export interface CacheStore extends Disposable {
  /** The longest that a call takes, in ms. */
  readonly commandTimeoutMs: number;
  readonly health: StoreHealth;
  readonly onDidChangeHealth: Event<StoreHealth>;

  /**
   * Fired when one of several servers was lost or replaced, which `health` need not tell: whoever takes its place may lack the
   * last that it confirmed. Absent where there are no several servers.
   */
  readonly onDidLoseServer?: Event<void>;

  /**
   * Reads a key and the generations of `scopes` in one round trip. A scope without generation gets one. A key that is not
   * a string is removed, and reads as absent.
   */
  read(key: string, scopes: readonly string[]): Promise<StoredValue>;

  /**
   * As {@link read}, for many keys: one round trip for each node of the store, or several where they are thousands, of which each
   * has the command timeout. Fails when no node answers, or the only one fails to.
   */
  readMany(keys: readonly string[], scopes: readonly string[]): Promise<StoredValues>;

  /**
   * Writes a key that expires after `ttlMs` milliseconds, and then gives up the lock, if there is one and it is still held. A write
   * that fails leaves the lock.
   */
  write(key: string, text: string, ttlMs: number, held?: HeldLock): Promise<void>;

  /** Removes keys; what is not there is passed over. Resolves to the number removed. */
  remove(keys: readonly string[]): Promise<number>;

  /**
   * Gives each scope a generation that it never had, which voids all entries recorded under the former one. In the scopes'
   * order; each one's replacement is atomic.
   */
  bump(scopes: readonly string[]): Promise<readonly Bump[]>;
}

/** The store did not do what it was asked. The message names host, port and cause. */
export class StoreError extends FleetCacheError {}

import type { Clock } from '../base/clock';
import { Emitter, type Event } from '../base/emitter';
import { CancelledError, describeError, throwIfCancelled } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import { decodeEntry, type Entry, encodeEntry, expiresAt, matchesGenerations } from './entry';
import { type Flight, Flights } from './flights';
import { CacheMetrics } from './metrics';
import type { Dataset, Policies } from './policy';
import { type CacheStore, StoreError, type StoreHealth } from './store';

/** Where a value came from, and what is known of its age. */
export interface Reading<T> {
  readonly data: T;
  readonly origin: 'l1' | 'l2' | 'source' | 'stale';
  /** When the source was read, in ms since the epoch. */
  readonly fetchedAt: number;
  /** Seconds that it counts as fresh from `fetchedAt` on. */
  readonly ttlS: number;
  /** Whether it was within its TTL when it was read. */
  readonly fresh: boolean;
}

/** One value that can be read through the cache. */
export interface CacheRequest<T> {
  readonly key: string;
  readonly dataset: Dataset;
  /** Generation keys that the value depends on (`cache/keys`). */
  readonly scopes: readonly string[];
  /** Reads the source. Bounded in time by the source itself. */
  fetch(signal: AbortSignal): Promise<T>;
}

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** The product's own reading (warming, views that refresh): not counted as a lookup. */
  readonly background?: boolean;
  /** Passes over what is cached, fetches, and writes the result. Never counted as a lookup. */
  readonly refresh?: boolean;
}

/**
 * What is stored under a key, as it is: for people who look at the cache. `void` entries were invalidated and are not
 * served any more, though they are still there.
 */
export interface Inspection {
  readonly key: string;
  readonly state: 'absent' | 'valid' | 'void' | 'expired' | 'foreign' | 'unreadable';
  readonly entry: Entry | undefined;
  readonly sizeBytes: number;
}

/** What changed in the cache through this instance. */
export type CacheChange =
  | { readonly type: 'fill'; readonly key: string; readonly fetchedAt: number }
  | { readonly type: 'invalidate'; readonly scopes: readonly string[] };

export interface CacheServiceOptions {
  readonly store: CacheStore;
  readonly policies: Policies;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Name of this instance, recorded in what it writes. */
  readonly instance: string;
}

interface Answer<T> {
  readonly reading: Reading<T>;
  readonly outcome: 'hit' | 'fetched';
}

/**
 * Reads through the cache. No fault of the store fails a read or delays it beyond the store's command timeout: the
 * source is read instead.
 */
export class CacheService implements Disposable {
  readonly metrics: CacheMetrics;
  private readonly flights = new Flights();
  private readonly changes: Emitter<CacheChange>;
  private readonly store: CacheStore;

  constructor(private readonly options: CacheServiceOptions) {
    this.store = options.store;
    this.metrics = new CacheMetrics(options.clock);
    this.changes = new Emitter((error) =>
      options.logger.error(`A listener to the cache failed: ${describeError(error)}`),
    );
  }

  get onDidChange(): Event<CacheChange> {
    return this.changes.event;
  }

  get storeHealth(): StoreHealth {
    return this.store.health;
  }

  get onDidChangeStoreHealth(): Event<StoreHealth> {
    return this.store.onDidChangeHealth;
  }

  dispose(): void {
    this.changes.dispose();
  }

  /**
   * The value from the cache, else from the source.
   *
   * @throws whatever the request's `fetch` throws; all who waited for the same fetch get the same error.
   * @throws {CancelledError} when `options.signal` is aborted.
   */
  async getOrFetch<T>(request: CacheRequest<T>, options: ReadOptions = {}): Promise<Reading<T>> {
    throwIfCancelled(options.signal);
    const isCounted = options.background !== true && options.refresh !== true;
    if (this.options.policies[request.dataset].strategy === 'NO_CACHE') {
      return this.bypass(request, options.signal, isCounted);
    }
    if (options.refresh === true) {
      this.flights.detachKey(request.key);
    }

    const flight = this.flights.join<Answer<T>>(request.key, request.scopes, (own) =>
      this.answer(request, own, options.refresh === true),
    );
    return (await this.follow(request.dataset, flight, options.signal, isCounted)).reading;
  }

  /**
   * Has the value in the cache: leaves a fresh one alone, else fetches and waits for the write. Never counted as a lookup.
   *
   * @throws as {@link getOrFetch} does.
   */
  async warm<T>(request: CacheRequest<T>, signal?: AbortSignal): Promise<'fresh' | 'stored' | 'notStored'> {
    const flight = this.flights.join<Answer<T>>(request.key, request.scopes, (own) => this.answer(request, own, false));
    const { outcome } = await this.follow(request.dataset, flight, signal, false);
    if (outcome === 'hit') {
      return 'fresh';
    }
    return (await flight.landed) ? 'stored' : 'notStored';
  }

  /** What is stored under the request's key now. Neither fetches nor counts. @throws {StoreError} */
  async inspect(request: Pick<CacheRequest<unknown>, 'key' | 'scopes'>): Promise<Inspection> {
    const { text, generations } = await this.store.read(request.key, request.scopes);
    const inspection = { key: request.key, entry: undefined, sizeBytes: 0 };
    if (text === undefined) {
      return { ...inspection, state: 'absent' };
    }
    const sizeBytes = Buffer.byteLength(text);
    const decoded = decodeEntry(text);
    switch (decoded.type) {
      case 'entry': {
        const isExpired = this.options.clock.now() >= expiresAt(decoded.entry);
        const state = !matchesGenerations(decoded.entry, generations) ? 'void' : isExpired ? 'expired' : 'valid';
        return { ...inspection, sizeBytes, entry: decoded.entry, state };
      }
      case 'foreign':
        return { ...inspection, sizeBytes, state: 'foreign' };
      default:
        return { ...inspection, sizeBytes, state: 'unreadable' };
    }
  }

  /**
   * Voids everything that depends on one of `scopes`, whoever cached it, and removes `keys`, the few that are known.
   * A read of this instance that starts after this resolved returns nothing that was fetched before.
   *
   * @throws {StoreError} when the store did not confirm it; then it may or may not have taken effect.
   */
  async invalidate(scopes: readonly string[], keys: readonly string[]): Promise<void> {
    try {
      await this.store.bump(scopes);
    } finally {
      // After the bump: a flight that began before it carries old generations, and no later reader may join that one.
      this.flights.detachScopes(new Set(scopes));
    }
    // The entries are void already; removing them only frees memory.
    await this.store.remove(keys).catch((error: unknown) => this.logStoreError('remove invalidated entries', error));
    this.changes.fire({ type: 'invalidate', scopes });
  }

  /** Waits for a flight and counts how that ended. */
  private async follow<T>(
    dataset: Dataset,
    flight: Flight<Answer<T>>,
    signal: AbortSignal | undefined,
    isCounted: boolean,
  ): Promise<Answer<T>> {
    const started = performance.now();
    try {
      const answer = await flight.wait(signal);
      const latencyMs = performance.now() - started;
      if (answer.outcome === 'fetched') {
        this.recordMiss(dataset, flight, isCounted, latencyMs);
      } else if (isCounted) {
        this.metrics.recordLookup(dataset, 'l2Hit', latencyMs);
      }
      return answer;
    } catch (error) {
      if (!(error instanceof CancelledError)) {
        this.recordMiss(dataset, flight, isCounted, performance.now() - started);
      }
      throw error;
    }
  }

  private async bypass<T>(request: CacheRequest<T>, signal: AbortSignal | undefined, isCounted: boolean) {
    const started = performance.now();
    try {
      const data = await this.fetch(request, signal ?? new AbortController().signal);
      const fetchedAt = this.options.clock.now();
      return { data, origin: 'source', fetchedAt, ttlS: 0, fresh: true } satisfies Reading<T>;
    } finally {
      if (isCounted) {
        this.metrics.recordLookup(request.dataset, 'bypass', performance.now() - started);
      } else {
        this.metrics.recordBackgroundFetch(request.dataset);
      }
    }
  }

  private async answer<T>(request: CacheRequest<T>, flight: Flight<Answer<T>>, isRefresh: boolean) {
    const lookup = await this.lookUp<T>(request);
    if (lookup.reading !== undefined && !isRefresh) {
      return { answer: { reading: lookup.reading, outcome: 'hit' as const }, afterwards: undefined };
    }

    const started = performance.now();
    const data = await this.fetch(request, flight.signal);
    const { ttlS } = this.options.policies[request.dataset];
    const fetchedAt = this.options.clock.now();
    const reading: Reading<T> = { data, origin: 'source', fetchedAt, ttlS, fresh: true };
    const costMs = Math.round((performance.now() - started) * 10) / 10;
    const entry = { data, fetchedAt, ttlS, costMs, by: this.options.instance, generations: lookup.generations ?? [] };
    // Without generations such an entry could outlive an invalidation.
    const afterwards = lookup.generations === undefined ? undefined : this.fill(request, flight, entry);
    return { answer: { reading, outcome: 'fetched' as const }, afterwards };
  }

  private async fetch<T>(request: CacheRequest<T>, signal: AbortSignal): Promise<T> {
    const started = performance.now();
    try {
      return await request.fetch(signal);
    } catch (error) {
      if (!(error instanceof CancelledError)) {
        this.metrics.recordError(request.dataset);
      }
      throw error;
    } finally {
      this.metrics.recordFetch(performance.now() - started);
    }
  }

  /** The store's answer: a usable value if there is one, and the generations that a fill has to record. */
  private async lookUp<T>(
    request: CacheRequest<T>,
  ): Promise<{ reading: Reading<T> | undefined; generations: readonly number[] | undefined }> {
    let stored: Awaited<ReturnType<CacheStore['read']>>;
    try {
      stored = await this.store.read(request.key, request.scopes);
    } catch (error) {
      this.logStoreError('read', error);
      return { reading: undefined, generations: undefined };
    }
    const { generations } = stored;
    const decoded = stored.text === undefined ? undefined : decodeEntry(stored.text);
    if (decoded?.type === 'corrupt') {
      this.metrics.recordError(request.dataset);
      this.options.logger.warn(`Removed ${request.key}: what is stored there is not an entry.`);
      // Not awaited: the reader waits for Redis once.
      void this.store.remove([request.key]).catch((error: unknown) => this.logStoreError('remove', error));
    }
    if (decoded?.type === 'newer') {
      // A later version's instances share this Redis: overwriting each other would leave both without a cache.
      return { reading: undefined, generations: undefined };
    }
    if (decoded?.type === 'entry') {
      const { entry } = decoded;
      if (matchesGenerations(entry, generations) && this.options.clock.now() < expiresAt(entry)) {
        const { fetchedAt, ttlS } = entry;
        return { reading: { data: entry.data as T, origin: 'l2', fetchedAt, ttlS, fresh: true }, generations };
      }
    }
    return { reading: undefined, generations };
  }

  /** Resolves to whether the entry was written. */
  private async fill(
    request: CacheRequest<unknown>,
    flight: { readonly isDetached: boolean },
    entry: Entry,
  ): Promise<boolean> {
    if (flight.isDetached) {
      return false;
    }
    try {
      await this.store.write(request.key, encodeEntry(entry), entry.ttlS * 1000);
      this.changes.fire({ type: 'fill', key: request.key, fetchedAt: entry.fetchedAt });
      return true;
    } catch (error) {
      this.logStoreError('write', error);
      return false;
    }
  }

  private recordMiss(dataset: Dataset, flight: Flight<unknown>, isCounted: boolean, latencyMs: number): void {
    const isFirst = flight.claimFetch();
    if (isCounted) {
      this.metrics.recordLookup(dataset, isFirst ? 'fetched' : 'coalesced', latencyMs);
    } else if (isFirst) {
      this.metrics.recordBackgroundFetch(dataset);
    }
  }

  private logStoreError(action: string, error: unknown): void {
    // The store reports its own health, once; repeated for each of thousands of reads it would drown the log.
    this.options.logger.debug(`Could not ${action}: ${describeError(error)}`);
    if (!(error instanceof StoreError)) {
      throw error;
    }
  }
}

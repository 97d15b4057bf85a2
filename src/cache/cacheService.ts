import type { Clock } from '../base/clock';
import type { Event } from '../base/emitter';
import { CancelledError, throwIfCancelled } from '../base/errors';
import { type Disposable, DisposableStore } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import { type BatchOptions, BatchReader, type BatchTask } from './batchReader';
import { type CacheChange, ChangeFeed } from './changeFeed';
import { type CoherenceLink, NO_LINK } from './coherenceLink';
import { EntryWriter } from './entryWriter';
import type { EventBus } from './eventBus';
import type { EventHistory } from './eventHistory';
import type { Random } from './expiry';
import { FirstTier, type FirstTierLimits } from './firstTier';
import type { FlightLocks } from './flightLocks';
import type { Flight } from './flights';
import { type Inspection, Inspector } from './inspector';
import { type Invalidation, Invalidations } from './invalidations';
import { type Lookup, Lookups } from './lookups';
import { CacheMetrics } from './metrics';
import type { Dataset, Policies } from './policy';
import { type Answer, type Missed, Reader } from './reader';
import type { CacheAddress, CacheRequest, Reading, ReadOptions } from './reading';
import { RefreshAhead } from './refreshAhead';
import { SecondTier } from './secondTier';
import { SharedFlights } from './sharedFlights';
import { SourceReader } from './sourceReader';
import type { CacheStore, StoreHealth } from './store';
import { SAME_CLOCK, type StoreClock } from './storeClock';
import { type SourceWrite, WriteThrough } from './writeThrough';

export interface CacheServiceOptions {
  readonly store: CacheStore;
  /** Without it there is no first tier. */
  readonly link?: CoherenceLink;
  /** Without it the store's clock is taken to be this machine's. */
  readonly storeClock?: StoreClock;
  /** Without them each instance fetches for itself. */
  readonly locks?: FlightLocks;
  /** Without it nobody else is told why entries went. */
  readonly bus?: EventBus;
  /** Without it nobody is told later. */
  readonly history?: EventHistory;
  readonly policies: Policies;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Name of this instance, recorded in what it writes. */
  readonly instance: string;
  readonly firstTier?: FirstTierLimits | false;
  readonly random?: Random;
  /** How long a source's error stands for others who ask, in ms. */
  readonly errorTtlMs?: number;
  /** How long another instance waits for one that fetches and gives no sign of life, in ms. */
  readonly lockTtlMs?: number;
}

/** What came of warming: there already, fetched and written, or fetched in vain as far as the store goes. */
export type WarmOutcome = 'fresh' | 'stored' | 'notStored';

const DEFAULT_LIMITS: FirstTierLimits = { maxEntries: 20_000, maxBytes: 64 * 1024 * 1024 };
const DEFAULT_ERROR_TTL_MS = 1_000;
const NO_OPTIONS: ReadOptions = {};

/**
 * The cache: reads through it, writes through it, and voids what it holds. No fault of the store fails a read or delays it
 * beyond the store's command timeout: the source is read instead.
 */
export class CacheService implements Disposable {
  readonly metrics: CacheMetrics;
  /** The tier in this process, for its figures. */
  readonly firstTier: FirstTier;
  private readonly secondTier: SecondTier;
  private readonly inspector: Inspector;
  private readonly source: SourceReader;
  private readonly refreshAhead: RefreshAhead;
  private readonly reader: Reader;
  private readonly writes: WriteThrough;
  private readonly batches: BatchReader;
  private readonly invalidations: Invalidations;
  private readonly lookups: Lookups;
  private readonly feed: ChangeFeed;
  private readonly disposables = new DisposableStore();

  constructor(private readonly options: CacheServiceOptions) {
    const {
      store,
      clock,
      logger,
      policies,
      link = NO_LINK,
      storeClock = SAME_CLOCK,
      locks,
      random = Math.random,
      instance,
    } = options;
    this.metrics = new CacheMetrics(clock);
    this.lookups = new Lookups(this.metrics, clock);
    this.feed = new ChangeFeed({ bus: options.bus, history: options.history, clock, logger, instance });
    this.firstTier = new FirstTier(link, clock, options.firstTier ?? DEFAULT_LIMITS);
    this.invalidations = new Invalidations({
      store,
      clock,
      logger,
      onDidVoid: (scopes) => this.forget(scopes),
      onDidReplay: (scopes) => this.feed.tellInvalidation({ scopes, cause: 'made good after Redis was away' }),
    });
    const isTrusted = (scopes: readonly string[]) => this.invalidations.isCaughtUpWith(scopes);
    const { firstTier, metrics } = this;
    this.secondTier = new SecondTier({ store, storeClock, firstTier, policies, metrics, clock, logger, isTrusted });
    this.inspector = new Inspector(store, storeClock, clock);
    const { secondTier } = this;
    const storeTimeoutMs = store.commandTimeoutMs;
    const sharedFlights = locks && new SharedFlights(locks, firstTier, secondTier, clock, options.lockTtlMs);
    const onDidFill = (key: string, fetchedAt: number) => this.feed.tellFill(key, fetchedAt);
    const writer = new EntryWriter({ secondTier, policies, random, instance, onDidFill });
    this.source = new SourceReader(metrics, clock);
    const { source } = this;
    this.refreshAhead = new RefreshAhead({ secondTier, sharedFlights, source, writer, metrics, random });
    const { refreshAhead } = this;
    const { errorTtlMs = DEFAULT_ERROR_TTL_MS } = options;
    const reading = { firstTier, secondTier, refreshAhead, clock, storeTimeoutMs };
    this.reader = new Reader({ ...reading, sharedFlights, source, writer, errorTtlMs });
    const { reader, invalidations, feed } = this;
    this.writes = new WriteThrough({ secondTier, invalidations, reader, feed, policies, clock });
    this.batches = new BatchReader({ ...reading, policies, metrics, logger });
    this.disposables.add(storeClock.onDidJump(() => this.firstTier.drop('everything')));
    for (const item of [this.feed, this.firstTier, this.invalidations]) {
      this.disposables.add(item);
    }
  }

  get onDidChange(): Event<CacheChange> {
    return this.feed.onDidChange;
  }

  get storeHealth(): StoreHealth {
    return this.options.store.health;
  }

  get onDidChangeStoreHealth(): Event<StoreHealth> {
    return this.options.store.onDidChangeHealth;
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /**
   * The value from the cache, else from the source; past its TTL, labelled, when the source fails within the policy's grace.
   *
   * @throws whatever the request's `fetch` throws; all who waited for the same fetch get the same error.
   * @throws {CancelledError} when `options.signal` is aborted.
   */
  getOrFetch<T>(request: CacheRequest<T>, options: ReadOptions = NO_OPTIONS): Promise<Reading<T>> {
    if (options.refresh !== true) {
      const startedAt = this.options.clock.monotonic();
      const kept = this.firstTier.get(request.key, startedAt);
      if (kept !== undefined && options.signal?.aborted !== true) {
        if (options.background !== true) {
          this.metrics.recordFirstTierHit(request.dataset, startedAt, kept.ageMs(startedAt));
        }
        this.refreshAhead.startIfDue(request, kept.leftMs(startedAt), kept.costMs);
        // The key always carries the same type of data, which the tier cannot say.
        return Promise.resolve(kept as Reading<T>);
      }
    }
    return this.getOrFetchBelow(request, options);
  }

  /**
   * As {@link getOrFetch}, for many: one round trip for each node of the store, and for what is missing one flight each. One
   * that fails does not fail the others.
   *
   * @returns one settled result for each request, in their order.
   * @throws {CancelledError} when `options.signal` is aborted.
   */
  getManyOrFetch<T>(
    requests: readonly CacheRequest<T>[],
    options: BatchOptions<Reading<T>> = NO_OPTIONS,
  ): Promise<readonly PromiseSettledResult<Reading<T>>[]> {
    const task: BatchTask<T, Reading<T>> = {
      found: (reading) => reading,
      get: (request, missed) => this.getOrFetchBelow(request, options, missed),
    };
    return this.batches.run(requests, task, options);
  }

  /** The value if it is cached and fresh. Neither fetches nor counts. */
  async peek<T>(request: CacheRequest<T>): Promise<Reading<T> | undefined> {
    if (!this.isCached(request.dataset)) {
      return undefined;
    }
    const kept = this.firstTier.get(request.key, this.options.clock.monotonic());
    const reading = kept ?? (await this.secondTier.look(request)).fresh?.reading;
    return reading as Reading<T> | undefined;
  }

  /**
   * Has the value in the cache: leaves a fresh one alone, else fetches and waits for the write. Never counted as a lookup.
   * What is never cached is not fetched either.
   *
   * @throws as {@link getOrFetch} does.
   */
  async warm<T>(request: CacheRequest<T>, signal?: AbortSignal): Promise<WarmOutcome> {
    throwIfCancelled(signal);
    return this.warmBelow(request, signal);
  }

  /**
   * As {@link warm}, for many: what is cached already takes one round trip for each node of the store.
   *
   * @returns one settled result for each request, in their order.
   * @throws {CancelledError} when `options.signal` is aborted.
   */
  warmMany<T>(
    requests: readonly CacheRequest<T>[],
    options: Pick<BatchOptions<WarmOutcome>, 'signal' | 'concurrency' | 'onSettled'> = NO_OPTIONS,
  ): Promise<readonly PromiseSettledResult<WarmOutcome>[]> {
    const task: BatchTask<T, WarmOutcome> = {
      found: () => 'fresh',
      get: (request, missed) => this.warmBelow(request, options.signal, missed),
    };
    return this.batches.run(requests, task, { ...options, background: true });
  }

  /** What is stored under the request's key now. Neither fetches nor counts. @throws {StoreError} */
  inspect(address: Omit<CacheAddress, 'dataset'>): Promise<Inspection> {
    return this.inspector.inspect(address);
  }

  /**
   * Voids everything that depends on one of the scopes, whoever cached it. A read of this instance that starts after this
   * resolved returns nothing that was fetched before; one of another instance, once that one was told, or knew that it could
   * not be told (a second).
   *
   * @returns `deferred` when the store could not be reached: it is made good before the store is read again.
   */
  async invalidate(invalidation: Invalidation): Promise<{ readonly deferred: boolean }> {
    const bumps = await this.invalidations.apply(invalidation.scopes);
    if (invalidation.keys !== undefined && invalidation.keys.length > 0 && bumps !== undefined) {
      await this.secondTier.remove(invalidation.keys);
    }
    this.feed.tellInvalidation(invalidation);
    return { deferred: !this.invalidations.isCaughtUpWith(invalidation.scopes) };
  }

  /**
   * Has what this process knows of the entries that match be void, before and after they are removed from the store one by one:
   * nothing is served from the first tier that is not read anew, and what is being fetched now is for its waiters only.
   */
  forgetMatching(matches: (key: string) => boolean): void {
    this.firstTier.drop('everything');
    this.reader.forgetMatching(matches);
  }

  /**
   * Writes through: first the source, then the entry, then the event. When the source refuses, the cache is left as it is.
   *
   * @throws whatever `apply` throws.
   */
  write<T>(request: CacheRequest<T>, change: SourceWrite<T>): Promise<Reading<T>> {
    return this.writes.write(request, change);
  }

  private async warmBelow<T>(
    request: CacheRequest<T>,
    signal: AbortSignal | undefined,
    missed?: Missed,
  ): Promise<WarmOutcome> {
    if (!this.isCached(request.dataset)) {
      return 'notStored';
    }
    const lookup = { dataset: request.dataset, isCounted: false, startedAt: this.options.clock.monotonic() };
    const flight = this.reader.fly(request, missed);
    const answer = this.lookups.end(lookup, flight, await flight.wait(signal));
    if (answer.outcome === 'fetched') {
      return (await flight.landed) ? 'stored' : 'notStored';
    }
    if (answer.outcome === 'stale') {
      throw answer.reading.failure;
    }
    return 'fresh';
  }

  private getOrFetchBelow<T>(request: CacheRequest<T>, options: ReadOptions, missed?: Missed): Promise<Reading<T>> {
    const { signal, refresh, background } = options;
    if (signal?.aborted === true) {
      return Promise.reject(new CancelledError());
    }
    const { dataset } = request;
    const isCounted = background !== true && refresh !== true;
    const lookup = { dataset, isCounted, startedAt: this.options.clock.monotonic() };
    if (!this.isCached(dataset)) {
      return this.bypass(request, lookup, signal);
    }
    const flight = refresh === true ? this.reader.flyAnew(request) : this.reader.fly(request, missed);
    return this.readingOf(flight, lookup, signal);
  }

  private async readingOf<T>(flight: Flight<Answer<T>>, lookup: Lookup, signal: AbortSignal | undefined) {
    return this.lookups.end(lookup, flight, await flight.wait(signal)).reading;
  }

  private async bypass<T>(request: CacheRequest<T>, lookup: Lookup, signal: AbortSignal | undefined) {
    let wasCancelled = false;
    try {
      const { data, origin } = await this.source.read(request, signal);
      return { data, origin: 'source', fetchedAt: origin.fetchedAt, ttlS: 0, fresh: true } satisfies Reading<T>;
    } catch (error) {
      wasCancelled = error instanceof CancelledError;
      throw error;
    } finally {
      // As every lookup that was given up, it did not end in any way that counts.
      if (!wasCancelled) {
        this.lookups.bypassed(lookup);
      }
    }
  }

  private isCached(dataset: Dataset): boolean {
    return this.options.policies[dataset].strategy !== 'NO_CACHE';
  }

  private forget(scopes: readonly string[]): void {
    this.firstTier.drop(scopes);
    this.reader.forget(new Set(scopes));
  }
}

import type { Clock } from '../base/clock';
import { CancelledError, describeError, FleetCacheError } from '../base/errors';
import { isDueEarly, jitteredTtlS, type Random } from './expiry';
import type { FirstTier } from './firstTier';
import type { FlightLocks } from './flightLocks';
import { type Flight, Flights, type Landing } from './flights';
import { deepFreeze } from './freeze';
import type { CacheMetrics } from './metrics';
import type { Policies } from './policy';
import type { CacheRequest, Reading } from './reading';
import { RecentFailures } from './recentFailures';
import type { Found, FoundEntry, SecondTier } from './secondTier';
import { type Lease, SharedFlights } from './sharedFlights';

/** What a flight came to. `wasAsked` says whether this process asked the source for it. */
export type Answer<T> =
  | { readonly outcome: 'hit'; readonly reading: Reading<T> }
  | { readonly outcome: 'fetched'; readonly reading: Reading<T> }
  /** Another instance fetched it while we waited. */
  | { readonly outcome: 'coalesced'; readonly reading: Reading<T> }
  | { readonly outcome: 'stale'; readonly reading: Reading<T>; readonly wasAsked: boolean }
  | { readonly outcome: 'failed'; readonly error: unknown; readonly wasAsked: boolean };

export interface ReaderOptions {
  readonly firstTier: FirstTier;
  readonly secondTier: SecondTier;
  readonly locks: FlightLocks | undefined;
  readonly policies: Policies;
  readonly metrics: CacheMetrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly instance: string;
  readonly errorTtlMs: number;
  onDidFill(key: string, fetchedAt: number): void;
}

/** When the source gave a value, in ms since the epoch, and what that took, in ms. */
export interface Origin {
  readonly fetchedAt: number;
  readonly costMs: number;
}

/** The source of another instance failed; its message is that one's. */
export class SharedSourceError extends FleetCacheError {}

/** Refreshes ahead at a time; beyond it an entry expires, and the next reader fetches. */
const MAX_REFRESHES_AHEAD = 32;

/** Reads what the first tier does not have: from the second, from another instance's fetch, or from the source. */
export class Reader {
  private readonly flights: Flights;
  private readonly sharedFlights: SharedFlights | undefined;
  private readonly failures: RecentFailures;
  private readonly refreshing = new Set<string>();

  constructor(private readonly options: ReaderOptions) {
    const { locks, firstTier, secondTier, clock } = options;
    this.flights = new Flights(firstTier, clock);
    this.failures = new RecentFailures(clock);
    this.sharedFlights = locks === undefined ? undefined : new SharedFlights(locks, firstTier, secondTier, clock);
  }

  /** The flight for a request, running already or new. @param isRefresh passes over what is cached. */
  fly<T>(request: CacheRequest<T>, isRefresh: boolean): Flight<Answer<T>> {
    if (isRefresh) {
      this.flights.detachKey(request.key);
    }
    return this.flights.join<Answer<T>>(request.key, request.scopes, (flight) =>
      isRefresh ? this.refresh(request, flight) : this.answer(request, flight),
    );
  }

  /** Reads the source. */
  async fetch<T>(request: CacheRequest<T>, signal: AbortSignal): Promise<T> {
    const startedAt = this.options.clock.monotonic();
    try {
      return await request.fetch(signal);
    } catch (error) {
      if (!(error instanceof CancelledError)) {
        this.options.metrics.recordError(request.dataset);
      }
      throw error;
    } finally {
      this.options.metrics.recordFetch(this.options.clock.monotonic() - startedAt);
    }
  }

  /**
   * Makes a reading of what the source has just given, and waits for its entry to be written.
   *
   * @param generations of the request's scopes; `undefined` for an entry that must not be written.
   */
  async store<T>(request: CacheRequest<T>, data: T, origin: Origin, generations: readonly number[] | undefined) {
    const { reading, written } = this.land(request, data, origin, generations);
    await written;
    this.failures.forget(request.key);
    return reading;
  }

  /** Starts a refresh in the background if the entry's remaining time and its cost suggest it. */
  refreshIfDue(request: CacheRequest<unknown>, leftMs: number, costMs: number): void {
    if (!isDueEarly(leftMs, costMs, this.options.random)) {
      return;
    }
    if (this.refreshing.has(request.key) || this.refreshing.size >= MAX_REFRESHES_AHEAD) {
      return;
    }
    this.refreshing.add(request.key);
    this.refreshAhead(request)
      // The entry is still there, and whoever misses it will meet the error.
      .catch(() => {})
      .finally(() => this.refreshing.delete(request.key));
  }

  /** After an invalidation: what began before it is for its waiters only, and former errors say nothing any more. */
  forget(scopes: ReadonlySet<string>): void {
    this.flights.detachScopes(scopes);
    this.failures.forgetScopes(scopes);
  }

  private async answer<T>(request: CacheRequest<T>, flight: Flight<Answer<T>>): Promise<Landing<Answer<T>>> {
    const found = await this.options.secondTier.look(request);
    if (found.fresh !== undefined) {
      return ended(this.hit(request, flight, found.fresh, 'hit'));
    }
    const failure = this.failures.get(request.key);
    if (failure !== undefined) {
      return ended(withoutSource<T>(found, failure.error, false));
    }
    if (this.sharedFlights === undefined || found.generations === undefined) {
      return this.fetchAndFill(request, flight, found, undefined);
    }
    try {
      const turn = await this.sharedFlights.takeTurn(request, found, flight.signal);
      switch (turn.type) {
        case 'found':
          return ended(this.hit(request, flight, turn.entry, turn.hasWaited ? 'coalesced' : 'hit'));
        case 'failed':
          return ended(withoutSource<T>(found, decodeError(request, turn.error), false));
        case 'fetch':
          return await this.fetchAndFill(request, flight, turn.found, turn.lease);
      }
    } catch (error) {
      return ended({ outcome: 'failed', error, wasAsked: false });
    }
  }

  /** A person's refresh tells the truth of this moment: neither a former error nor a stale value will do. */
  private async refresh<T>(request: CacheRequest<T>, flight: Flight<Answer<T>>): Promise<Landing<Answer<T>>> {
    const { generations } = await this.options.secondTier.look(request);
    return this.fetchAndFill(request, flight, { fresh: undefined, stale: undefined, generations }, undefined);
  }

  private async fetchAndFill<T>(
    request: CacheRequest<T>,
    flight: Flight<Answer<T>>,
    found: Found,
    lease: Lease | undefined,
  ): Promise<Landing<Answer<T>>> {
    const startedAt = this.options.clock.monotonic();
    let data: T;
    try {
      data = await this.fetch(request, flight.signal);
    } catch (error) {
      return ended(await this.fail(request, flight, found, lease, error));
    }
    this.failures.forget(request.key);
    const origin = this.originOf(startedAt);
    const { reading, written } = this.land(request, data, origin, flight.isDetached ? undefined : found.generations);
    // The lock goes after the entry came, or those who wait for either would fetch as well.
    const afterwards = written.finally(() => lease?.finish());
    return { answer: { outcome: 'fetched', reading }, afterwards };
  }

  private async fail<T>(
    request: CacheRequest<T>,
    flight: Flight<Answer<T>>,
    found: Found,
    lease: Lease | undefined,
    error: unknown,
  ): Promise<Answer<T>> {
    if (error instanceof CancelledError) {
      await lease?.finish();
      return { outcome: 'failed', error, wasAsked: true };
    }
    if (!flight.isDetached) {
      this.failures.note(request.key, request.scopes, error, this.options.errorTtlMs);
    }
    await lease?.fail(encodeError(request, error), this.options.errorTtlMs);
    return withoutSource<T>(found, error, true);
  }

  private async refreshAhead(request: CacheRequest<unknown>): Promise<void> {
    const { secondTier, metrics, clock } = this.options;
    const found = await secondTier.look(request);
    if (found.generations === undefined) {
      return;
    }
    const lease = await this.sharedFlights?.tryLease(request, found.generations);
    if (this.sharedFlights !== undefined && lease === undefined) {
      return;
    }
    try {
      // Between the look and the lease another instance may have refreshed it, and gone.
      const latest = await secondTier.look(request);
      if (latest.generations === undefined || isNewer(latest, found)) {
        return;
      }
      const startedAt = clock.monotonic();
      metrics.recordBackgroundFetch(request.dataset);
      const data = await this.fetch(request, new AbortController().signal);
      await this.land(request, data, this.originOf(startedAt), latest.generations).written;
    } finally {
      await lease?.finish();
    }
  }

  /** Of data that came this moment. @param startedAt when it was asked for. */
  private originOf(startedAt: number): Origin {
    const { clock } = this.options;
    return { fetchedAt: clock.now(), costMs: clock.monotonic() - startedAt };
  }

  private land<T>(
    request: CacheRequest<T>,
    data: T,
    { fetchedAt, costMs }: Origin,
    generations: readonly number[] | undefined,
  ) {
    const { policies, random, instance, secondTier } = this.options;
    const ttlS = jitteredTtlS(policies[request.dataset].ttlS, random);
    const reading: Reading<T> = { data: deepFreeze(data), origin: 'source', fetchedAt, ttlS, fresh: true };
    // Without generations an entry could outlive an invalidation.
    const written =
      generations === undefined
        ? Promise.resolve(false)
        : secondTier
            .fill(request, { data, fetchedAt, ttlS, costMs: Math.round(costMs * 10) / 10, by: instance, generations })
            .then((isWritten) => {
              if (isWritten) {
                this.options.onDidFill(request.key, fetchedAt);
              }
              return isWritten;
            });
    return { reading, written };
  }

  private hit<T>(
    request: CacheRequest<T>,
    flight: Flight<Answer<T>>,
    entry: FoundEntry,
    outcome: 'hit' | 'coalesced',
  ): Answer<T> {
    this.refreshIfDue(request, entry.leftMs, entry.costMs);
    if (flight.isShared) {
      deepFreeze(entry.reading.data);
    }
    return { outcome, reading: entry.reading as Reading<T> };
  }
}

function isNewer({ fresh }: Found, former: Found): boolean {
  return fresh !== undefined && fresh.reading.fetchedAt > (former.fresh?.reading.fetchedAt ?? Number.NEGATIVE_INFINITY);
}

function ended<T>(answer: Answer<T>): Landing<Answer<T>> {
  return { answer, afterwards: undefined };
}

/** What there is when the source cannot be read: the stale value with the reason, else the reason. */
function withoutSource<T>(found: Found, error: unknown, wasAsked: boolean): Answer<T> {
  return found.stale === undefined
    ? { outcome: 'failed', error, wasAsked }
    : { outcome: 'stale', reading: { ...(found.stale.reading as Reading<T>), failure: error }, wasAsked };
}

function encodeError(request: CacheRequest<unknown>, error: unknown): string {
  return request.errors?.encode(error) ?? describeError(error).slice(0, 1_000);
}

function decodeError(request: CacheRequest<unknown>, text: string): Error {
  return request.errors?.decode(text) ?? new SharedSourceError(text);
}

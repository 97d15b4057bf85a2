import type { Clock } from '../base/clock';
import { CancelledError, describeError, FleetCacheError } from '../base/errors';
import type { EntryWriter } from './entryWriter';
import type { FirstTier } from './firstTier';
import { type Flight, Flights, type Landing } from './flights';
import { deepFreeze } from './freeze';
import type { CacheRequest, Reading } from './reading';
import { RecentFailures } from './recentFailures';
import type { RefreshAhead } from './refreshAhead';
import type { Found, FoundEntry, SecondTier } from './secondTier';
import type { Lease, SharedFlights } from './sharedFlights';
import type { Fetched, SourceReader } from './sourceReader';
import { StoreBudget } from './storeBudget';

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
  readonly sharedFlights: SharedFlights | undefined;
  readonly source: SourceReader;
  readonly writer: EntryWriter;
  readonly refreshAhead: RefreshAhead;
  readonly clock: Clock;
  /** The longest that a read may wait for the store, in ms. */
  readonly storeTimeoutMs: number;
  readonly errorTtlMs: number;
}

/** What a batch knows already of a key that it missed. */
export interface Missed {
  /** Of the key's scopes; `undefined` where the store could not tell. */
  readonly generations: readonly number[] | undefined;
  /** The batch's, for all of its keys. */
  readonly budget: StoreBudget;
}

/** The source of another instance failed; its message is that one's. */
export class SharedSourceError extends FleetCacheError {}

/** Reads what the first tier does not have: from the second, from another instance's fetch, or from the source. */
export class Reader {
  private readonly flights: Flights;
  private readonly failures: RecentFailures;

  constructor(private readonly options: ReaderOptions) {
    this.flights = new Flights(options.firstTier, options.clock);
    this.failures = new RecentFailures(options.clock);
  }

  /** The flight for a request, running already or new. */
  fly<T>(request: CacheRequest<T>, missed?: Missed): Flight<Answer<T>> {
    return this.flights.join<Answer<T>>(request.key, request.scopes, (flight) => this.answer(request, flight, missed));
  }

  /** A new flight, which passes over what is cached. */
  flyAnew<T>(request: CacheRequest<T>): Flight<Answer<T>> {
    this.flights.detachKey(request.key);
    return this.flights.join<Answer<T>>(request.key, request.scopes, (flight) => this.refresh(request, flight));
  }

  /**
   * Makes a reading of what the source has just given, and waits for its entry to be written.
   *
   * @param generations as {@link EntryWriter.write} takes them.
   */
  async store<T>(request: CacheRequest<T>, fetched: Fetched<T>, generations: readonly number[] | undefined) {
    const { reading, written } = this.options.writer.write(request, fetched, generations);
    await written;
    this.failures.forget(request.key);
    return reading;
  }

  /** After an invalidation: what began before it is for its waiters only, and former errors say nothing any more. */
  forget(scopes: ReadonlySet<string>): void {
    this.flights.detachScopes(scopes);
    this.failures.forgetScopes(scopes);
  }

  /** What is fetched now for a key that matches is for its waiters only. */
  forgetMatching(matches: (key: string) => boolean): void {
    this.flights.detachMatching(matches);
  }

  private async answer<T>(
    request: CacheRequest<T>,
    flight: Flight<Answer<T>>,
    missed: Missed | undefined,
  ): Promise<Landing<Answer<T>>> {
    const { secondTier, sharedFlights, clock, storeTimeoutMs } = this.options;
    const startedAt = clock.monotonic();
    // The store bounds the look by itself: most reads end here, and need no timer.
    const found = await (missed === undefined ? secondTier.look(request) : this.lookAfterBatch(request, missed));
    if (found.fresh !== undefined) {
      return ended(this.hit(request, flight, found.fresh, 'hit'));
    }
    const budget = missed?.budget ?? new StoreBudget(storeTimeoutMs - (clock.monotonic() - startedAt), clock);
    const failure = this.failures.get(request.key);
    if (failure !== undefined) {
      return ended(withoutSource<T>(found, failure.error, false));
    }
    if (sharedFlights === undefined || found.generations === undefined) {
      return this.fetchAndFill(request, flight, found, undefined, budget);
    }
    try {
      const turn = await sharedFlights.takeTurn(request, found, budget, flight.signal);
      switch (turn.type) {
        case 'found':
          return ended(this.hit(request, flight, turn.entry, turn.hasWaited ? 'coalesced' : 'hit'));
        case 'failed':
          return ended(withoutSource<T>(found, decodeError(request, turn.error), false));
        case 'fetch':
          return await this.fetchAndFill(request, flight, turn.found, turn.lease, budget);
      }
    } catch (error) {
      return ended({ outcome: 'failed', error, wasAsked: false });
    }
  }

  /** @returns nothing stale: what a batch found stale may have been voided before this flight began. */
  private async lookAfterBatch(request: CacheRequest<unknown>, { generations, budget }: Missed): Promise<Found> {
    const missed = { fresh: undefined, stale: undefined, generations };
    // Whoever gets the lock looks once more.
    const isLookNeeded = generations === undefined || this.options.sharedFlights === undefined;
    return isLookNeeded ? ((await budget.wait(() => this.options.secondTier.look(request))) ?? missed) : missed;
  }

  /** A person's refresh tells the truth of this moment: neither a former error nor a stale value will do. */
  private async refresh<T>(request: CacheRequest<T>, flight: Flight<Answer<T>>): Promise<Landing<Answer<T>>> {
    const { generations } = await this.options.secondTier.look(request);
    return this.fetchAndFill(request, flight, { fresh: undefined, stale: undefined, generations }, undefined);
  }

  /** @param budget is granted what the source took. */
  private async fetchAndFill<T>(
    request: CacheRequest<T>,
    flight: Flight<Answer<T>>,
    found: Found,
    lease: Lease | undefined,
    budget?: StoreBudget,
  ): Promise<Landing<Answer<T>>> {
    const { source, writer, clock } = this.options;
    const startedAt = clock.monotonic();
    let fetched: Fetched<T>;
    try {
      fetched = await source.read(request, flight.signal);
    } catch (error) {
      return ended(this.fail(request, flight, found, lease, error));
    } finally {
      budget?.grant(clock.monotonic() - startedAt);
    }
    this.failures.forget(request.key);
    const generations = flight.isDetached ? undefined : found.generations;
    const { reading, written } = writer.write(request, fetched, generations, lease);
    return { answer: { outcome: 'fetched', reading }, afterwards: written };
  }

  /** Nobody waits for the others to be told: the store may be slow to. */
  private fail<T>(
    request: CacheRequest<T>,
    flight: Flight<Answer<T>>,
    found: Found,
    lease: Lease | undefined,
    error: unknown,
  ): Answer<T> {
    if (error instanceof CancelledError) {
      void lease?.finish();
      return { outcome: 'failed', error, wasAsked: true };
    }
    const { errorTtlMs } = this.options;
    if (!flight.isDetached) {
      this.failures.note(request.key, request.scopes, error, errorTtlMs);
    }
    void lease?.fail(encodeError(request, error), errorTtlMs);
    return withoutSource<T>(found, error, true);
  }

  private hit<T>(
    request: CacheRequest<T>,
    flight: Flight<Answer<T>>,
    entry: FoundEntry,
    outcome: 'hit' | 'coalesced',
  ): Answer<T> {
    this.options.refreshAhead.startIfDue(request, entry.leftMs, entry.costMs);
    if (flight.isShared) {
      deepFreeze(entry.reading.data);
    }
    return { outcome, reading: entry.reading as Reading<T> };
  }
}

function ended<T>(answer: Answer<T>): Landing<Answer<T>> {
  return { answer, afterwards: undefined };
}

/** What there is when the source cannot be read: the stale value with the reason, else the reason. */
function withoutSource<T>(found: Found, error: unknown, wasAsked: boolean): Answer<T> {
  if (found.stale === undefined) {
    return { outcome: 'failed', error, wasAsked };
  }
  // Several may wait for it.
  deepFreeze(found.stale.reading.data);
  return { outcome: 'stale', reading: { ...(found.stale.reading as Reading<T>), failure: error }, wasAsked };
}

function encodeError(request: CacheRequest<unknown>, error: unknown): string {
  try {
    return request.errors?.encode(error) ?? describeError(error).slice(0, 1_000);
  } catch {
    // Whatever is wrong with the codec, the lock has to end.
    return 'The source failed.';
  }
}

function decodeError(request: CacheRequest<unknown>, text: string): Error {
  return request.errors?.decode(text) ?? new SharedSourceError(text);
}

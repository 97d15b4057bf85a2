import type { Clock } from '../base/clock';
import { CancelledError } from '../base/errors';
import type { Flight } from './flights';
import type { CacheMetrics, LookupOutcome } from './metrics';
import type { Dataset } from './policy';
import type { Answer } from './reader';

/** One read that waits for a flight. */
export interface Lookup {
  readonly dataset: Dataset;
  /** False for the product's own reads: they are no lookups. */
  readonly isCounted: boolean;
  /** Of `Clock.monotonic`. */
  readonly startedAt: number;
}

/** Counts how reads ended that the first tier could not answer. */
export class Lookups {
  constructor(
    private readonly metrics: CacheMetrics,
    private readonly clock: Clock,
  ) {}

  /** Counts an answer for one of those who waited for it. @throws what the source threw. */
  end<T>(lookup: Lookup, flight: Flight<Answer<T>>, answer: Answer<T>): Exclude<Answer<T>, { outcome: 'failed' }> {
    const isAsking = 'wasAsked' in answer ? answer.wasAsked : answer.outcome === 'fetched';
    const isFirst = isAsking && flight.claimFetch();
    if (answer.outcome === 'failed' && answer.error instanceof CancelledError) {
      throw answer.error;
    }
    if (lookup.isCounted) {
      const latencyMs = this.clock.monotonic() - lookup.startedAt;
      const isServed = answer.outcome === 'hit' || answer.outcome === 'stale';
      const ageMs = isServed ? Math.max(0, this.clock.now() - answer.reading.fetchedAt) : undefined;
      this.metrics.recordLookup(lookup.dataset, outcomeOf(answer, isFirst), latencyMs, ageMs);
    } else if (isFirst) {
      this.metrics.recordBackgroundFetch(lookup.dataset);
    }
    if (answer.outcome === 'failed') {
      throw answer.error;
    }
    return answer;
  }

  /** Counts a read past the cache. */
  bypassed({ dataset, isCounted, startedAt }: Lookup): void {
    if (isCounted) {
      this.metrics.recordLookup(dataset, 'bypass', this.clock.monotonic() - startedAt);
    } else {
      this.metrics.recordBackgroundFetch(dataset);
    }
  }
}

function outcomeOf(answer: Answer<unknown>, isFirst: boolean): LookupOutcome {
  switch (answer.outcome) {
    case 'hit':
      return 'l2Hit';
    case 'stale':
      return isFirst ? 'staleAsked' : 'staleHit';
    default:
      return isFirst ? 'fetched' : 'coalesced';
  }
}

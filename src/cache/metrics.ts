import type { Clock } from '../base/clock';
import { LatencyHistogram } from './histogram';
import type { Dataset } from './policy';

/**
 * Counts of reads. Of every counted lookup exactly one of `l1Hits`, `l2Hits`, `staleHits`, `misses`, `bypasses` is counted,
 * and of every miss exactly one of `fetches` (it read the source) and `coalesced` (it waited for another's read).
 */
export interface LookupCounts {
  lookups: number;
  l1Hits: number;
  l2Hits: number;
  staleHits: number;
  misses: number;
  bypasses: number;
  fetches: number;
  coalesced: number;
  /** Source reads that failed, and stored values that could not be read. */
  errors: number;
  /** Source reads on the product's own account: warming, views that refresh. No lookups. */
  backgroundFetches: number;
}

/** How one lookup ended. */
export type LookupOutcome = 'l1Hit' | 'l2Hit' | 'staleHit' | 'fetched' | 'coalesced' | 'bypass';

export type Window = '1m' | '5m' | 'start';

const BUCKET_MS = 5_000;
const BUCKETS = 60;
const WINDOW_BUCKETS: Readonly<Record<Exclude<Window, 'start'>, number>> = { '1m': 12, '5m': BUCKETS };

type DatasetCounts = Map<Dataset, LookupCounts>;

/** This instance's figures, per dataset. Windows move in steps of five seconds. */
export class CacheMetrics {
  private readonly sinceStart: DatasetCounts = new Map();
  /** A ring: bucket `n` holds the five seconds whose number modulo the ring's length is `n`. */
  private readonly ring = Array.from({ length: BUCKETS }, () => ({ slot: -1, counts: new Map() as DatasetCounts }));

  readonly hitLatency = new LatencyHistogram();
  readonly missLatency = new LatencyHistogram();
  readonly fetchLatency = new LatencyHistogram();

  constructor(private readonly clock: Clock) {}

  /** Counts one lookup and how it ended. */
  recordLookup(dataset: Dataset, outcome: LookupOutcome, latencyMs: number): void {
    const isHit = outcome === 'l1Hit' || outcome === 'l2Hit' || outcome === 'staleHit';
    (isHit ? this.hitLatency : this.missLatency).observe(latencyMs);
    this.count(dataset, (counts) => {
      counts.lookups++;
      if (outcome === 'l1Hit') counts.l1Hits++;
      else if (outcome === 'l2Hit') counts.l2Hits++;
      else if (outcome === 'staleHit') counts.staleHits++;
      else if (outcome === 'bypass') counts.bypasses++;
      else {
        counts.misses++;
        if (outcome === 'fetched') counts.fetches++;
        else counts.coalesced++;
      }
    });
  }

  /** Notes what a read of the source took, whoever caused it. */
  recordFetch(latencyMs: number): void {
    this.fetchLatency.observe(latencyMs);
  }

  recordError(dataset: Dataset): void {
    this.count(dataset, (counts) => counts.errors++);
  }

  recordBackgroundFetch(dataset: Dataset): void {
    this.count(dataset, (counts) => counts.backgroundFetches++);
  }

  /** Counts of one dataset, or of all together. */
  counts(window: Window, dataset?: Dataset): LookupCounts {
    const total = emptyCounts();
    for (const counts of this.countsInWindow(window)) {
      for (const [name, part] of counts) {
        if (dataset === undefined || name === dataset) {
          addCounts(total, part);
        }
      }
    }
    return total;
  }

  /** Share of lookups that the cache answered, 0 to 1; `undefined` without lookups. */
  hitRatio(window: Window, dataset?: Dataset): number | undefined {
    const { lookups, l1Hits, l2Hits, staleHits } = this.counts(window, dataset);
    return lookups === 0 ? undefined : (l1Hits + l2Hits + staleHits) / lookups;
  }

  /** Share of lookups that did not read the source, 0 to 1; `undefined` without lookups. */
  sourceOffload(window: Window, dataset?: Dataset): number | undefined {
    const { lookups, fetches, bypasses } = this.counts(window, dataset);
    return lookups === 0 ? undefined : 1 - (fetches + bypasses) / lookups;
  }

  private countsInWindow(window: Window): DatasetCounts[] {
    if (window === 'start') {
      return [this.sinceStart];
    }
    const oldest = this.currentSlot() - WINDOW_BUCKETS[window] + 1;
    return this.ring.filter(({ slot }) => slot >= oldest).map(({ counts }) => counts);
  }

  private count(dataset: Dataset, apply: (counts: LookupCounts) => void): void {
    const slot = this.currentSlot();
    const bucket = this.ring[slot % BUCKETS] as (typeof this.ring)[number];
    if (bucket.slot !== slot) {
      bucket.slot = slot;
      bucket.counts.clear();
    }
    apply(countsOf(bucket.counts, dataset));
    apply(countsOf(this.sinceStart, dataset));
  }

  private currentSlot(): number {
    return Math.floor(this.clock.now() / BUCKET_MS);
  }
}

function countsOf(all: DatasetCounts, dataset: Dataset): LookupCounts {
  let counts = all.get(dataset);
  if (counts === undefined) {
    counts = emptyCounts();
    all.set(dataset, counts);
  }
  return counts;
}

function emptyCounts(): LookupCounts {
  return {
    lookups: 0,
    l1Hits: 0,
    l2Hits: 0,
    staleHits: 0,
    misses: 0,
    bypasses: 0,
    fetches: 0,
    coalesced: 0,
    errors: 0,
    backgroundFetches: 0,
  };
}

function addCounts(total: LookupCounts, part: LookupCounts): void {
  for (const name of Object.keys(total) as (keyof LookupCounts)[]) {
    total[name] += part[name];
  }
}

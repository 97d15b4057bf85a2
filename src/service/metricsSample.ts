import type { LookupCounts } from '../cache/metrics';
import type { Dataset } from '../cache/policy';

/** What of {@link LookupCounts} adds up: `lookups` is the sum of the others. */
export type SampleCounts = Readonly<
  Pick<LookupCounts, 'lookups' | 'l1Hits' | 'l2Hits' | 'staleHits' | 'misses' | 'bypasses'>
>;

/** What happened in a span. A span of which nothing is known has no sample. */
export interface HistorySample {
  /** The end of the span, in ms since the epoch, by this machine's clock. */
  readonly at: number;
  /** Its length, in ms. */
  readonly spanMs: number;
  readonly total: SampleCounts;
  /** Those with lookups in the span. */
  readonly datasets: ReadonlyMap<Dataset, SampleCounts>;
  /** Medians, in ms; absent when nothing was measured. The last bound of the histogram stands for all that is slower. */
  readonly hitMs?: number;
  readonly missMs?: number;
  /** Through whichever instance, as far as this one was told. */
  readonly invalidations: number;
  /** From the first tier, for want of room. */
  readonly evictions: number;
  /** Absent while nobody looked. */
  readonly redisMemoryBytes?: number;
  /** Whether it could not be used at the end of the span. */
  readonly redisWasDown: boolean;
}

export const NO_COUNTS: SampleCounts = { lookups: 0, l1Hits: 0, l2Hits: 0, staleHits: 0, misses: 0, bypasses: 0 };

const NAMES = Object.keys(NO_COUNTS) as (keyof SampleCounts)[];

export function addCounts(a: SampleCounts, b: SampleCounts): SampleCounts {
  return countsBy((name) => a[name] + b[name]);
}

/** What came since; all of it when the counting began anew meanwhile. */
export function countsSince(now: SampleCounts, before: SampleCounts): SampleCounts {
  return NAMES.some((name) => now[name] < before[name])
    ? countsBy((name) => now[name])
    : countsBy((name) => now[name] - before[name]);
}

/** Two spans of which one follows the other, as one. */
export function mergeSamples(earlier: HistorySample, later: HistorySample): HistorySample {
  const datasets = new Map(earlier.datasets);
  for (const [dataset, counts] of later.datasets) {
    datasets.set(dataset, addCounts(datasets.get(dataset) ?? NO_COUNTS, counts));
  }
  const hitMs = weighted([earlier.hitMs, hitsOf(earlier)], [later.hitMs, hitsOf(later)]);
  const missMs = weighted([earlier.missMs, missesOf(earlier)], [later.missMs, missesOf(later)]);
  const redisMemoryBytes = later.redisMemoryBytes ?? earlier.redisMemoryBytes;
  return {
    at: later.at,
    spanMs: earlier.spanMs + later.spanMs,
    total: addCounts(earlier.total, later.total),
    datasets,
    ...(hitMs === undefined ? {} : { hitMs }),
    ...(missMs === undefined ? {} : { missMs }),
    invalidations: earlier.invalidations + later.invalidations,
    evictions: earlier.evictions + later.evictions,
    ...(redisMemoryBytes === undefined ? {} : { redisMemoryBytes }),
    redisWasDown: earlier.redisWasDown || later.redisWasDown,
  };
}

function hitsOf({ total }: HistorySample): number {
  return total.l1Hits + total.l2Hits + total.staleHits;
}

function missesOf({ total }: HistorySample): number {
  return total.misses + total.bypasses;
}

/** The mean of two medians, by what each is the median of: the values themselves are not known any more. */
function weighted(...parts: readonly (readonly [median: number | undefined, weight: number])[]): number | undefined {
  let sum = 0;
  let weights = 0;
  for (const [median, weight] of parts) {
    if (median !== undefined) {
      sum += median * Math.max(1, weight);
      weights += Math.max(1, weight);
    }
  }
  return weights === 0 ? undefined : sum / weights;
}

function countsBy(value: (name: keyof SampleCounts) => number): SampleCounts {
  return {
    lookups: value('lookups'),
    l1Hits: value('l1Hits'),
    l2Hits: value('l2Hits'),
    staleHits: value('staleHits'),
    misses: value('misses'),
    bypasses: value('bypasses'),
  };
}

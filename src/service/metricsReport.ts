import type { CacheService } from '../cache/cacheService';
import type { LatencyHistogram } from '../cache/histogram';
import type { InstanceRecord } from '../cache/instanceDirectory';
import type { CacheMetrics, LookupCounts, Window } from '../cache/metrics';
import type { Dataset, Policies } from '../cache/policy';

/** From the shortest to all. */
export const WINDOWS: readonly Window[] = ['1m', '5m', 'start'];

/** Counts of one window, and the shares that they come to; absent without lookups. */
export interface WindowMetrics {
  readonly counts: Readonly<LookupCounts>;
  /** From 0 to 1. */
  readonly hitRatio?: number;
  readonly sourceOffload?: number;
}

export type WindowedMetrics = Readonly<Record<Window, WindowMetrics>>;

export interface DatasetMetrics {
  readonly dataset: Dataset;
  readonly windows: WindowedMetrics;
  /** Kept in this process now. */
  readonly entries: number;
  /** Size of their texts. */
  readonly bytes: number;
}

/** Observations since the counting began. */
export interface LatencyMetrics {
  /** By bucket of `BOUNDS_MS`, and one more for all that is slower. */
  readonly buckets: readonly number[];
  readonly sumMs: number;
}

/** What one instance has counted, at one moment. */
export interface MetricsReport {
  readonly instance: Pick<InstanceRecord, 'id' | 'kind' | 'version'>;
  /** When the counting began, in ms since the epoch. */
  readonly since: number;
  readonly datasets: readonly DatasetMetrics[];
  readonly total: WindowedMetrics;
  readonly latency: Readonly<Record<'hit' | 'miss' | 'fetch', LatencyMetrics>>;
  readonly firstTier: { readonly entries: number; readonly bytes: number; readonly evictions: number };
  readonly redis: { readonly isUp: boolean; readonly refusesReads: boolean; readonly refusesWrites: boolean };
}

/** Asks nobody; goes through the entries of the first tier. */
export function reportMetrics(
  { metrics, firstTier, storeHealth }: Pick<CacheService, 'metrics' | 'firstTier' | 'storeHealth'>,
  policies: Policies,
  { id, kind, version }: MetricsReport['instance'],
): MetricsReport {
  const usage = firstTier.usage();
  const { state } = storeHealth;
  return {
    instance: { id, kind, version },
    since: metrics.since,
    // The keys are those of the type, which `Object.keys` cannot say.
    datasets: (Object.keys(policies) as Dataset[]).map((dataset) => ({
      dataset,
      windows: windowsOf(metrics, dataset),
      entries: usage.get(dataset)?.entries ?? 0,
      bytes: usage.get(dataset)?.bytes ?? 0,
    })),
    total: windowsOf(metrics),
    latency: {
      hit: latencyOf(metrics.hitLatency),
      miss: latencyOf(metrics.missLatency),
      fetch: latencyOf(metrics.fetchLatency),
    },
    firstTier: {
      entries: firstTier.entryCount,
      bytes: firstTier.sizeBytes,
      evictions: firstTier.evictionCount,
    },
    redis: {
      isUp: state !== 'down' && state !== 'connecting',
      refusesReads: state === 'refusing-reads',
      refusesWrites: state === 'refusing-writes',
    },
  };
}

function windowsOf(metrics: CacheMetrics, dataset?: Dataset): WindowedMetrics {
  const of = (window: Window): WindowMetrics => {
    const hitRatio = metrics.hitRatio(window, dataset);
    const sourceOffload = metrics.sourceOffload(window, dataset);
    return {
      counts: metrics.counts(window, dataset),
      ...(hitRatio === undefined ? {} : { hitRatio }),
      ...(sourceOffload === undefined ? {} : { sourceOffload }),
    };
  };
  return { '1m': of('1m'), '5m': of('5m'), start: of('start') };
}

function latencyOf(histogram: LatencyHistogram): LatencyMetrics {
  return { buckets: histogram.snapshot(), sumMs: histogram.sumMs };
}

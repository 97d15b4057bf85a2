import { quantileOf } from '../cache/histogram';
import type { LookupCounts } from '../cache/metrics';
import { type LatencyMetrics, type MetricsReport, WINDOWS, type WindowMetrics } from './metricsReport';

const COUNTS: readonly (keyof LookupCounts)[] = [
  'lookups',
  'l1Hits',
  'l2Hits',
  'staleHits',
  'misses',
  'bypasses',
  'fetches',
  'coalesced',
  'staleFetches',
  'backgroundFetches',
  'errors',
];

const LATENCIES = ['hit', 'miss', 'fetch'] as const;
const QUANTILES = [
  ['P50', 0.5],
  ['P95', 0.95],
  ['P99', 0.99],
] as const;

/**
 * The figures of one instance as a table: a row for each window of each dataset, and of all together, which is called `all`.
 * Latencies, in ms, stand in the row of all since the start. What is not known is empty.
 */
export function metricsCsv({ datasets, total, latency, firstTier }: MetricsReport): string {
  const latencyNames = LATENCIES.flatMap((name) => QUANTILES.map(([quantile]) => `${name}${quantile}Ms`));
  const header = ['dataset', 'window', ...COUNTS, 'hitRatio', 'sourceOffload', 'l1Entries', 'l1Bytes', ...latencyNames];
  const rows = [
    header,
    ...datasets.flatMap(({ dataset, windows, entries, bytes }) =>
      WINDOWS.map((window) => [dataset, window, ...figures(windows[window]), entries, bytes]),
    ),
    ...WINDOWS.map((window) => [
      ...['all', window, ...figures(total[window]), firstTier.entries, firstTier.bytes],
      ...(window === 'start' ? LATENCIES.flatMap((name) => quantilesOf(latency[name])) : []),
    ]),
  ];
  // Names and numbers alone: nothing of it needs quotes.
  return rows.map((row) => `${header.map((_, column) => row[column] ?? '').join(',')}\r\n`).join('');
}

function figures({ counts, hitRatio, sourceOffload }: WindowMetrics): readonly (number | string)[] {
  return [...COUNTS.map((name) => counts[name]), share(hitRatio), share(sourceOffload)];
}

function share(value: number | undefined): number | string {
  return value === undefined ? '' : Number(value.toFixed(6));
}

/** The upper bounds of the buckets that the quantiles fall in; `Infinity` above the last. */
function quantilesOf({ buckets }: LatencyMetrics): readonly (number | string)[] {
  return QUANTILES.map(([, quantile]) => quantileOf(buckets, quantile) ?? '');
}

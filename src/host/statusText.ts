import type { CacheMetrics } from '../cache/metrics';
import type { Availability } from '../protocol/dashboard';
import { TARGET_RATIO } from './dashboard/head';
import { formatCount, formatRatio, plural } from './format';

/** How the status bar shows the cache. */
export interface StatusText {
  /** With VS Code's `$(icon)`s. */
  readonly text: string;
  /** The same in words, and more: for screen readers, and above the figures of the tooltip. */
  readonly details: string;
  /** Normal, under the target, or something keeps the cache from working. */
  readonly mood: 'normal' | 'under-target' | 'problem';
  /** Of the last five minutes, the dataset that was read most first. */
  readonly datasets: readonly DatasetLine[];
}

export interface DatasetLine {
  readonly dataset: string;
  readonly lookups: number;
  readonly hitRatio: number;
  readonly sourceOffload: number;
}

export type Figures = Pick<CacheMetrics, 'countedDatasets' | 'counts' | 'hitRatio' | 'sourceOffload'>;

/** Fewer lookups in five minutes say nothing about a target: of a fleet that is read for the first time all are misses. */
const FEWEST_LOOKUPS = 100;
/** A smaller difference between the last minute and the last five is no trend. */
const TREND = 0.01;

const QUIET = 'Fleet Cache: nobody has read through the cache in the last 5 minutes.';

/** The hit ratio of the last five minutes, where the last minute goes, and under the target what says so. */
export function statusOfFigures(metrics: Figures): StatusText {
  const ratio = metrics.hitRatio('5m');
  if (ratio === undefined) {
    return { text: '$(database) Fleet Cache', details: QUIET, mood: 'normal', datasets: [] };
  }
  const { lookups } = metrics.counts('5m');
  const isUnderTarget = ratio < TARGET_RATIO && lookups >= FEWEST_LOOKUPS;
  const trend = trendOf(metrics.hitRatio('1m'), ratio);
  return {
    text: `$(database) ${formatRatio(ratio)} hits ${trend.icon}`.trimEnd(),
    details: [`${formatRatio(ratio)} hits${trend.words}`, ...detailsOf(metrics, isUnderTarget)].join('\n'),
    mood: isUnderTarget ? 'under-target' : 'normal',
    datasets: datasetLines(metrics),
  };
}

/** Where no miners are read. @returns `undefined` where there is a fleet. */
export function statusWithoutFleet(availability: Availability, isPaused = false): StatusText | undefined {
  const text = isPaused ? '$(debug-pause) paused' : '$(database) no fleet';
  return availability.state === 'running'
    ? undefined
    : { text, details: availability.reason, mood: 'normal', datasets: [] };
}

function trendOf(lastMinute: number | undefined, ratio: number): { readonly icon: string; readonly words: string } {
  const difference = (lastMinute ?? ratio) - ratio;
  if (Math.abs(difference) < TREND) {
    return { icon: '', words: '' };
  }
  return difference > 0 ? { icon: '$(arrow-up)', words: ', rising' } : { icon: '$(arrow-down)', words: ', falling' };
}

function detailsOf(metrics: Figures, isUnderTarget: boolean): readonly string[] {
  const recent = metrics.counts('5m');
  const hits = recent.l1Hits + recent.l2Hits + recent.staleHits;
  const total = metrics.counts('start');
  const offload = metrics.sourceOffload('5m');
  return [
    ...(isUnderTarget ? [`Under the target of ${formatRatio(TARGET_RATIO)}`] : []),
    `Fleet Cache, last 5 minutes of this window: ${plural(recent.lookups, 'lookup')}`,
    `${formatCount(hits)} hits, ${formatCount(recent.misses)} misses (${formatCount(recent.fetches)} fetched from miners, ${formatCount(recent.coalesced)} waited for another's fetch)`,
    `Reads spared the miners: ${offload === undefined ? 'unknown' : formatRatio(offload)}`,
    `Since start: ${plural(total.lookups, 'lookup')}`,
  ];
}

function datasetLines(metrics: Figures): readonly DatasetLine[] {
  return metrics.countedDatasets
    .map((dataset) => ({
      dataset,
      lookups: metrics.counts('5m', dataset).lookups,
      hitRatio: metrics.hitRatio('5m', dataset) ?? 0,
      sourceOffload: metrics.sourceOffload('5m', dataset) ?? 0,
    }))
    .filter(({ lookups }) => lookups > 0)
    .sort((a, b) => b.lookups - a.lookups);
}

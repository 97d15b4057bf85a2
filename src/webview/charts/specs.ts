import type { Colours, DataColour } from '../colours';
import { formatBytes, formatMs, formatRate, formatRatio } from '../format';
import { plain } from '../text';
import { hitRatio, type Span } from './timeline';

/** Fillings that differ in form as well, for eyes to which the colours look alike. */
export type Pattern = 'solid' | 'rising' | 'dots' | 'crossed' | 'level' | 'falling';

/** One line or layer of a chart. */
export interface SeriesSpec {
  readonly key: string;
  readonly label: string;
  readonly colour: (colours: Colours) => string;
  /** `undefined` where nothing was measured. */
  readonly value: (span: Span) => number | undefined;
  readonly width?: number;
  readonly dash?: readonly number[];
  readonly pattern?: Pattern;
}

export interface ChartSpec {
  readonly id: string;
  readonly title: string;
  /** What the figures are, for people who do not see the chart. */
  readonly description: string;
  readonly format: (value: number | undefined) => string;
  readonly axis: (value: number) => string;
  /** Layers that stand on each other; else lines. */
  readonly isStacked: boolean;
  /** Of the values' axis; `share` is from somewhere below the target to 1, `bytes` has marks at round numbers of them. */
  readonly scale: 'share' | 'linear' | 'bytes' | 'logarithmic';
  /** Marks of invalidations and evictions on the time axis. */
  readonly hasMarks: boolean;
  readonly empty: string;
  /** By the datasets that there are in the time shown. */
  readonly series: (datasets: readonly string[]) => readonly SeriesSpec[];
}

const MAX_DATASETS = 12;
const DATASET_COLOURS: readonly DataColour[] = ['l2', 'stale', 'bypass', 'miss', 'suspended', 'l1'];
const DATASET_DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2]];

const data = (name: DataColour) => (colours: Colours) => colours.data(name);
const perSecond = (count: number, { spanMs }: Span) => (count * 1000) / spanMs;

export const HIT_RATIO: ChartSpec = {
  id: 'hit-ratio',
  title: 'Hit ratio',
  description: 'Share of lookups that the cache answered, over time, for all data and for each dataset.',
  format: formatRatio,
  axis: (value) => `${Math.round(value * 100)} %`,
  isStacked: false,
  scale: 'share',
  hasMarks: true,
  empty: 'Nothing has been read through the cache in this time.',
  series: (datasets) => [
    {
      key: 'all',
      label: 'All',
      colour: ({ foreground }) => foreground,
      width: 2,
      value: ({ total }) => hitRatio(total),
    },
    ...datasets.slice(0, MAX_DATASETS).map((name, index) => ({
      key: `dataset:${name}`,
      label: plain(name, 40),
      colour: data(DATASET_COLOURS[index % DATASET_COLOURS.length] ?? 'l2'),
      dash: DATASET_DASHES[Math.floor(index / DATASET_COLOURS.length) % DATASET_DASHES.length] ?? [],
      width: 1.25,
      value: (span: Span) => hitRatio(Object.hasOwn(span.datasets, name) ? span.datasets[name] : undefined),
    })),
  ],
};

/** Where there is little room: all data in one line. */
export const COMPACT_HIT_RATIO: ChartSpec = { ...HIT_RATIO, hasMarks: false, series: () => HIT_RATIO.series([]) };

export const LOOKUPS: ChartSpec = {
  id: 'lookups',
  title: 'Lookups by result',
  description: 'Lookups per second by how they ended, one layer on the other.',
  format: formatRate,
  axis: (value) => formatAxisNumber(value),
  scale: 'linear',
  isStacked: true,
  hasMarks: true,
  empty: 'Nothing has been read through the cache in this time.',
  series: () => [
    { key: 'l1', label: 'L1 hit', colour: data('l1'), pattern: 'solid', value: (s) => perSecond(s.total.l1Hits, s) },
    { key: 'l2', label: 'L2 hit', colour: data('l2'), pattern: 'rising', value: (s) => perSecond(s.total.l2Hits, s) },
    {
      key: 'stale',
      label: 'Stale',
      colour: data('stale'),
      pattern: 'dots',
      value: (s) => perSecond(s.total.staleHits, s),
    },
    {
      key: 'miss',
      label: 'Miss',
      colour: data('miss'),
      pattern: 'crossed',
      value: (s) => perSecond(s.total.misses, s),
    },
    {
      key: 'bypass',
      label: 'Bypass',
      colour: data('bypass'),
      pattern: 'level',
      value: (s) => perSecond(s.total.bypasses, s),
    },
  ],
};

export const LATENCY: ChartSpec = {
  id: 'latency',
  title: 'Latency of hits and misses',
  description: 'Median time that a lookup took, over time, for hits and for misses.',
  format: formatMs,
  axis: (value) => formatAxisMs(value),
  scale: 'logarithmic',
  isStacked: false,
  hasMarks: false,
  empty: 'No lookup was measured in this time.',
  series: () => [
    { key: 'hit', label: 'Hit', colour: data('l1'), width: 1.5, value: ({ hitMs }) => hitMs },
    { key: 'miss', label: 'Miss', colour: data('miss'), width: 1.5, dash: [6, 3], value: ({ missMs }) => missMs },
  ],
};

export const MEMORY: ChartSpec = {
  id: 'memory',
  title: 'Redis memory',
  description: 'Memory that Redis uses, over time.',
  format: formatBytes,
  axis: (value) => formatBytes(value),
  scale: 'bytes',
  isStacked: false,
  hasMarks: false,
  empty: 'Redis has not told its memory in this time.',
  series: () => [
    { key: 'memory', label: 'Used', colour: data('l2'), width: 1.5, value: ({ redisMemoryBytes }) => redisMemoryBytes },
  ],
};

function formatAxisNumber(value: number): string {
  return value >= 1000 ? `${+(value / 1000).toFixed(1)}k` : String(+value.toFixed(2));
}

function formatAxisMs(value: number): string {
  return value >= 1000 ? `${+(value / 1000).toFixed(1)} s` : `${+value.toFixed(2)} ms`;
}

import type { CacheMetrics, Window } from './metrics';

/** Counts of lookups in one window. */
export interface WindowFigures {
  readonly lookups: number;
  /** Those that the cache answered. */
  readonly hits: number;
  /** Those that read the source. */
  readonly sourceReads: number;
}

/** What an instance tells the others of its lookups, or what comes of several. */
export type InstanceFigures = Readonly<Record<Window, WindowFigures>>;

/** Shares from 0 to 1 by window; those without lookups are absent. */
export type WindowRatios = Readonly<Partial<Record<Window, number>>>;

const WINDOWS: readonly Window[] = ['1m', '5m', 'start'];

export function figuresOf(metrics: CacheMetrics): InstanceFigures {
  return byWindow((window) => {
    const { lookups, l1Hits, l2Hits, staleHits, fetches, staleFetches, bypasses } = metrics.counts(window);
    return { lookups, hits: l1Hits + l2Hits + staleHits, sourceReads: fetches + staleFetches + bypasses };
  });
}

/** Three numbers for each window, since they are written all the time. */
export function encodeFigures(figures: InstanceFigures): string {
  return WINDOWS.flatMap((window) => {
    const { lookups, hits, sourceReads } = figures[window];
    return [lookups, hits, sourceReads];
  }).join();
}

/** `undefined` for what are no figures, since anybody can write them. */
export function decodeFigures(text: string): InstanceFigures | undefined {
  if (!/^\d{1,15}(?:,\d{1,15}){8}$/.test(text)) {
    return undefined;
  }
  const numbers = text.split(',').map(Number);
  const figures = byWindow((_, index) => {
    const [lookups = 0, hits = 0, sourceReads = 0] = numbers.slice(index * 3);
    return { lookups, hits, sourceReads };
  });
  const isPossible = WINDOWS.every((window) => {
    const { lookups, hits, sourceReads } = figures[window];
    return hits <= lookups && sourceReads <= lookups;
  });
  return isPossible ? figures : undefined;
}

export function sumFigures(all: readonly InstanceFigures[]): InstanceFigures {
  const total = (window: Window, name: keyof WindowFigures) =>
    all.reduce((sum, figures) => sum + figures[window][name], 0);
  return byWindow((window) => ({
    lookups: total(window, 'lookups'),
    hits: total(window, 'hits'),
    sourceReads: total(window, 'sourceReads'),
  }));
}

/** As `CacheMetrics.hitRatio` and `sourceOffload`. */
export function ratiosOf(figures: InstanceFigures): {
  readonly hitRatio: WindowRatios;
  readonly sourceOffload: WindowRatios;
} {
  const counted = WINDOWS.filter((window) => figures[window].lookups > 0);
  const share = (of: (figures: WindowFigures) => number): WindowRatios =>
    Object.fromEntries(counted.map((window) => [window, of(figures[window]) / figures[window].lookups]));
  return {
    hitRatio: share(({ hits }) => hits),
    sourceOffload: share(({ lookups, sourceReads }) => lookups - sourceReads),
  };
}

function byWindow(make: (window: Window, index: number) => WindowFigures): InstanceFigures {
  return { '1m': make('1m', 0), '5m': make('5m', 1), start: make('start', 2) };
}

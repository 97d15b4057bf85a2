import type { CountColumns, Sample, SampleColumns, SampleCounts } from '../../protocol/dashboard';

const NO_COUNTS: SampleCounts = { lookups: 0, l1Hits: 0, l2Hits: 0, staleHits: 0, misses: 0, bypasses: 0 };
/** A chart shows no less of a median, in parts of a ms. */
const PARTS_OF_MS = 1_000;

/** Turns samples, the oldest first, into lists of their figures. */
export function columnsOfSamples(samples: readonly Sample[]): SampleColumns {
  const names = new Set(samples.flatMap(({ datasets }) => Object.keys(datasets)));
  const ofDataset = (name: string) =>
    countColumns(samples.map(({ datasets }) => (Object.hasOwn(datasets, name) ? datasets[name] : undefined)));
  return {
    at: samples.map(({ at }) => at),
    spanMs: samples.map(({ spanMs }) => spanMs),
    total: countColumns(samples.map(({ total }) => total)),
    datasets: Object.fromEntries([...names].map((name) => [name, ofDataset(name)])),
    hitMs: samples.map(({ hitMs }) => rounded(hitMs)),
    missMs: samples.map(({ missMs }) => rounded(missMs)),
    invalidations: samples.map(({ invalidations }) => invalidations),
    evictions: samples.map(({ evictions }) => evictions),
    redisMemoryBytes: samples.map(({ redisMemoryBytes }) => redisMemoryBytes ?? null),
    redisWasDown: samples.flatMap(({ redisWasDown }, index) => (redisWasDown ? [index] : [])),
  };
}

function countColumns(counts: readonly (SampleCounts | undefined)[]): CountColumns {
  const column = (key: keyof SampleCounts) => counts.map((each) => (each ?? NO_COUNTS)[key]);
  return {
    lookups: column('lookups'),
    l1Hits: column('l1Hits'),
    l2Hits: column('l2Hits'),
    staleHits: column('staleHits'),
    misses: column('misses'),
    bypasses: column('bypasses'),
  };
}

function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * PARTS_OF_MS) / PARTS_OF_MS;
}

import type { Sample, SampleCounts } from '../../protocol/dashboard';

/** Samples of a stretch of time taken together; of one sample at least. */
export type Span = Sample;

/** The history in order: spans, and gaps of which nothing is known. */
export type Piece =
  | { readonly kind: 'span'; readonly span: Span }
  | { readonly kind: 'gap'; readonly from: number; readonly to: number };

/** A sample may be late by this part of its span without a gap before it. */
const TOLERANCE = 0.9;
/** After so many spans without a new sample, the end of the history is a gap. */
const SILENT_SPANS = 3;

/** The history between two times, at most one span for each bucket; a gap is never bridged, however wide the buckets are. */
export function timeline(samples: readonly Sample[], from: number, to: number, bucketMs: number): readonly Piece[] {
  const pieces: Piece[] = [];
  let last: Sample | undefined;
  let together: Sample[] = [];
  const flush = () => {
    if (together.length > 0) {
      pieces.push({ kind: 'span', span: merge(together) });
      together = [];
    }
  };
  for (const sample of samples) {
    if (sample.at < from || sample.at - sample.spanMs > to) {
      continue;
    }
    if (last !== undefined) {
      const start = sample.at - sample.spanMs;
      if (start - last.at > sample.spanMs * TOLERANCE) {
        flush();
        pieces.push({ kind: 'gap', from: last.at, to: start });
      } else if (Math.floor(sample.at / bucketMs) !== Math.floor(last.at / bucketMs)) {
        flush();
      }
    }
    together.push(sample);
    last = sample;
  }
  flush();
  if (last !== undefined && to - last.at > last.spanMs * SILENT_SPANS) {
    pieces.push({ kind: 'gap', from: last.at, to });
  }
  return pieces;
}

function merge(samples: readonly Sample[]): Span {
  const [first, ...others] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined) {
    throw new RangeError('nothing to merge');
  }
  if (others.length === 0) {
    return first;
  }
  const datasets: Record<string, SampleCounts> = Object.create(null);
  for (const sample of samples) {
    for (const [name, counts] of Object.entries(sample.datasets)) {
      const before = datasets[name];
      datasets[name] = before === undefined ? counts : addCounts(before, counts);
    }
  }
  const hitMs = weightedMean(
    samples,
    (sample) => sample.hitMs,
    (sample) => hits(sample.total),
  );
  const missMs = weightedMean(
    samples,
    (sample) => sample.missMs,
    (sample) => sample.total.misses,
  );
  const memory = samples.findLast((sample) => sample.redisMemoryBytes !== undefined)?.redisMemoryBytes;
  return {
    at: last.at,
    spanMs: samples.reduce((sum, sample) => sum + sample.spanMs, 0),
    total: others.reduce((sum, sample) => addCounts(sum, sample.total), first.total),
    datasets,
    ...(hitMs === undefined ? {} : { hitMs }),
    ...(missMs === undefined ? {} : { missMs }),
    invalidations: samples.reduce((sum, sample) => sum + sample.invalidations, 0),
    evictions: samples.reduce((sum, sample) => sum + sample.evictions, 0),
    ...(memory === undefined ? {} : { redisMemoryBytes: memory }),
    redisWasDown: samples.some((sample) => sample.redisWasDown),
  };
}

/** Medians cannot be added up: their mean, by how many lookups each is of, is near enough for a line in a chart. */
function weightedMean(
  samples: readonly Sample[],
  value: (sample: Sample) => number | undefined,
  weight: (sample: Sample) => number,
): number | undefined {
  let sum = 0;
  let weights = 0;
  for (const sample of samples) {
    const of = value(sample);
    if (of !== undefined) {
      const by = Math.max(1, weight(sample));
      sum += of * by;
      weights += by;
    }
  }
  return weights === 0 ? undefined : sum / weights;
}

function addCounts(a: SampleCounts, b: SampleCounts): SampleCounts {
  return {
    lookups: a.lookups + b.lookups,
    l1Hits: a.l1Hits + b.l1Hits,
    l2Hits: a.l2Hits + b.l2Hits,
    staleHits: a.staleHits + b.staleHits,
    misses: a.misses + b.misses,
    bypasses: a.bypasses + b.bypasses,
  };
}

export function hits({ l1Hits, l2Hits, staleHits }: SampleCounts): number {
  return l1Hits + l2Hits + staleHits;
}

/** `undefined` where nothing was looked up. */
export function hitRatio(counts: SampleCounts | undefined): number | undefined {
  return counts === undefined || counts.lookups === 0 ? undefined : hits(counts) / counts.lookups;
}

/** The last bound, in ms. */
export const MAX_BOUND_MS = 10_000;

/** Upper bounds in ms: 1-2-5 steps from 10 µs to 10 s; what is slower goes into a last, open bucket. */
export const BOUNDS_MS: readonly number[] = [0.01, 0.1, 1, 10, 100, 1000]
  .flatMap((decade) => [decade, decade * 2, decade * 5])
  .concat(MAX_BOUND_MS);

/** Latency in buckets of constant relative width: fixed memory, one addition for each observation. */
export class LatencyHistogram {
  private readonly counts = new Array<number>(BOUNDS_MS.length + 1).fill(0);
  private total = 0;
  private totalMs = 0;

  get count(): number {
    return this.total;
  }

  /** Of all observations, in ms. */
  get sumMs(): number {
    return this.totalMs;
  }

  /** @param weight how many observations this one stands for. */
  observe(latencyMs: number, weight = 1): void {
    let bucket = 0;
    while (bucket < BOUNDS_MS.length && latencyMs > (BOUNDS_MS[bucket] as number)) {
      bucket++;
    }
    this.counts[bucket] = (this.counts[bucket] as number) + weight;
    this.total += weight;
    this.totalMs += latencyMs * weight;
  }

  reset(): void {
    this.counts.fill(0);
    this.total = 0;
    this.totalMs = 0;
  }

  /** Observations by bucket, as they are now. */
  snapshot(): readonly number[] {
    return [...this.counts];
  }

  /**
   * Latency in ms that the given share (0 to 1) of observations did not exceed: the upper bound of the bucket it falls
   * in. `undefined` without observations; `Infinity` above the last bound.
   */
  quantile(share: number): number | undefined {
    return quantileOf(this.counts, share);
  }
}

/** What was observed since; all of it when the counting began anew meanwhile. */
export function bucketsSince(now: readonly number[], before: readonly number[]): readonly number[] {
  const since = now.map((count, bucket) => count - (before[bucket] ?? 0));
  return since.some((count) => count < 0) ? now : since;
}

/** As {@link LatencyHistogram.quantile}, of observations by bucket. */
export function quantileOf(counts: readonly number[], share: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) {
    return undefined;
  }
  let remaining = Math.max(1, Math.ceil(share * total));
  for (const [bucket, count] of counts.entries()) {
    remaining -= count;
    if (remaining <= 0) {
      return BOUNDS_MS[bucket] ?? Number.POSITIVE_INFINITY;
    }
  }
  return Number.POSITIVE_INFINITY;
}

import type { Clock } from '../base/clock';
import { settleBounded } from '../base/concurrency';
import { throwIfCancelled } from '../base/errors';
import type { FirstTier } from './firstTier';
import type { CacheMetrics } from './metrics';
import type { Policies } from './policy';
import type { Reader } from './reader';
import type { CacheRequest, Reading, ReadOptions } from './reading';
import type { SecondTier } from './secondTier';

export interface BatchReaderOptions {
  readonly firstTier: FirstTier;
  readonly secondTier: SecondTier;
  readonly reader: Reader;
  readonly policies: Policies;
  readonly metrics: CacheMetrics;
  readonly clock: Clock;
  /** Reads one request that neither tier has. */
  readBelow<T>(request: CacheRequest<T>, options: ReadOptions): Promise<Reading<T>>;
}

/** Source fetches of one batch at a time. */
const CONCURRENCY = 64;

/** Reads many requests together: tier by tier, so that the store is asked once for all that the first tier lacks. */
export class BatchReader {
  constructor(private readonly options: BatchReaderOptions) {}

  /**
   * @returns one settled result for each request, in their order.
   * @throws {CancelledError}
   */
  async read<T>(
    requests: readonly CacheRequest<T>[],
    options: ReadOptions,
  ): Promise<readonly PromiseSettledResult<Reading<T>>[]> {
    throwIfCancelled(options.signal);
    const results = new Array<PromiseSettledResult<Reading<T>>>(requests.length);
    const all = [...requests.keys()];
    const missing = options.refresh === true ? all : await this.readTiers(requests, all, results, options);
    const read = await settleBounded(
      missing,
      CONCURRENCY,
      (index) => this.options.readBelow(requests[index] as CacheRequest<T>, options),
      options.signal,
    );
    throwIfCancelled(options.signal);
    for (const [position, result] of read.entries()) {
      results[missing[position] as number] = result;
    }
    return results;
  }

  /** Fills in what the tiers have, and returns the positions of the rest. */
  private async readTiers<T>(
    requests: readonly CacheRequest<T>[],
    positions: readonly number[],
    results: PromiseSettledResult<Reading<T>>[],
    options: ReadOptions,
  ): Promise<readonly number[]> {
    const { clock, metrics, secondTier, reader, policies } = this.options;
    const startedAt = clock.monotonic();
    const isCounted = options.background !== true;
    const below = positions.filter((index) => !this.readFirstTier(requests, index, results, startedAt, isCounted));
    const isCached = (index: number) => policies[(requests[index] as CacheRequest<T>).dataset].strategy !== 'NO_CACHE';
    const cached = below.filter(isCached);
    const missing = below.filter((index) => !isCached(index));
    if (cached.length === 0) {
      return missing;
    }
    const found = await secondTier.lookMany(cached.map((index) => requests[index] as CacheRequest<T>));
    const latencyMs = clock.monotonic() - startedAt;
    for (const [position, index] of cached.entries()) {
      const request = requests[index] as CacheRequest<T>;
      const fresh = found[position]?.fresh;
      if (fresh === undefined) {
        missing.push(index);
        continue;
      }
      // The key always carries the same type of data, which the tier cannot say.
      results[index] = { status: 'fulfilled', value: fresh.reading as Reading<T> };
      reader.refreshIfDue(request, fresh.leftMs, fresh.costMs);
      if (isCounted) {
        metrics.recordLookup(request.dataset, 'l2Hit', latencyMs);
      }
    }
    return missing;
  }

  private readFirstTier<T>(
    requests: readonly CacheRequest<T>[],
    index: number,
    results: PromiseSettledResult<Reading<T>>[],
    startedAt: number,
    isCounted: boolean,
  ): boolean {
    const request = requests[index] as CacheRequest<T>;
    const kept = this.options.firstTier.get(request.key, startedAt);
    if (kept === undefined) {
      return false;
    }
    results[index] = { status: 'fulfilled', value: kept.reading as Reading<T> };
    if (isCounted) {
      this.options.metrics.recordFirstTierHit(request.dataset, startedAt);
    }
    this.options.reader.refreshIfDue(request, kept.freshUntil - startedAt, kept.costMs);
    return true;
  }
}

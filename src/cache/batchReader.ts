import type { Clock } from '../base/clock';
import { settleBounded } from '../base/concurrency';
import { describeError, throwIfCancelled } from '../base/errors';
import type { Logger } from '../base/logger';
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
  readonly logger: Logger;
  /** Reads one request that neither tier has. */
  readBelow<T>(request: CacheRequest<T>, options: ReadOptions): Promise<Reading<T>>;
}

/** Source fetches of one batch at a time, unless the caller says how many. */
const CONCURRENCY = 64;

/** How a batch is read. */
export interface BatchOptions<T> extends ReadOptions {
  /** Source fetches at a time; 64 by default. */
  readonly concurrency?: number;
  /** Called with each result as soon as it is known: what is cached comes long before what has to be fetched. */
  onSettled?(position: number, result: PromiseSettledResult<Reading<T>>): void;
}

/** Reads many requests together: tier by tier, so that the store is asked once for all that the first tier lacks. */
export class BatchReader {
  constructor(private readonly options: BatchReaderOptions) {}

  /**
   * @returns one settled result for each request, in their order.
   * @throws {CancelledError}
   */
  async read<T>(
    requests: readonly CacheRequest<T>[],
    options: BatchOptions<T>,
  ): Promise<readonly PromiseSettledResult<Reading<T>>[]> {
    throwIfCancelled(options.signal);
    const results = new Array<PromiseSettledResult<Reading<T>>>(requests.length);
    const settle = (position: number, result: PromiseSettledResult<Reading<T>>) => {
      results[position] = result;
      try {
        options.onSettled?.(position, result);
      } catch (error) {
        this.options.logger.error(`A listener to a batch failed: ${describeError(error)}`);
      }
    };
    if (options.refresh !== true) {
      await this.readTiers(requests, settle, options.background !== true);
    }
    const missing = [...requests.keys()].filter((position) => results[position] === undefined);
    await settleBounded(
      missing,
      options.concurrency ?? CONCURRENCY,
      async (position) =>
        settle(position, await settled(this.options.readBelow(requests[position] as CacheRequest<T>, options))),
      options.signal,
    );
    throwIfCancelled(options.signal);
    return results;
  }

  /** Settles what the tiers have. The readings carry the type of their keys' data, which the tiers cannot say. */
  private async readTiers<T>(
    requests: readonly CacheRequest<T>[],
    settle: (position: number, result: PromiseSettledResult<Reading<T>>) => void,
    isCounted: boolean,
  ): Promise<void> {
    const { clock, firstTier, secondTier, reader, metrics, policies } = this.options;
    const startedAt = clock.monotonic();
    const below: number[] = [];
    for (const [position, request] of requests.entries()) {
      const kept = firstTier.get(request.key, startedAt);
      if (kept !== undefined) {
        settle(position, { status: 'fulfilled', value: kept as Reading<T> });
        reader.refreshIfDue(request, kept.leftMs(startedAt), kept.costMs);
        if (isCounted) {
          metrics.recordFirstTierHit(request.dataset, startedAt);
        }
      } else if (policies[request.dataset].strategy !== 'NO_CACHE') {
        below.push(position);
      }
    }
    if (below.length === 0) {
      return;
    }
    const addresses = below.map((position) => requests[position] as CacheRequest<T>);
    let latencyMs: number | undefined;
    await secondTier.lookMany(addresses, (index, { reading, leftMs, costMs }) => {
      const request = addresses[index] as CacheRequest<T>;
      settle(below[index] as number, { status: 'fulfilled', value: reading as Reading<T> });
      reader.refreshIfDue(request, leftMs, costMs);
      if (isCounted) {
        // All came in one round trip.
        latencyMs ??= clock.monotonic() - startedAt;
        metrics.recordLookup(request.dataset, 'l2Hit', latencyMs);
      }
    });
  }
}

async function settled<T>(task: Promise<T>): Promise<PromiseSettledResult<T>> {
  try {
    return { status: 'fulfilled', value: await task };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}

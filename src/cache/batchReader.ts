import type { Clock } from '../base/clock';
import { settleBounded } from '../base/concurrency';
import { describeError, throwIfCancelled } from '../base/errors';
import type { Logger } from '../base/logger';
import type { FirstTier } from './firstTier';
import type { CacheMetrics } from './metrics';
import type { Policies } from './policy';
import type { Missed } from './reader';
import type { CacheRequest, Reading, ReadOptions } from './reading';
import type { RefreshAhead } from './refreshAhead';
import type { SecondTier } from './secondTier';
import { StoreBudget } from './storeBudget';

export interface BatchReaderOptions {
  readonly firstTier: FirstTier;
  readonly secondTier: SecondTier;
  readonly policies: Policies;
  readonly metrics: CacheMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly refreshAhead: RefreshAhead;
  /** The longest that the batch may wait for the store, in ms, beside what its fetches take. */
  readonly storeTimeoutMs: number;
}

/** What a batch is for. */
export interface BatchTask<T, R> {
  /** The result for what is cached and fresh. */
  found(reading: Reading<T>): R;
  /** Gets the result for what neither tier has. */
  get(request: CacheRequest<T>, missed: Missed): Promise<R>;
}

/** Source fetches of one batch at a time, unless the caller says how many. */
const CONCURRENCY = 64;

/** By a request's position in its batch. */
type Generations = ReadonlyMap<number, readonly number[]>;

const NONE_KNOWN: Generations = new Map();

/** How a batch is carried out. @template R of a request. */
export interface BatchOptions<R> extends ReadOptions {
  /** Source fetches at a time; 64 by default. */
  readonly concurrency?: number;
  /** Called with each result as soon as it is known: what is cached comes long before what has to be fetched. */
  onSettled?(position: number, result: PromiseSettledResult<R>): void;
}

/** Sees to many requests together: tier by tier, so that the store is asked once for all that the first tier lacks. */
export class BatchReader {
  constructor(private readonly options: BatchReaderOptions) {}

  /**
   * @returns one settled result for each request, in their order.
   * @throws {CancelledError}
   */
  async run<T, R>(
    requests: readonly CacheRequest<T>[],
    task: BatchTask<T, R>,
    options: BatchOptions<R>,
  ): Promise<readonly PromiseSettledResult<R>[]> {
    throwIfCancelled(options.signal);
    const results = new Array<PromiseSettledResult<R>>(requests.length);
    const settle = (position: number, result: PromiseSettledResult<R>) => {
      results[position] = result;
      try {
        options.onSettled?.(position, result);
      } catch (error) {
        this.options.logger.error(`A listener to a batch failed: ${describeError(error)}`);
      }
    };
    const { clock, storeTimeoutMs } = this.options;
    const { concurrency = CONCURRENCY, refresh: isRefresh = false } = options;
    const startedAt = clock.monotonic();
    const onFound = (position: number, reading: Reading<T>) =>
      settle(position, { status: 'fulfilled', value: task.found(reading) });
    const isCounted = options.background !== true;
    const generations = isRefresh ? NONE_KNOWN : await this.readTiers(requests, onFound, isCounted);
    const missing = [...requests.keys()].filter((position) => results[position] === undefined);
    const groups = isRefresh ? groupByKey(missing, requests) : missing.map((position) => [position] as const);
    const leftMs = storeTimeoutMs - (clock.monotonic() - startedAt);
    const budget = new StoreBudget(leftMs, clock, Math.max(1, Math.min(concurrency, groups.length)));
    await settleBounded(
      groups,
      concurrency,
      async (positions) => {
        const [first] = positions;
        const missed = { generations: generations.get(first), budget };
        const result = await settled(task.get(requests[first] as CacheRequest<T>, missed));
        for (const position of positions) {
          settle(position, result);
        }
      },
      options.signal,
    );
    throwIfCancelled(options.signal);
    return results;
  }

  /**
   * Tells what the tiers have. The readings carry the type of their keys' data, which the tiers cannot say.
   *
   * @returns by position, the generations to record for what they do not have.
   */
  private async readTiers<T>(
    requests: readonly CacheRequest<T>[],
    onFound: (position: number, reading: Reading<T>) => void,
    isCounted: boolean,
  ): Promise<Generations> {
    const { clock, firstTier, secondTier, refreshAhead, metrics, policies } = this.options;
    const startedAt = clock.monotonic();
    const below: number[] = [];
    for (const [position, request] of requests.entries()) {
      const kept = firstTier.get(request.key, startedAt);
      if (kept !== undefined) {
        onFound(position, kept as Reading<T>);
        refreshAhead.startIfDue(request, kept.leftMs(startedAt), kept.costMs);
        if (isCounted) {
          metrics.recordFirstTierHit(request.dataset, startedAt, kept.ageMs(startedAt));
        }
      } else if (policies[request.dataset].strategy !== 'NO_CACHE') {
        below.push(position);
      }
    }
    if (below.length === 0) {
      return NONE_KNOWN;
    }
    const addresses = below.map((position) => requests[position] as CacheRequest<T>);
    let ended: { readonly latencyMs: number; readonly at: number } | undefined;
    const missed = await secondTier.lookMany(addresses, (index, { reading, leftMs, costMs }) => {
      const request = addresses[index] as CacheRequest<T>;
      onFound(below[index] as number, reading as Reading<T>);
      refreshAhead.startIfDue(request, leftMs, costMs);
      if (isCounted) {
        // All came in one round trip.
        ended ??= { latencyMs: clock.monotonic() - startedAt, at: clock.now() };
        metrics.recordLookup(request.dataset, 'l2Hit', ended.latencyMs, Math.max(0, ended.at - reading.fetchedAt));
      }
    });
    return new Map([...missed].map(([index, known]) => [below[index] as number, known]));
  }
}

/** Positions of the same key together: each refresh would pass over what the one before it brought. */
function groupByKey(
  positions: readonly number[],
  requests: readonly CacheRequest<unknown>[],
): readonly (readonly [number, ...number[]])[] {
  const groups = new Map<string, [number, ...number[]]>();
  for (const position of positions) {
    const { key } = requests[position] as CacheRequest<unknown>;
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [position]);
    } else {
      group.push(position);
    }
  }
  return [...groups.values()];
}

async function settled<T>(task: Promise<T>): Promise<PromiseSettledResult<T>> {
  try {
    return { status: 'fulfilled', value: await task };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}

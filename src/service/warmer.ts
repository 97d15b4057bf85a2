import { CancelledError, describeError } from '../base/errors';
import type { CacheService, WarmOutcome } from '../cache/cacheService';
import { StoreError } from '../cache/store';
import { type Miner, minerAddress } from '../fleet/miner';
import type { MinerKind } from '../fleet/minerData';
import { SourceError } from '../fleet/minerSource';
import type { FleetReads } from './fleetReads';
import type { WarmingEvents, WarmingOrigin } from './warmingMessages';
import type { WarmReport } from './warmReport';

export interface WarmOptions {
  /** Reads at a time; 10 by default. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
  /** `asked` by default. */
  readonly origin?: WarmingOrigin;
  /** Called after each read. */
  onProgress?(done: number, total: number): void;
}

const DEFAULT_CONCURRENCY = 10;
const LISTED_MINERS = 5;

/** Fills the cache ahead of the reads that will come. */
export class Warmer {
  constructor(
    private readonly reads: FleetReads,
    private readonly cache: CacheService,
    private readonly events: WarmingEvents,
  ) {}

  /**
   * Reads every dataset of every miner unless it is cached already. Failures of miners are reported by cause.
   *
   * @throws {StoreError} when Redis is down, because then there is nothing to warm.
   */
  async warm(miners: readonly Miner[], kinds: readonly MinerKind[], options: WarmOptions = {}): Promise<WarmReport> {
    const { signal, origin = 'asked' } = options;
    if (this.cache.storeHealth.state === 'down') {
      throw new StoreError(this.cache.storeHealth.reason);
    }
    const tasks = miners.flatMap((miner) => kinds.map((kind) => ({ miner, kind })));
    const failures = new Map<string, { count: number; minerIds: Set<string> }>();
    let warmed = 0;
    let fresh = 0;
    let failed = 0;
    let notStored = 0;
    const onSettled = (position: number, result: PromiseSettledResult<WarmOutcome>) => {
      if (result.status === 'fulfilled') {
        if (result.value === 'stored') warmed++;
        else if (result.value === 'fresh') fresh++;
        else notStored++;
      } else if (result.reason instanceof CancelledError) {
        return;
      } else {
        failed++;
        noteFailure(failures, (tasks[position] as (typeof tasks)[number]).miner, result.reason);
      }
      options.onProgress?.(warmed + notStored + fresh + failed, tasks.length);
    };
    let wasCancelled = false;
    this.events.began(tasks.length, kinds, origin);
    try {
      await this.reads.warm(tasks, { concurrency: options.concurrency ?? DEFAULT_CONCURRENCY, signal, onSettled });
    } catch (error) {
      if (!(error instanceof CancelledError)) {
        throw error;
      }
      wasCancelled = true;
    }
    const report: WarmReport = {
      total: tasks.length,
      warmed,
      notStored,
      fresh,
      failed,
      failures: [...failures]
        .map(([cause, { count, minerIds }]) => ({ cause, count, minerIds: [...minerIds] }))
        .sort((a, b) => b.count - a.count),
      cancelled: wasCancelled,
      storeProblem: 'reason' in this.cache.storeHealth ? this.cache.storeHealth.reason : undefined,
    };
    this.events.ended(report, origin);
    return report;
  }
}

function noteFailure(
  failures: Map<string, { count: number; minerIds: Set<string> }>,
  miner: Miner,
  error: unknown,
): void {
  const cause = causeOf(miner, error);
  const failure = failures.get(cause) ?? { count: 0, minerIds: new Set() };
  failure.count++;
  if (failure.minerIds.size < LISTED_MINERS) {
    failure.minerIds.add(miner.id);
  }
  failures.set(cause, failure);
}

/** The failure's name where that says it all, else the message without what names the machine. */
function causeOf(miner: Miner, error: unknown): string {
  if (error instanceof SourceError && error.failure !== 'failed') {
    return error.failure;
  }
  return describeError(error).replaceAll(minerAddress(miner), '…').replaceAll(miner.id, '…');
}

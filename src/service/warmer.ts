import { CancelledError, describeError } from '../base/errors';
import type { CacheService, WarmOutcome } from '../cache/cacheService';
import { StoreError } from '../cache/store';
import { type Miner, minerAddress } from '../fleet/miner';
import type { MinerKind } from '../fleet/minerData';
import { type MinerSource, SourceError } from '../fleet/minerSource';
import type { FleetReads } from './fleetReads';
import type { WarmingEvents, WarmingOrigin } from './warmingMessages';
import type { WarmReport, WarmTask } from './warmReport';

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

/** Fills the cache ahead of the reads that will come. */
export class Warmer {
  constructor(
    private readonly reads: FleetReads,
    private readonly cache: CacheService,
    private readonly source: Pick<MinerSource, 'retryNow'>,
    private readonly events: WarmingEvents,
  ) {}

  /**
   * Reads every dataset of every miner unless it is cached already. Failures of miners are reported by cause.
   *
   * @throws {StoreError} when Redis is down, because then there is nothing to warm.
   */
  warm(miners: readonly Miner[], kinds: readonly MinerKind[], options: WarmOptions = {}): Promise<WarmReport> {
    const tasks = miners.flatMap((miner) => kinds.map((kind) => ({ miner, kind })));
    return this.warmEach(tasks, options);
  }

  /**
   * Tries again what failed, and nothing else. For a person who asks: miners that did not answer are asked at once.
   *
   * @throws {StoreError} as {@link warm} does.
   */
  retry({ failures }: Pick<WarmReport, 'failures'>, options: WarmOptions = {}): Promise<WarmReport> {
    const tasks = failures.flatMap((failure) => failure.tasks);
    for (const miner of new Set(tasks.map((task) => task.miner))) {
      this.source.retryNow(miner);
    }
    return this.warmEach(tasks, options);
  }

  /** As {@link warm}, for what is named alone. @throws {StoreError} as {@link warm} does. */
  async warmEach(tasks: readonly WarmTask[], options: WarmOptions = {}): Promise<WarmReport> {
    const { signal, origin = 'asked', concurrency = DEFAULT_CONCURRENCY } = options;
    if (this.cache.storeHealth.state === 'down') {
      throw new StoreError(this.cache.storeHealth.reason);
    }
    const failures = new Map<string, WarmTask[]>();
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
        noteFailure(failures, tasks[position] as WarmTask, result.reason);
      }
      options.onProgress?.(warmed + notStored + fresh + failed, tasks.length);
    };
    let wasCancelled = false;
    this.events.began(tasks.length, [...new Set(tasks.map(({ kind }) => kind))], origin);
    try {
      await this.reads.warm(tasks, { concurrency, signal, onSettled });
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
        .map(([cause, ofCause]) => ({ cause, tasks: ofCause }))
        .sort((a, b) => b.tasks.length - a.tasks.length),
      cancelled: wasCancelled,
      storeProblem: 'reason' in this.cache.storeHealth ? this.cache.storeHealth.reason : undefined,
    };
    this.events.ended(report, origin);
    return report;
  }
}

function noteFailure(failures: Map<string, WarmTask[]>, task: WarmTask, error: unknown): void {
  const cause = causeOf(task.miner, error);
  const ofCause = failures.get(cause) ?? [];
  failures.set(cause, ofCause);
  ofCause.push(task);
}

/** The failure's name where that says it all, else the message without what names the machine. */
function causeOf(miner: Miner, error: unknown): string {
  if (error instanceof SourceError && error.failure !== 'failed') {
    return error.failure;
  }
  return describeError(error).replaceAll(minerAddress(miner), '…').replaceAll(miner.id, '…');
}

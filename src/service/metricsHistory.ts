import type { Clock } from '../base/clock';
import { Emitter, type Event } from '../base/emitter';
import { describeError } from '../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { CacheService } from '../cache/cacheService';
import { bucketsSince, MAX_BOUND_MS, quantileOf } from '../cache/histogram';
import type { Dataset } from '../cache/policy';
import { StoreError } from '../cache/store';
import type { StoreGauge } from '../cache/storeGauge';
import { addCounts, countsSince, type HistorySample, NO_COUNTS, type SampleCounts } from './metricsSample';
import { SampleRings } from './sampleRings';

export type { HistorySample } from './metricsSample';

export interface MetricsHistoryOptions {
  readonly cache: Pick<CacheService, 'metrics' | 'firstTier' | 'storeHealth' | 'onDidChange'>;
  readonly gauge: StoreGauge;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What was counted since the start of the instance, at the end of a span. */
interface Counted {
  readonly datasets: ReadonlyMap<Dataset, SampleCounts>;
  readonly hits: readonly number[];
  readonly misses: readonly number[];
  readonly evictions: number;
  readonly monotonic: number;
}

const SAMPLE_EVERY_MS = 5_000;
const MEMORY_EVERY_MS = 30_000;
/** So long after somebody looked Redis is still asked for its memory. */
const LOOKED_MS = 60_000;

/**
 * This instance's figures over the last six hours: what differs from one look at them to the next. Kept from the start on, so
 * that a view has them as soon as it opens.
 */
export class MetricsHistory implements Disposable {
  private readonly rings = new SampleRings();
  private readonly sampled: Emitter<HistorySample>;
  private readonly disposables = new DisposableStore();
  private timer: Disposable | undefined;
  private before: Counted;
  private invalidations = 0;
  private listeners = 0;
  /** Both of `Clock.monotonic`. */
  private lookedAt: number | undefined;
  private memoryAskedAt: number | undefined;
  private memoryBytes: number | undefined;

  /** Fired each five seconds. Who listens counts as somebody who looks. */
  readonly onDidSample: Event<HistorySample>;

  constructor(private readonly options: MetricsHistoryOptions) {
    const { cache, logger } = options;
    this.sampled = new Emitter((error) => logger.error(`A listener to the samples failed: ${describeError(error)}`));
    this.onDidSample = (listener) => this.listen(listener);
    this.disposables.add(this.sampled);
    this.disposables.add(
      cache.onDidChange(({ type }) => {
        if (type === 'invalidated') {
          this.invalidations++;
        }
      }),
    );
    this.before = this.count();
    this.wait();
  }

  /** The oldest first: of each five seconds in the last hour, of each thirty in the five hours before that. */
  samples(): readonly HistorySample[] {
    this.noteLook();
    return this.rings.all();
  }

  dispose(): void {
    this.timer?.dispose();
    this.disposables.dispose();
  }

  private listen(listener: (sample: HistorySample) => void): Disposable {
    const registration = this.sampled.event(listener);
    this.listeners++;
    this.noteLook();
    return toDisposable(() => {
      registration.dispose();
      this.listeners--;
      this.noteLook();
    });
  }

  private noteLook(): void {
    this.lookedAt = this.options.clock.monotonic();
    this.askForMemory();
  }

  private wait(): void {
    this.timer = this.options.clock.setTimeout(() => {
      this.sample();
      if (!this.disposables.isDisposed) {
        this.wait();
      }
    }, SAMPLE_EVERY_MS);
  }

  private sample(): void {
    const { before } = this;
    const now = this.count();
    this.before = now;
    const counts = [...now.datasets].map(
      ([dataset, each]) => [dataset, countsSince(each, before.datasets.get(dataset) ?? NO_COUNTS)] as const,
    );
    const hitMs = medianOf(bucketsSince(now.hits, before.hits));
    const missMs = medianOf(bucketsSince(now.misses, before.misses));
    const { state } = this.options.cache.storeHealth;
    const sample: HistorySample = {
      at: this.options.clock.now(),
      spanMs: now.monotonic - before.monotonic,
      total: counts.reduce((total, [, each]) => addCounts(total, each), NO_COUNTS),
      datasets: new Map(counts.filter(([, { lookups }]) => lookups > 0)),
      ...(hitMs === undefined ? {} : { hitMs }),
      ...(missMs === undefined ? {} : { missMs }),
      invalidations: this.invalidations,
      evictions: now.evictions - before.evictions,
      ...(this.memoryBytes === undefined ? {} : { redisMemoryBytes: this.memoryBytes }),
      redisWasDown: state !== 'up' && state !== 'refusing-writes',
    };
    this.invalidations = 0;
    this.rings.add(sample);
    this.sampled.fire(sample);
    this.askForMemory();
  }

  private count(): Counted {
    const { metrics, firstTier } = this.options.cache;
    return {
      datasets: new Map(metrics.countedDatasets.map((dataset) => [dataset, metrics.counts('start', dataset)])),
      hits: metrics.hitLatency.snapshot(),
      misses: metrics.missLatency.snapshot(),
      evictions: firstTier.evictionCount,
      monotonic: this.options.clock.monotonic(),
    };
  }

  /** Once in half a minute, and only on behalf of somebody who looks. */
  private askForMemory(): void {
    const { clock, gauge, logger } = this.options;
    const now = clock.monotonic();
    const isSeen = this.listeners > 0 || (this.lookedAt !== undefined && now - this.lookedAt <= LOOKED_MS);
    if (!isSeen) {
      this.memoryBytes = undefined;
      return;
    }
    if (
      this.disposables.isDisposed ||
      (this.memoryAskedAt !== undefined && now - this.memoryAskedAt < MEMORY_EVERY_MS)
    ) {
      return;
    }
    this.memoryAskedAt = now;
    gauge.memory().then(
      ({ usedBytes }) => {
        this.memoryBytes = usedBytes;
      },
      (error: unknown) => {
        this.memoryBytes = undefined;
        if (!(error instanceof StoreError)) {
          logger.error(`The memory of Redis is not known: ${describeError(error)}`);
        }
      },
    );
  }
}

/** In ms; the last bound for all that is slower, so that a chart can draw it. */
function medianOf(buckets: readonly number[]): number | undefined {
  const median = quantileOf(buckets, 0.5);
  return median === undefined ? undefined : Math.min(median, MAX_BOUND_MS);
}

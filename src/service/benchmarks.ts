import { randomUUID } from 'node:crypto';
import { CancelledError, describeError, FleetCacheError } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { BenchmarkArchive } from './benchmarkArchive';
import type { BenchmarkOrder, BenchmarkProgress, DirectReadings } from './benchmarkMessages';
import type { BenchmarkReport, BenchmarkSize } from './benchmarkReport';
import { runInThread } from './benchmarkThread';
import { DirectReads, type DirectReadsOptions } from './directReads';
import type { WriteAccess } from './writeAccess';

export interface BenchmarksOptions extends DirectReadsOptions {
  readonly access: WriteAccess;
  readonly archive: BenchmarkArchive;
  readonly logger: Logger;
  /** Path of the bundle that a benchmark's thread runs. */
  readonly script: string;
  /** What all runs have in common. */
  readonly order: Pick<BenchmarkOrder, 'product' | 'connection' | 'redis'>;
}

export interface BenchmarkRunOptions {
  readonly signal: AbortSignal;
  onProgress(progress: BenchmarkProgress): void;
}

/** Measures the cache as it does here: this machine, this Redis, these miners. */
export class Benchmarks implements Disposable {
  private readonly closing = new AbortController();
  private isRunning = false;

  constructor(private readonly options: BenchmarksOptions) {}

  /** What was run here before. */
  get archive(): BenchmarkArchive {
    return this.options.archive;
  }

  /**
   * The report is kept in the {@link archive}. Writes to Redis, only below `v1:bench:`, and removes that again.
   *
   * @throws {ReadOnlyError} over a connection over which nothing is changed by hand.
   * @throws {FleetCacheError} when one runs already, here or elsewhere, or it broke off.
   * @throws {CancelledError}
   */
  async run(size: BenchmarkSize, { signal, onProgress }: BenchmarkRunOptions): Promise<BenchmarkReport> {
    const { access, script, order } = this.options;
    await access.require('run a benchmark, which writes to Redis');
    if (this.isRunning) {
      throw new FleetCacheError('A benchmark runs already. Wait until it has ended, or cancel it.');
    }
    this.isRunning = true;
    const either = AbortSignal.any([signal, this.closing.signal]);
    const direct = new DirectReads(this.options);
    try {
      const report = await runInThread({
        script,
        order: { ...order, run: randomUUID(), size },
        signal: either,
        readDirectly: () => direct.read(either).catch(notRead),
        onProgress,
      });
      await this.keep(report);
      return report;
    } finally {
      this.isRunning = false;
    }
  }

  private async keep(report: BenchmarkReport): Promise<void> {
    try {
      await this.options.archive.add(report);
    } catch (error) {
      // Whoever waits for the report has it all the same.
      this.options.logger.warn(`The benchmark could not be kept for later: ${describeError(error)}`);
    }
  }

  /** Cancels the one that runs. */
  dispose(): void {
    this.closing.abort();
  }
}

function notRead(error: unknown): DirectReadings {
  return { type: 'none', reason: error instanceof CancelledError ? 'Cancelled.' : describeError(error) };
}

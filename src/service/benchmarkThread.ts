import { Worker } from 'node:worker_threads';
import { CancelledError, describeError, FleetCacheError } from '../base/errors';
import type {
  BenchmarkOrder,
  BenchmarkProgress,
  DirectReadings,
  FromBenchmark,
  ToBenchmark,
} from './benchmarkMessages';
import type { BenchmarkReport } from './benchmarkReport';

export interface BenchmarkThreadOptions {
  /** Path of the thread's bundle. */
  readonly script: string;
  readonly order: BenchmarkOrder;
  readonly signal: AbortSignal;
  /** Never fails. */
  readDirectly(): Promise<DirectReadings>;
  onProgress(progress: BenchmarkProgress): void;
}

/** Whoever cancels waits for the thread's cleaning up so long, in ms; it may go on with it for a while. */
const CANCEL_TIMEOUT_MS = 3_000;
const TERMINATE_TIMEOUT_MS = 30_000;

/**
 * Runs a benchmark in a thread of its own, so that what it does keeps nobody waiting here. Each has its own heap and event loop.
 *
 * @throws {FleetCacheError} that says what went wrong. @throws {CancelledError}
 */
export function runInThread(options: BenchmarkThreadOptions): Promise<BenchmarkReport> {
  const { script, order, signal } = options;
  if (signal.aborted) {
    return Promise.reject(new CancelledError());
  }
  return new Promise((resolve, reject) => {
    // What this process was started with is not all allowed for threads.
    const worker = new Worker(script, { workerData: order, execArgv: [] });
    const tell = (message: ToBenchmark) => worker.postMessage(message);
    const cancel = () => {
      tell({ type: 'cancel' });
      setTimeout(() => reject(new CancelledError()), CANCEL_TIMEOUT_MS).unref();
      const termination = setTimeout(() => void worker.terminate(), TERMINATE_TIMEOUT_MS).unref();
      worker.once('exit', () => clearTimeout(termination));
    };
    signal.addEventListener('abort', cancel, { once: true });
    worker.on('message', (message: FromBenchmark) => {
      switch (message.type) {
        case 'progress':
          options.onProgress(message);
          return;
        case 'readDirectly':
          void options.readDirectly().then((readings) => tell({ type: 'directReadings', readings }));
          return;
        case 'done':
          resolve(message.report);
          return;
        case 'cancelled':
          reject(new CancelledError());
          return;
        case 'failed':
          reject(new FleetCacheError(message.message));
      }
    });
    worker.on('error', (error: unknown) => reject(broken(describeError(error))));
    worker.on('exit', (code) => {
      signal.removeEventListener('abort', cancel);
      // Too late after an answer.
      reject(signal.aborted ? new CancelledError() : broken(`its thread ended with code ${code}`));
    });
  });
}

function broken(why: string): FleetCacheError {
  return new FleetCacheError(
    `The benchmark broke off: ${why.replace(/\.$/, '')}. Run it again; what it left in Redis is removed then, or expires within ten minutes.`,
  );
}

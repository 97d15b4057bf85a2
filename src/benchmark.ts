import { parentPort, workerData } from 'node:worker_threads';
import { CancelledError, describeError } from './base/errors';
import { runBenchmark } from './benchmark/runBenchmark';
import type { BenchmarkOrder, DirectReadings, FromBenchmark, ToBenchmark } from './service/benchmarkMessages';

/** The thread of a benchmark: runs the order that it was started with, tells how it goes, and ends. */
async function main(): Promise<void> {
  const port = parentPort;
  if (port === null) {
    throw new Error('A benchmark runs in a thread of its own only.');
  }
  const say = (message: FromBenchmark) => port.postMessage(message);
  const cancellation = new AbortController();
  const waiting: ((readings: DirectReadings) => void)[] = [];
  port.on('message', (message: ToBenchmark) => {
    if (message.type === 'cancel') {
      cancellation.abort();
    } else {
      waiting.shift()?.(message.readings);
    }
  });
  try {
    const report = await runBenchmark(workerData as BenchmarkOrder, {
      signal: cancellation.signal,
      readDirectly: () =>
        new Promise((resolve) => {
          waiting.push(resolve);
          say({ type: 'readDirectly' });
        }),
      onProgress: (progress) => say({ type: 'progress', ...progress }),
    });
    say({ type: 'done', report });
  } catch (error) {
    say(error instanceof CancelledError ? { type: 'cancelled' } : { type: 'failed', message: describeError(error) });
  } finally {
    // Else the thread waits for messages for ever.
    port.close();
  }
}

void main();

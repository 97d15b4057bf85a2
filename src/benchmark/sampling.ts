import { throwIfCancelled } from '../base/errors';
import { percentile } from '../service/benchmarkReport';
import type { Turn } from './scenario';

/** However long something takes, it is measured so often. */
const FEWEST = 5;
/** So many say enough, and are sorted in no time. */
const MOST = 20_000;
/** What answers at once, without the event loop, lets others have it after so long, in ms: the link to Redis is kept up there. */
const YIELD_EVERY_MS = 25;

/** What one after the other takes, in ms, for as long as the turn lasts. */
export async function sample(turn: Turn, run: (index: number) => Promise<unknown>): Promise<readonly number[]> {
  const latencies: number[] = [];
  let startedAt = performance.now();
  const endsAt = startedAt + turn.plan.sliceMs;
  let yieldAt = startedAt + YIELD_EVERY_MS;
  while (latencies.length < FEWEST || (startedAt < endsAt && latencies.length < MOST)) {
    throwIfCancelled(turn.signal);
    await run(latencies.length);
    const endedAt = performance.now();
    latencies.push(endedAt - startedAt);
    startedAt = endedAt;
    if (startedAt > yieldAt) {
      await nextTurnOfLoop();
      startedAt = performance.now();
      yieldAt = startedAt + YIELD_EVERY_MS;
    }
  }
  return latencies;
}

/** How often per second something is done by so many at a time. @param sliceMs for how long they go on. */
export async function rate(
  concurrency: number,
  sliceMs: number,
  signal: AbortSignal,
  run: (index: number) => Promise<unknown>,
): Promise<number> {
  let done = 0;
  const startedAt = performance.now();
  const endsAt = startedAt + sliceMs;
  const goOn = async () => {
    let yieldAt = startedAt + YIELD_EVERY_MS;
    let now = startedAt;
    do {
      throwIfCancelled(signal);
      await run(done++);
      now = performance.now();
      if (now > yieldAt) {
        await nextTurnOfLoop();
        yieldAt = now + YIELD_EVERY_MS;
      }
    } while (now < endsAt);
  };
  await Promise.all(Array.from({ length: concurrency }, goOn));
  return (done / (performance.now() - startedAt)) * 1_000;
}

/** The measures that latencies are told by. */
export const LATENCY_MEASURES = [
  { id: 'p50', label: 'p50', unit: 'ms', better: 'lower' },
  { id: 'p95', label: 'p95', unit: 'ms', better: 'lower' },
  { id: 'p99', label: 'p99', unit: 'ms', better: 'lower' },
] as const;

export function latencyFigures(latencies: readonly number[]): Readonly<Record<string, number>> {
  return { p50: percentile(latencies, 0.5), p95: percentile(latencies, 0.95), p99: percentile(latencies, 0.99) };
}

function nextTurnOfLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

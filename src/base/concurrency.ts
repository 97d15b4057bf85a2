import { setMaxListeners } from 'node:events';

/**
 * Runs `task` for every item, at most `limit` at a time, in the items' order, and waits for all of them. Once `signal` is
 * aborted no further task starts; those that run are left to their own handling of the signal.
 *
 * @returns one settled result for each item that was started, in the items' order.
 */
export async function settleBounded<T, R>(
  items: readonly T[],
  limit: number,
  task: (item: T) => Promise<R>,
  signal?: AbortSignal,
): Promise<PromiseSettledResult<R>[]> {
  const results: PromiseSettledResult<R>[] = [];
  let next = 0;
  if (signal !== undefined) {
    // Each running task listens to it, which is no leak however many there are.
    setMaxListeners(0, signal);
  }

  async function work(): Promise<void> {
    while (next < items.length && !signal?.aborted) {
      const index = next++;
      try {
        results[index] = { status: 'fulfilled', value: await task(items[index] as T) };
      } catch (reason) {
        results[index] = { status: 'rejected', reason };
      }
    }
  }

  await Promise.all(Array.from({ length: Math.min(Math.max(1, limit), items.length) }, work));
  return results;
}

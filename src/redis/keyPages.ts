import { settleBounded } from '../base/concurrency';

/** Keys in one command. More of them would hold up the server's other clients. */
const KEYS_PER_COMMAND = 500;

/** Pages of keys that are asked for together: each has to be answered within the command timeout. */
const PAGES_AT_A_TIME = 4;

/** Parts keys, in their order, into as many as one command takes. */
export function pagesOf<T>(keys: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(keys.length / KEYS_PER_COMMAND);
  return Array.from({ length: count }, (_, index) =>
    keys.slice(index * KEYS_PER_COMMAND, (index + 1) * KEYS_PER_COMMAND),
  );
}

/**
 * Runs a task for each page of keys, a few at a time, so that each has the command timeout for itself however many they are.
 * Fails when one page does, after which no further one begins.
 *
 * @returns what the tasks came to, in the keys' order.
 */
export async function inPages<R>(
  keys: readonly string[],
  task: (page: readonly string[]) => Promise<readonly R[]>,
): Promise<readonly R[]> {
  const pages = pagesOf(keys);
  const [first] = pages;
  if (first !== undefined && pages.length === 1) {
    return task(first);
  }
  const failed = new AbortController();
  const results = await settleBounded(
    pages,
    PAGES_AT_A_TIME,
    (page) =>
      task(page).catch((error: unknown) => {
        failed.abort();
        throw error;
      }),
    failed.signal,
  );
  const values: R[] = [];
  for (const result of results) {
    if (result.status === 'rejected') {
      throw result.reason;
    }
    // Of hundreds of thousands in a second, one by one is the fastest.
    for (const value of result.value) {
      values.push(value);
    }
  }
  return values;
}

/** Each key waits for its own node alone: what one of them fails to give is `undefined`, unless all fail. */
export async function settleKeys<T>(
  keys: readonly string[],
  read: (key: string) => Promise<T | undefined>,
): Promise<(T | undefined)[]> {
  const results = await Promise.allSettled(keys.map(read));
  const failure = results.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
  if (failure !== undefined && results.every(({ status }) => status === 'rejected')) {
    throw failure.reason;
  }
  return results.map((result) => (result.status === 'fulfilled' ? result.value : undefined));
}

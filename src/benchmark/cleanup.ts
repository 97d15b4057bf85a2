import { BENCHMARK_LEFTOVERS_PATTERN } from '../cache/benchmarkKeys';
import { StoreError } from '../cache/store';
import type { World } from './world';

/** A Redis with very many keys takes long to look through; what is left expires in any case. */
const LONGEST_MS = 20_000;
/** What was cancelled may still write for a moment. */
const MOST_ROUNDS = 5;

/**
 * Removes what runs left that crashed. Only while this run has the lease: then no other goes on.
 *
 * @returns what came of it, for people; `undefined` when there was nothing.
 * @throws {StoreError} when Redis is lost.
 */
export async function removeLeftovers(world: World, signal: AbortSignal): Promise<string | undefined> {
  const options = { signal: AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]) };
  try {
    const { removed } = await world.purger.purge(BENCHMARK_LEFTOVERS_PATTERN, options);
    const count = removed.toLocaleString('en');
    return removed === 0 ? undefined : `${count} keys were removed first that a former benchmark had left.`;
  } catch (error) {
    if (!(error instanceof StoreError) || world.first.redis.store.health.state === 'down') {
      throw error;
    }
    return `Whether a former benchmark left keys is not known: ${error.message}`;
  }
}

/**
 * Removes what this run wrote, whether it was cancelled or not. Never fails.
 *
 * @returns why something may be left, for people; `undefined` when nothing is.
 */
export async function removeOwnKeys(world: World): Promise<string | undefined> {
  const expiry = 'They expire within ten minutes.';
  const signal = AbortSignal.timeout(LONGEST_MS);
  try {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const { cancelled, removed } = await world.purger.purge(world.keys.pattern, { signal });
      if (cancelled) {
        return `Redis has so many keys that not all of the benchmark’s were removed. ${expiry}`;
      }
      if (removed === 0) {
        return undefined;
      }
    }
    return `The benchmark’s keys came back while they were removed. ${expiry}`;
  } catch (error) {
    if (!(error instanceof StoreError)) {
      throw error;
    }
    return `The benchmark’s keys could not be removed: ${error.message} ${expiry}`;
  }
}

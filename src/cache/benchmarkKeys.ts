import { encodeId, type KeySpace } from './keys';

/**
 * The keys of a benchmark: a cache of its own below the name of its run, so that it neither meets the entries of the fleet nor
 * voids them. Whatever becomes of the run, they are gone soon.
 */

const BENCHMARK = 'v1:bench:';

/** No key of a benchmark lasts longer, in ms. */
export const BENCHMARK_TTL_MS = 600_000;

/** Says which run has the Redis for itself: two at a time would measure each other. */
export const BENCHMARK_LEASE_KEY = `${BENCHMARK}lease`;

/** Pattern of what runs left, which the lease does not match. */
export const BENCHMARK_LEFTOVERS_PATTERN = `${BENCHMARK}*:*`;

export interface BenchmarkKeys {
  readonly space: KeySpace;
  /** Pattern of all keys of the run. */
  readonly pattern: string;
  entry(scenario: string, number: number): string;
  /** Pattern of a scenario's entries. */
  entryPattern(scenario: string): string;
  generation(scenario: string): string;
  channel(scenario: string): string;
}

/** The keys of one run. @param run a name that no other run has. */
export function benchmarkKeys(run: string): BenchmarkKeys {
  const prefix = `${BENCHMARK}${encodeId(run)}:`;
  const [entries, generations] = [`${prefix}cache:`, `${prefix}gen:`];
  return {
    space: { coherentPrefixes: [entries, generations], generationTtlMs: BENCHMARK_TTL_MS },
    pattern: `${prefix}*`,
    entry: (scenario, number) => `${entries}${encodeId(scenario)}:${number}`,
    entryPattern: (scenario) => `${entries}${encodeId(scenario)}:*`,
    generation: (scenario) => `${generations}${encodeId(scenario)}`,
    channel: (scenario) => `${prefix}channel:${encodeId(scenario)}`,
  };
}

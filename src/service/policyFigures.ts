import type { CacheService } from '../cache/cacheService';
import type { Dataset, Policies, Strategy } from '../cache/policy';

/** How one dataset is cached, and what came of it in this instance since its start. */
export interface PolicyFigures {
  readonly dataset: Dataset;
  readonly strategy: Strategy;
  /** Seconds that data counts as fresh. */
  readonly ttlS: number;
  /** Kept in this process now. */
  readonly entries: number;
  /** Size of those entries' texts. */
  readonly bytes: number;
  readonly lookups: number;
  /** From 0 to 1; `undefined` without lookups. */
  readonly hitRatio: number | undefined;
  readonly sourceOffload: number | undefined;
  /** Mean age of what the cache served; `undefined` while it served nothing. */
  readonly meanAgeMs: number | undefined;
  /** Mean time that reading the source took; `undefined` while nothing was read. */
  readonly meanFetchMs: number | undefined;
}

/** The figures of all datasets, in the order of the policies. Asks nobody; goes through the entries of the first tier. */
export function policyFigures({ metrics, firstTier }: CacheService, policies: Policies): readonly PolicyFigures[] {
  const usage = firstTier.usage();
  // The keys are those of the type, which `Object.keys` cannot say.
  return (Object.keys(policies) as Dataset[]).map((dataset) => ({
    dataset,
    strategy: policies[dataset].strategy,
    ttlS: policies[dataset].ttlS,
    entries: usage.get(dataset)?.entries ?? 0,
    bytes: usage.get(dataset)?.bytes ?? 0,
    lookups: metrics.counts('start', dataset).lookups,
    hitRatio: metrics.hitRatio('start', dataset),
    sourceOffload: metrics.sourceOffload('start', dataset),
    meanAgeMs: metrics.meanHitAgeMs(dataset),
    meanFetchMs: metrics.meanFetchMs(dataset),
  }));
}

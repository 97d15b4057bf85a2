import type { Clock } from '../base/clock';
import type { ChangeFeed } from './changeFeed';
import type { Invalidation, Invalidations } from './invalidations';
import type { Policies } from './policy';
import type { Reader } from './reader';
import type { CacheRequest, Reading } from './reading';
import type { SecondTier } from './secondTier';
import type { Bump } from './store';

/** A change of the source that goes through the cache. */
export interface SourceWrite<T> extends Invalidation {
  /** Changes the source, and resolves to what the cache would read from it now. */
  apply(): Promise<T>;
}

export interface WriteThroughOptions {
  readonly secondTier: SecondTier;
  readonly invalidations: Invalidations;
  readonly reader: Reader;
  readonly feed: ChangeFeed;
  readonly policies: Policies;
  readonly clock: Clock;
}

/** Writes the source first, then the entry, then tells of it. */
export class WriteThrough {
  constructor(private readonly options: WriteThroughOptions) {}

  /**
   * The entry is written only if nobody voided its scopes since before the source was written. Otherwise, of two writers
   * whose changes reach the source in one order and the cache in the other, the one that the source forgot would stay in the
   * cache. The next read fetches instead.
   */
  async write<T>(request: CacheRequest<T>, change: SourceWrite<T>): Promise<Reading<T>> {
    const { secondTier, invalidations, reader, feed, policies, clock } = this.options;
    const before = await secondTier.look(request);
    const startedAt = clock.monotonic();
    const data = await change.apply();
    const origin = { fetchedAt: clock.now(), costMs: clock.monotonic() - startedAt };
    const bumps = await invalidations.apply(change.scopes);
    const isCached = policies[request.dataset].strategy !== 'NO_CACHE';
    const generations = isCached ? generationsAfter(request, before.generations, change.scopes, bumps) : undefined;
    const reading = await reader.store(request, { data, origin }, generations);
    feed.tellInvalidation(change);
    return reading;
  }
}

/** Generations that a written entry holds under; `undefined` when another voided its scopes meanwhile, or may have. */
function generationsAfter(
  { scopes }: CacheRequest<unknown>,
  before: readonly number[] | undefined,
  voided: readonly string[],
  bumps: readonly Bump[] | undefined,
): readonly number[] | undefined {
  if (before === undefined || bumps === undefined) {
    return undefined;
  }
  const after = before.map((generation, index) => {
    const bump = bumps[voided.indexOf(scopes[index] as string)];
    return bump === undefined ? generation : bump.former === generation ? bump.current : undefined;
  });
  return after.includes(undefined) ? undefined : (after as number[]);
}

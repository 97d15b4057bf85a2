import type { CacheService } from '../cache/cacheService';
import type { KeyPurger, PurgeReport } from '../cache/keyPurger';
import type { MatchCount, ScanOptions } from './patternInvalidator';
import type { WriteAccess } from './writeAccess';

export interface KeyPurgeOptions {
  readonly purger: KeyPurger;
  readonly cache: Pick<CacheService, 'invalidate'>;
  readonly access: Pick<WriteAccess, 'require'>;
}

/**
 * Removes keys of the cache from Redis by pattern, entries and others. That is about room in Redis, not about what is true: what is
 * being fetched meanwhile is written all the same (`PatternInvalidator` is for that).
 */
export class KeyPurge {
  constructor(private readonly options: KeyPurgeOptions) {}

  /**
   * Counts what {@link purge} would remove. Changes nothing.
   *
   * @param pattern a glob that begins with a prefix of our own, such as `v1:cache:`.
   * @throws {ConfigurationError} when the pattern may reach other keys.
   * @throws {StoreError} when Redis cannot be asked.
   */
  async preview(pattern: string, options: ScanOptions = {}): Promise<MatchCount> {
    const { matched, sample, cancelled } = await this.run(pattern, options, { dryRun: true });
    return { matched, sample, cancelled };
  }

  /**
   * Removes the keys that match. What was removed is told to all instances, and kept in the history.
   *
   * @throws {ReadOnlyError}
   * @throws {ConfigurationError} as {@link preview}.
   * @throws {StoreError} when Redis failed in the middle; the message says what is known to be gone.
   */
  async purge(pattern: string, options: ScanOptions = {}): Promise<Pick<PurgeReport, 'removed' | 'cancelled'>> {
    await this.options.access.require(`purge the keys that match ${pattern}`);
    let hasMatched = false;
    let isWhole = false;
    const onKeys = (keys: readonly string[]) => {
      hasMatched ||= keys.length > 0;
    };
    try {
      const { removed, cancelled } = await this.run(pattern, options, { onKeys });
      isWhole = !cancelled;
      return { removed, cancelled };
    } finally {
      if (hasMatched) {
        const cause = isWhole ? 'they were purged' : 'they were purged, in part';
        await this.options.cache.invalidate({ scopes: [], patterns: [pattern], cause });
      }
    }
  }

  private run(
    pattern: string,
    { signal, onProgress }: ScanOptions,
    how: { readonly dryRun?: boolean; onKeys?(keys: readonly string[]): void },
  ): Promise<PurgeReport> {
    return this.options.purger.purge(pattern, {
      ...how,
      signal,
      onProgress: ({ scanned, total }) => onProgress?.(scanned, total),
    });
  }
}

import { ConfigurationError } from '../base/errors';
import type { CacheService } from '../cache/cacheService';
import { compileGlob } from '../cache/glob';
import { generationOf, patternOf, readMinerKey } from '../cache/keyNames';
import type { KeyPurger, PurgeOptions, PurgeReport } from '../cache/keyPurger';
import { ALL_ENTRIES_PATTERN, entryKeyOfLock, generationKeys, lockPattern } from '../cache/keys';
import type { Dataset } from '../cache/policy';
import type { Inventory } from '../fleet/inventory';
import { GLOBAL_TENANT } from '../fleet/miner';
import type { WarmTask } from './warmReport';
import type { WriteAccess } from './writeAccess';

export interface PatternInvalidatorOptions {
  readonly cache: Pick<CacheService, 'forgetMatching' | 'invalidate'>;
  readonly purger: KeyPurger;
  readonly inventory: Pick<Inventory, 'current' | 'find'>;
  readonly access: Pick<WriteAccess, 'require'>;
}

export interface ScanOptions {
  readonly signal?: AbortSignal;
  /** @param done keys that were looked at, of `total`; each key is looked at once for every scan that it takes. */
  onProgress?(done: number, total: number): void;
}

/** What entries match. */
export interface MatchCount {
  readonly matched: number;
  /** Some of their keys. */
  readonly sample: readonly string[];
  /** Whether it was cancelled before all keys were looked at. */
  readonly cancelled: boolean;
}

/** What became of the entries that match. */
export interface PatternReport {
  /** Entries that were removed. */
  readonly removed: number;
  /** Those of them that the inventory knows how to fetch again. */
  readonly known: readonly WarmTask[];
  /** Whether it was cancelled; what was removed by then is gone. */
  readonly cancelled: boolean;
}

/** What each pattern of entries begins with. */
const ENTRIES = ALL_ENTRIES_PATTERN.slice(0, -1);

/** Voids entries by patterns of their keys, for all instances. There is no generation for them: they are removed one by one. */
export class PatternInvalidator {
  constructor(private readonly options: PatternInvalidatorOptions) {}

  /** The pattern of a dataset's entries, of all miners and tenants. */
  patternOf(dataset: Dataset): string {
    return patternOf(dataset);
  }

  /**
   * Counts the entries that {@link invalidate} would void. Changes nothing.
   *
   * @param pattern a glob that begins with `v1:cache:`.
   * @throws {ConfigurationError} when the pattern may reach keys that are no entries.
   * @throws {StoreError} when Redis cannot be asked.
   */
  async count(patterns: readonly string[], options: ScanOptions = {}): Promise<MatchCount> {
    requireEntryPatterns(patterns);
    const reports = await this.scan(patterns, options, { dryRun: true });
    return {
      matched: total(reports, 'matched'),
      sample: reports.flatMap(({ sample }) => sample),
      cancelled: reports.some(({ cancelled }) => cancelled),
    };
  }

  /**
   * Removes the entries that match, and voids the figures over them. No read of this instance that starts after this resolved
   * returns an entry that was fetched before it began; none of another instance, once that one was told, but for what it was
   * fetching then without a lock.
   *
   * 1. What is being fetched in this process will not be written.
   * 2. For what other instances are fetching now, by their locks, the generations are noted.
   * 3. The entries go, those too that were written since step 2.
   * 4. The generations of step 2 are bumped: an entry that comes late is void as it lands. It costs the other entries of those miners.
   *
   * @param cause why, in a few words for people.
   * @throws {ReadOnlyError}
   * @throws {ConfigurationError} as {@link count}.
   * @throws {StoreError} when Redis failed in the middle; what was removed by then stays removed, and is made known.
   */
  async invalidate(patterns: readonly string[], cause: string, options: ScanOptions = {}): Promise<PatternReport> {
    await this.options.access.require(`invalidate the entries that match ${patterns.join(', ')}`);
    requireEntryPatterns(patterns);
    const { cache } = this.options;
    const globs = patterns.map(compileGlob);
    const matches = (key: string) => globs.some((glob) => glob(key));
    cache.forgetMatching(matches);
    const scopes = new Set(this.figureGenerations());
    const noteLocks = (locks: readonly string[]) => addKnown(scopes, locks.map(entryKeyOfLock), generationOf);
    const looks = await this.scan(patterns.map(lockPattern), halfOf(options, 0), { dryRun: true, onKeys: noteLocks });
    if (looks.some(({ cancelled }) => cancelled)) {
      return { removed: 0, known: [], cancelled: true };
    }
    const known = new Map<string, WarmTask>();
    const noteEntries = (keys: readonly string[]) => addTasks(known, keys, this.options.inventory);
    let isWhole = false;
    try {
      const removals = await this.scan(patterns, halfOf(options, 1), { onKeys: noteEntries });
      isWhole = removals.every(({ cancelled }) => !cancelled);
      return { removed: total(removals, 'removed'), known: [...known.values()], cancelled: !isWhole };
    } finally {
      cache.forgetMatching(matches);
      await cache.invalidate({ scopes: [...scopes], patterns, cause: isWhole ? cause : `${cause}, in part` });
    }
  }

  /** One pattern after the other, as if it were one scan. */
  private async scan(
    patterns: readonly string[],
    { signal, onProgress }: ScanOptions,
    how: Pick<PurgeOptions, 'dryRun' | 'onKeys'>,
  ): Promise<readonly PurgeReport[]> {
    const reports: PurgeReport[] = [];
    for (const [index, pattern] of patterns.entries()) {
      const report = await this.options.purger.purge(pattern, {
        ...how,
        signal,
        onProgress: (progress) =>
          onProgress?.(index * progress.total + progress.scanned, patterns.length * progress.total),
      });
      reports.push(report);
      if (report.cancelled) {
        break;
      }
    }
    return reports;
  }

  /** Of the figures that may have been made of what goes. */
  private figureGenerations(): readonly string[] {
    const tenants = new Set([GLOBAL_TENANT, ...this.options.inventory.current.miners.map(({ tenant }) => tenant)]);
    const summaries = [...tenants].map((tenant) => generationKeys.summary(tenant));
    return [...summaries, generationKeys.firmwareVersions, generationKeys.poolUrls];
  }
}

/** Progress of the first or the second of two scans. */
function halfOf({ signal, onProgress }: ScanOptions, half: 0 | 1): ScanOptions {
  return {
    ...(signal === undefined ? {} : { signal }),
    onProgress: (done, all) => onProgress?.(half * all + done, 2 * all),
  };
}

function addKnown(to: Set<string>, keys: readonly string[], nameOf: (key: string) => string | undefined): void {
  for (const key of keys) {
    const name = nameOf(key);
    if (name !== undefined) {
      to.add(name);
    }
  }
}

function addTasks(to: Map<string, WarmTask>, keys: readonly string[], inventory: Pick<Inventory, 'find'>): void {
  for (const key of keys) {
    const named = readMinerKey(key);
    const miner = named && inventory.find(named.minerId);
    if (named !== undefined && miner !== undefined) {
      to.set(key, { miner, kind: named.kind });
    }
  }
}

function requireEntryPatterns(patterns: readonly string[]): void {
  const wrong = patterns.find((pattern) => !pattern.startsWith(ENTRIES));
  if (wrong !== undefined) {
    throw new ConfigurationError(
      `The pattern ${JSON.stringify(wrong)} may reach keys that are no entries. Begin it with ${ENTRIES}, such as ${ENTRIES}miner:*:status.`,
    );
  }
}

function total(reports: readonly PurgeReport[], name: 'matched' | 'removed'): number {
  return reports.reduce((sum, report) => sum + report[name], 0);
}

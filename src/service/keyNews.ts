import type { Clock } from '../base/clock';
import { describeError } from '../base/errors';
import { type Disposable, DisposableStore } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { CacheService } from '../cache/cacheService';
import type { CoherenceLink } from '../cache/coherenceLink';
import type { RawKey } from '../cache/keyBrowser';
import { readScope } from '../cache/keyNames';
import { isEntryKey, minerKey, summaryKey } from '../cache/keys';
import { rawKeyOf } from '../cache/rawKeys';
import { RecentPushes } from '../cache/recentPushes';
import type { DescribedKey } from './keyLevels';
import type { KeyListing } from './keyListing';
import { namespaceOf } from './knownKeys';

export interface KeyNewsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly cache: Pick<CacheService, 'onDidChange'>;
  readonly link: Pick<CoherenceLink, 'onDidInvalidate'>;
  /** What is listed now, if anything is. */
  listing(): KeyListing | undefined;
  describe(keys: readonly RawKey[]): Promise<readonly (DescribedKey | undefined)[]>;
}

/** How long keys are gathered that may be new, in ms. */
const GATHER_MS = 250;

/** Keys that are looked for at a time; whoever scans again finds the rest. */
const MAX_GATHERED = 1_000;

/** Follows what the cache and others do to keys, for the levels that somebody looks at. */
export class KeyNews implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly coming = new Set<RawKey>();
  private readonly changes = new RecentPushes();
  private timer: Disposable | undefined;

  constructor(private readonly options: KeyNewsOptions) {
    const { cache, link } = options;
    this.disposables.add(
      cache.onDidChange((change) => this.note(change.type === 'fill' ? [change.key] : change.scopes)),
    );
    this.disposables.add(link.onDidInvalidate((keys) => this.note(keys)));
  }

  /** To be remembered before keys are asked about. */
  now(): number {
    return this.changes.now();
  }

  /** Whether what was asked of a key at `moment` may be older than its last change; levels that are looked at are told of that. */
  hasChangedSince(key: RawKey, moment: number): boolean {
    return this.changes.hasChangedSince(key, moment);
  }

  dispose(): void {
    this.timer?.dispose();
    this.disposables.dispose();
  }

  /** These keys changed: entries and generations. */
  private note(keys: readonly string[] | 'everything'): void {
    const listing = this.options.listing();
    if (listing === undefined || listing.levels.count === 0) {
      return;
    }
    if (keys === 'everything') {
      this.changes.noteEverything();
      listing.levels.touchAll();
      return;
    }
    for (const key of keys) {
      if (isEntryKey(key)) {
        this.noteEntry(listing, rawKeyOf(key));
      } else {
        this.noteGeneration(listing, key);
      }
    }
  }

  private noteEntry(listing: KeyListing, key: RawKey): void {
    this.changes.note(key);
    const { tree } = listing.levels;
    const namespace = tree.namespace(namespaceOf(key));
    if (namespace === -1 || !listing.levels.isOpen(namespace)) {
      return;
    }
    if (tree.has(key)) {
      listing.levels.onChange(namespace);
    } else if (this.coming.size < MAX_GATHERED) {
      this.coming.add(key);
      this.timer ??= this.options.clock.setTimeout(() => void this.lookForComing(), GATHER_MS);
    }
  }

  /** Entries are valid or void by their generations. */
  private noteGeneration(listing: KeyListing, key: string): void {
    const scope = readScope(key);
    switch (scope?.type) {
      case 'miner':
        listing.touch(namespaceOf(rawKeyOf(minerKey(scope.minerId, 'status'))));
        break;
      case 'summary':
        listing.touch(namespaceOf(rawKeyOf(summaryKey(scope.tenant))));
        break;
      case undefined:
        break;
      default:
        listing.levels.touchAll();
    }
  }

  private async lookForComing(): Promise<void> {
    this.timer = undefined;
    const keys = [...this.coming];
    this.coming.clear();
    try {
      const described = await this.options.describe(keys);
      for (const key of described) {
        if (key !== undefined) {
          this.options.listing()?.add(key);
        }
      }
    } catch (error) {
      this.options.logger.debug(`Could not look for keys that may be new: ${describeError(error)}`);
    }
  }
}

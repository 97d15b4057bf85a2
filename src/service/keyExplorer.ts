import type { Clock } from '../base/clock';
import { Emitter, type Event } from '../base/emitter';
import { describeError } from '../base/errors';
import { type Disposable, DisposableStore } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { CacheService } from '../cache/cacheService';
import type { CoherenceLink } from '../cache/coherenceLink';
import type { KeyBrowser, RawKey } from '../cache/keyBrowser';
import type { Inventory } from '../fleet/inventory';
import type { KeyDescriber } from './keyDescriber';
import type { DescribedKey, KeyFilter, KeyLevel, KeyScanProgress, KeySort } from './keyLevels';
import { KeyListing } from './keyListing';
import { KeyNews } from './keyNews';
import { KeyRanks } from './keyRanks';
import { shownKey } from './peopleNames';

export interface KeyExplorerOptions {
  readonly browser: KeyBrowser;
  readonly describer: KeyDescriber;
  readonly inventory: Inventory;
  readonly cache: Pick<CacheService, 'onDidChange'>;
  readonly link: Pick<CoherenceLink, 'onDidInvalidate'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface KeyScanRequest {
  readonly signal?: AbortSignal;
  /** Called after each step of the server. */
  onProgress?(progress: KeyScanProgress): void;
}

/**
 * The tree of all keys in Redis, ours and others', split at each `:`. It asks Redis nothing but what {@link scan} and
 * {@link describe} are called for, and, where levels are looked at, whether keys that others wrote meanwhile are there. What it
 * knows is there at once.
 */
export class KeyExplorer implements Disposable {
  private readonly changes: Emitter<RawKey | undefined>;
  private readonly denials: Emitter<readonly string[]>;
  private readonly disposables = new DisposableStore();
  private readonly deniedNames = new Set<string>();
  /** Made when it is first asked for, since most instances never are. */
  private current: KeyListing | undefined;
  private wanted: KeyFilter = {};
  private ranks: KeyRanks;
  private readonly news: KeyNews;

  /**
   * A level changed, by its prefix, or what is known of its keys did; `undefined`: any may have. Told for levels that were asked
   * for, at most four times a second.
   */
  readonly onDidChange: Event<RawKey | undefined>;

  /** The login turned out not to be allowed these commands; each is told once. */
  readonly onDidDeny: Event<readonly string[]>;

  constructor(private readonly options: KeyExplorerOptions) {
    const { clock, logger, cache, link } = options;
    const onListenerError = (error: unknown) => logger.error(`A listener to the keys failed: ${describeError(error)}`);
    this.changes = this.disposables.add(new Emitter(onListenerError));
    this.denials = this.disposables.add(new Emitter(onListenerError));
    this.onDidChange = this.changes.event;
    this.onDidDeny = this.denials.event;
    this.ranks = new KeyRanks('name');
    this.news = this.disposables.add(
      new KeyNews({ clock, logger, cache, link, listing: () => this.current, describe: (keys) => this.describe(keys) }),
    );
  }

  /** Commands that the login is known not to be allowed, such as `MEMORY USAGE`. */
  get denied(): readonly string[] {
    return [...this.deniedNames];
  }

  /**
   * Which keys are listed. Setting another one forgets what was listed, and ends the scans that run.
   *
   * @throws {ConfigurationError} for a pattern that is too long.
   */
  get filter(): KeyFilter {
    return this.wanted;
  }

  set filter(filter: KeyFilter) {
    const listing = this.listingFor(filter);
    this.current?.dispose();
    this.current = listing;
    this.wanted = filter;
    this.changes.fire(undefined);
  }

  /** The order of the keys in each level. */
  get sort(): KeySort {
    return this.ranks.sort;
  }

  set sort(sort: KeySort) {
    if (sort !== this.ranks.sort) {
      this.ranks = new KeyRanks(sort);
      this.current?.levels.reorder();
      this.changes.fire(undefined);
    }
  }

  /**
   * One level as it is known now; asks nobody. Of a very large one the order may come later, which {@link onDidChange} tells.
   *
   * @param prefix empty for the first level, else as `KeyNamespace.prefix` gives it.
   */
  level(prefix: RawKey, { limit }: { readonly limit: number }): KeyLevel {
    return this.listing.level(prefix, limit);
  }

  /** The level is not shown any more: no changes of it are told. */
  forgetLevel(prefix: RawKey): void {
    const levels = this.current?.levels;
    const namespace = levels?.tree.namespace(prefix) ?? -1;
    if (namespace !== -1) {
      levels?.close(namespace);
    }
  }

  /**
   * Lists all keys below a prefix, and forgets those that are gone. Goes on where it was cancelled, or failed; begins anew when
   * it was complete. One that runs already for this level or one above is joined.
   *
   * @returns whether it came to its end; false when it was cancelled.
   * @throws {StoreError}
   */
  scan(prefix: RawKey, request: KeyScanRequest = {}): Promise<{ readonly complete: boolean }> {
    return this.listing.scans.scan(prefix, request);
  }

  /**
   * What is known of some keys, in their order; `undefined` for one that is not there (any more), which is taken from the tree.
   * Reads no values, and counts no lookups.
   *
   * @throws {StoreError}
   */
  async describe(keys: readonly RawKey[]): Promise<readonly (DescribedKey | undefined)[]> {
    const { current, ranks, news } = this;
    const askedAt = news.now();
    const { keys: described, facts, denied } = await this.options.describer.describe(keys);
    this.noteDenied(denied);
    const now = this.options.clock.monotonic();
    for (const [index, key] of keys.entries()) {
      const tree = current?.levels.tree;
      if (described[index] === undefined) {
        // One that was written meanwhile is there again, and no more news would bring it back.
        if (!news.hasChangedSince(key, askedAt)) {
          tree?.remove(key);
        }
      } else if (tree !== undefined && ranks.sort !== 'name') {
        const node = tree.findKey(key);
        if (node !== -1) {
          ranks.note(node, facts[index], now);
        }
      }
    }
    return described;
  }

  /** Somebody removed these keys: they are taken from the tree. */
  noteRemoved(keys: readonly RawKey[]): void {
    this.current?.remove(keys);
  }

  /** A key's whole name for people, exactly, with what is unprintable escaped. */
  shown(key: RawKey): string {
    return shownKey(key);
  }

  dispose(): void {
    this.current?.dispose();
    this.disposables.dispose();
  }

  private get listing(): KeyListing {
    this.current ??= this.listingFor(this.wanted);
    return this.current;
  }

  private listingFor(filter: KeyFilter): KeyListing {
    const { browser, inventory, clock, logger } = this.options;
    return new KeyListing({
      browser,
      inventory,
      clock,
      logger,
      filter,
      ranks: () => this.ranks,
      describe: (keys) => this.describe(keys),
      onChange: (prefix) => this.changes.fire(prefix),
    });
  }

  private noteDenied(denied: readonly string[]): void {
    const fresh = denied.filter((name) => !this.deniedNames.has(name));
    if (fresh.length > 0) {
      for (const name of fresh) {
        this.deniedNames.add(name);
      }
      this.denials.fire(fresh);
    }
  }
}

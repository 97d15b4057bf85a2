import type { Clock } from '../base/clock';
import { describeError } from '../base/errors';
import { type Disposable, DisposableStore } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { KeyBrowser, RawKey } from '../cache/keyBrowser';
import { isOwnKey } from '../cache/rawKeys';
import type { Inventory } from '../fleet/inventory';
import { CompiledFilter } from './keyFilter';
import type { DescribedKey, KeyFilter, KeyLevel } from './keyLevels';
import type { KeyRanks } from './keyRanks';
import { KeyScans } from './keyScans';
import { KnownKeys } from './knownKeys';
import { OpenLevels } from './openLevels';
import { shownPart } from './peopleNames';

export interface KeyListingOptions {
  readonly browser: KeyBrowser;
  readonly inventory: Inventory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly filter: KeyFilter;
  ranks(): KeyRanks;
  /** What is known of keys; those that are gone are taken from the tree, and those that are ranked have their rank noted. */
  describe(keys: readonly RawKey[]): Promise<readonly (DescribedKey | undefined)[]>;
  onChange(prefix: RawKey): void;
}

/** What one filter lets through, as far as it was listed. */
export class KeyListing implements Disposable {
  readonly levels: OpenLevels;
  readonly scans: KeyScans;
  readonly filter: CompiledFilter;
  private readonly disposables = new DisposableStore();

  /** @throws {ConfigurationError} for a filter that cannot be used. */
  constructor(private readonly options: KeyListingOptions) {
    const { browser, inventory, clock, describe } = options;
    this.filter = new CompiledFilter(options.filter, inventory);
    this.levels = this.disposables.add(
      new OpenLevels({
        clock,
        ranks: options.ranks,
        findRanks: (nodes) => this.findRanks(nodes),
        onChange: options.onChange,
      }),
    );
    const { tree } = this.levels;
    if (this.filter.isEmpty) {
      this.disposables.add(new KnownKeys(tree, inventory));
    }
    this.scans = new KeyScans({
      browser,
      tree,
      filter: this.filter,
      describe,
      onProgress: (prefix) => this.touch(prefix),
    });
  }

  /** See `KeyExplorer.level`. */
  level(prefix: RawKey, limit: number): KeyLevel {
    const { tree } = this.levels;
    const namespace = tree.namespace(prefix);
    const { entries, isSorting } =
      namespace === -1 ? { entries: [], isSorting: false } : this.levels.look(namespace, limit);
    const isOwn = isOwnKey(prefix);
    return {
      prefix,
      namespaces: entries
        .filter((entry) => entry.isNamespace)
        .map((entry) => ({
          prefix: prefix + entry.name,
          name: shownPart(entry.name, isOwn),
          keys: tree.keyCount(entry.node),
        })),
      keys: entries
        .filter((entry) => !entry.isNamespace)
        .map(({ name }) => ({ raw: prefix + name, name: shownPart(name, isOwn) })),
      hidden: namespace === -1 ? 0 : Math.max(0, tree.childCount(namespace) - entries.length),
      listed: namespace === -1 ? 0 : tree.keyCount(namespace),
      total: this.scans.total,
      complete: this.scans.isComplete(prefix),
      scanning: this.scans.isScanning(prefix),
      sorting: isSorting,
    };
  }

  /** A key was found otherwise than by a scan. */
  add(key: DescribedKey): void {
    if (this.filter.passesByName(key.raw) && this.filter.passesByFacts(key)) {
      this.levels.tree.add([key.raw], this.scans.number);
    }
  }

  remove(keys: readonly RawKey[]): void {
    for (const key of keys) {
      this.levels.tree.remove(key);
    }
  }

  /** Has the level told of as if it had changed, if somebody looks at it. */
  touch(prefix: RawKey): void {
    const namespace = this.levels.tree.namespace(prefix);
    if (namespace !== -1) {
      this.levels.onChange(namespace);
    }
  }

  dispose(): void {
    this.scans.end();
    this.disposables.dispose();
  }

  private async findRanks(nodes: readonly number[]): Promise<boolean> {
    try {
      await this.options.describe(nodes.map((node) => this.levels.tree.path(node)));
      return true;
    } catch (error) {
      this.options.logger.debug(`Could not tell the order of some keys: ${describeError(error)}`);
      return false;
    }
  }
}

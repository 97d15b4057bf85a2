import type { RawKey } from '../../cache/keyBrowser';
import type { KeyExplorer } from '../../service/keyExplorer';
import type { KeyLevel } from '../../service/keyLevels';
import type { KeyNode, KeysNode, MoreKeysNode, NamespaceNode } from './keyNodes';

/** VS Code has no paging of trees, and tens of thousands of siblings take it half a minute. */
const SIBLINGS = 1_000;
const MOST_SIBLINGS = 10_000;

/** What the cache's own keys begin with. */
const OWN_PREFIX: RawKey = 'v1:';

/** One open level of the tree: its rows, which keep their identity as long as they are listed. */
export class LevelRows {
  readonly prefix: RawKey;
  /** When VS Code was given its rows last, by a monotonic clock. */
  drawnAt = Number.NEGATIVE_INFINITY;
  private limit = SIBLINGS;
  private namespaces: ReadonlyMap<RawKey, NamespaceNode> = new Map();
  private byRaw: ReadonlyMap<RawKey, KeyNode> = new Map();
  private readonly more: MoreKeysNode;
  /** Why there are no rows, or others than there will be. */
  private note: string | undefined;

  /** @param node whose level it is; `undefined` for the first one. */
  constructor(public node: NamespaceNode | undefined) {
    this.prefix = node?.prefix ?? '';
    this.more = { type: 'more', parent: node, hidden: 0, canGrow: true };
  }

  /**
   * Takes over the node for which VS Code asked for the rows. It is another one where its row was not listed for a moment, or was
   * listed anew: VS Code hears of no change of the former one from then on.
   */
  adopt(node: NamespaceNode | undefined): void {
    if (node === this.node) {
      return;
    }
    this.node = node;
    for (const row of [...this.namespaces.values(), ...this.byRaw.values(), this.more]) {
      row.parent = node;
    }
  }

  get keys(): KeyNode[] {
    return [...this.byRaw.values()];
  }

  /** Number of rows. */
  get size(): number {
    return this.namespaces.size + this.byRaw.size;
  }

  /** Lists more of the siblings from now on. */
  grow(): void {
    this.limit = Math.min(this.limit + SIBLINGS, MOST_SIBLINGS);
  }

  /** All rows, as the explorer knows the level now. */
  read(explorer: Pick<KeyExplorer, 'level'>): KeysNode[] {
    const level = explorer.level(this.prefix, { limit: this.limit });
    this.take(explorer, level);
    const { node: parent, more } = this;
    const rows: KeysNode[] = [...this.namespaces.values(), ...this.byRaw.values()];
    if (more.hidden > 0 && this.size > 0) {
      more.canGrow = this.limit < MOST_SIBLINGS;
      rows.push(more);
    }
    if (this.note !== undefined) {
      rows.unshift({ type: 'note', parent, text: this.note });
    }
    return rows;
  }

  /** Takes over what the explorer knows now. @returns the rows to draw: all, where one comes or goes. */
  update(explorer: Pick<KeyExplorer, 'level'>): 'all' | readonly KeysNode[] {
    const former = [[...this.namespaces.keys()], [...this.byRaw.keys()]] as const;
    const [hidden, note] = [this.more.hidden, this.note];
    const counts = new Map([...this.namespaces.values()].map((node) => [node, node.keys]));
    this.take(explorer, explorer.level(this.prefix, { limit: this.limit }));
    const isSame =
      note === this.note &&
      hidden > 0 === this.more.hidden > 0 &&
      isEqual(former[0], [...this.namespaces.keys()]) &&
      isEqual(former[1], [...this.byRaw.keys()]);
    if (!isSame) {
      return 'all';
    }
    const counted = [...this.namespaces.values()].filter((node) => counts.get(node) !== node.keys);
    return hidden === this.more.hidden ? counted : [...counted, this.more];
  }

  private take(explorer: Pick<KeyExplorer, 'level'>, level: KeyLevel): void {
    const { namespaces, keys, hidden, sorting } = level;
    this.note = noteOf(level);
    if (sorting && namespaces.length + keys.length === 0 && this.size > 0) {
      // The rows that are there stay until their new order is known.
      return;
    }
    const { node: parent } = this;
    const formerNamespaces = this.namespaces;
    // The cache's own come first, and are there also where a thousand others are before them by name.
    const own = namespaces.filter(({ prefix }) => isOwn(prefix));
    const foreign = namespaces.filter(({ prefix }) => !isOwn(prefix));
    const mayBeCutOff = parent === undefined && own.length === 0 && hidden > 0;
    const listed = mayBeCutOff ? explorer.level(OWN_PREFIX, { limit: 0 }).listed : 0;
    if (listed > 0) {
      own.push({ prefix: OWN_PREFIX, name: OWN_PREFIX.slice(0, -1), keys: listed });
    }
    this.namespaces = new Map(
      [...own, ...foreign].map(({ prefix, name, keys }) => {
        const node: NamespaceNode = formerNamespaces.get(prefix) ?? {
          type: 'namespace',
          parent,
          prefix,
          name,
          isOwn: isOwn(prefix),
          keys,
        };
        node.keys = keys;
        return [prefix, node];
      }),
    );
    const formerKeys = this.byRaw;
    this.byRaw = new Map(
      keys.map(({ raw, name }) => {
        const node = formerKeys.get(raw) ?? {
          type: 'key',
          parent,
          raw,
          name,
          isOwn: isOwn(raw),
          known: undefined,
          painted: undefined,
        };
        return [raw, node];
      }),
    );
    this.more.hidden = listed > 0 ? hidden - 1 : hidden;
  }
}

function noteOf({ namespaces, keys, complete, scanning, sorting }: KeyLevel): string | undefined {
  if (namespaces.length + keys.length > 0) {
    return undefined;
  }
  if (sorting) {
    return 'Sorting …';
  }
  return scanning ? 'Listing …' : complete ? 'No keys' : 'No keys listed yet';
}

function isOwn(name: RawKey): boolean {
  return name.startsWith(OWN_PREFIX);
}

function isEqual(a: readonly RawKey[], b: readonly RawKey[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

import type { Disposable } from '../base/lifecycle';
import { DisposableStore } from '../base/lifecycle';
import type { RawKey } from '../cache/keyBrowser';
import { FIRMWARE_VERSIONS_KEY, minerKey, POOL_URLS_KEY, summaryKey } from '../cache/keys';
import { rawKeyOf } from '../cache/rawKeys';
import type { Inventory, InventorySnapshot } from '../fleet/inventory';
import { GLOBAL_TENANT } from '../fleet/miner';
import { MINER_KINDS } from '../fleet/minerData';
import type { KeyTree } from './keyTree';

/** What the keys of all miners begin with. */
const MINERS: RawKey = 'v1:cache:miner:';

const FIXED = [FIRMWARE_VERSIONS_KEY, POOL_URLS_KEY, summaryKey(GLOBAL_TENANT)];

/** The keys that the cache may have, and so the namespaces that are worth showing before anything was listed. */
export class KnownKeys implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly pinned = new Map<RawKey, number>();

  constructor(
    private readonly tree: KeyTree,
    inventory: Inventory,
  ) {
    this.pin(inventory.current);
    this.disposables.add(inventory.onDidChange((snapshot) => this.pin(snapshot)));
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private pin({ miners }: InventorySnapshot): void {
    const tenants = new Set(miners.map(({ tenant }) => tenant));
    const known = [
      ...FIXED,
      ...[...tenants].map((tenant) => summaryKey(tenant)),
      ...miners.map(({ id }) => minerKey(id, 'status')),
    ];
    const wanted = new Set([MINERS, ...known.map((key) => namespaceOf(rawKeyOf(key)))]);
    for (const prefix of wanted) {
      if (!this.pinned.has(prefix)) {
        this.pinned.set(prefix, this.tree.pin(prefix));
      }
    }
    for (const [prefix, namespace] of this.pinned) {
      if (!wanted.has(prefix)) {
        this.pinned.delete(prefix);
        this.tree.unpin(namespace);
      }
    }
  }
}

/** The keys that the cache may have in a namespace and nowhere below it; none where that cannot be told without a list of them. */
export function knownKeysIn(prefix: RawKey): readonly RawKey[] {
  if (prefix.startsWith(MINERS) && /^[^:]+:$/.test(prefix.slice(MINERS.length))) {
    return MINER_KINDS.map((kind) => `${prefix}${kind}`);
  }
  if (/^v1:cache:fleet:[^:]+:$/.test(prefix)) {
    return [`${prefix}summary`];
  }
  return FIXED.map(rawKeyOf).filter((key) => namespaceOf(key) === prefix);
}

/** What a key begins with up to its last part. */
export function namespaceOf(key: RawKey): RawKey {
  return key.slice(0, key.lastIndexOf(':') + 1);
}

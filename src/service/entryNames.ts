import type { RawKey } from '../cache/keyBrowser';
import { type NamedEntry, readEntryKey } from '../cache/keyNames';
import { FIRMWARE_VERSIONS_SCOPES, minerScopes, POOL_URLS_SCOPES, summaryScopes } from '../cache/keys';
import { DEFAULT_POLICIES } from '../cache/policy';
import { textOfKey } from '../cache/rawKeys';
import type { Inventory } from '../fleet/inventory';

/** What a key is the entry of; `undefined` when it is no entry's. */
export function entryNameOf(key: RawKey): NamedEntry | undefined {
  const text = textOfKey(key);
  return text === undefined ? undefined : readEntryKey(text);
}

/** Whose an entry is: the tenant of its miner, or of its summary. `undefined` for what is the whole fleet's, or nobody's known. */
export function tenantOf(name: NamedEntry | undefined, inventory: Inventory): string | undefined {
  switch (name?.type) {
    case 'miner':
      return inventory.find(name.minerId)?.tenant;
    case 'summary':
      return name.tenant;
    default:
      return undefined;
  }
}

/**
 * The scopes that an entry depends on, in the order in which it records their generations. `undefined` in the place of one that is
 * not known: the tenant of a miner that the inventory does not have.
 */
export function scopesOf(name: NamedEntry, inventory: Inventory): readonly (string | undefined)[] {
  switch (name.type) {
    case 'summary':
      return summaryScopes(name.tenant);
    case 'firmware-versions':
      return FIRMWARE_VERSIONS_SCOPES;
    case 'pool-urls':
      return POOL_URLS_SCOPES;
    case 'miner': {
      const tenant = tenantOf(name, inventory);
      const scopes = minerScopes(name.minerId, tenant ?? '', DEFAULT_POLICIES[name.dataset].invalidateOn);
      return tenant === undefined ? scopes.map((scope, index) => (index === 1 ? undefined : scope)) : scopes;
    }
  }
}

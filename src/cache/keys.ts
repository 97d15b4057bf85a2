/**
 * Every key name of the cache. Ids are percent-encoded, so that no id can end up in another's key or widen a pattern; keys
 * are therefore built here and nowhere else.
 */

const CACHE = 'v1:cache:';
const GENERATION = 'v1:gen:';
const LOCK = 'v1:lock:';
const INSTANCE = 'v1:instance:';

/** Where a cache keeps its keys, and how long some of them last. */
export interface KeySpace {
  /** What every key begins with whose changes the cache has to hear of. */
  readonly coherentPrefixes: readonly string[];
  /** How long a generation lasts that nobody bumps, in ms. It has to outlive every entry recorded under it. */
  readonly generationTtlMs: number;
}

/** The keys that all instances share. A missing generation is made anew, and voids the entries recorded under the former one. */
export const SHARED_KEYS: KeySpace = {
  coherentPrefixes: [CACHE, GENERATION],
  generationTtlMs: 7 * 24 * 3_600_000,
};

/** What may follow a miner's id in its keys. */
export type MinerKeyKind = 'status' | 'stats' | 'details' | 'config' | 'hashboards' | 'pools' | 'cooling' | 'errors';

/** What happens to a miner, as far as it voids some of its entries and not all. */
export type MinerEvent = 'status' | 'config' | 'system';

// The separator, the escape itself, glob and hash-tag characters, control characters, and halves of surrogate pairs, which
// UTF-8 would turn into one and the same replacement character.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not get into a key
const UNSAFE = /[\u0000-\u001f\u007f-\u009f:%*?[\]\\{}]|\p{Surrogate}/gu;

/** Makes any text safe as one part of a key; different texts stay different. */
export function encodeId(id: string): string {
  return id.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    return code > 0xff ? `%u${hex(code, 4)}` : `%${hex(code, 2)}`;
  });
}

function hex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, '0');
}

/** Key of one dataset of one miner. */
export function minerKey(minerId: string, kind: MinerKeyKind): string {
  return `${CACHE}miner:${encodeId(minerId)}:${kind}`;
}

/** Key of a tenant's summary; tenant `global` is the whole fleet. */
export function summaryKey(tenant: string): string {
  return `${CACHE}fleet:${encodeId(tenant)}:summary`;
}

/** Key of the firmware versions of the whole fleet. */
export const FIRMWARE_VERSIONS_KEY = `${CACHE}firmware:versions`;

/** Key of the pool URLs of the whole fleet. */
export const POOL_URLS_KEY = `${CACHE}pool:urls`;

/** Whether a key is an entry's. */
export function isEntryKey(key: string): boolean {
  return key.startsWith(CACHE);
}

/** Name of the lock that an entry's flight takes: of the same space as the entry, whose name has a part `cache` in each. */
export function lockKey(entryKey: string): string {
  return entryKey.replace('cache:', 'lock:');
}

/** Name of the lock of who warms a scope periodically. */
export function warmingLockKey(scope: string): string {
  return `${LOCK}warm:${encodeId(scope)}`;
}

/** Key of what an instance tells of itself. */
export function instanceKey(instanceId: string): string {
  return INSTANCE + encodeId(instanceId);
}

/** The instances by their last heartbeat. */
export const INSTANCES_KEY = 'v1:instances';

/** The history of events. */
export const EVENTS_KEY = 'v1:events';

/**
 * Pattern of the entries that are named. Ids are encoded as in keys, so that none of them widens it.
 *
 * @param of `minerId` or `kind` left out stand for all.
 */
export function minerEntryPattern(of: { readonly minerId?: string; readonly kind?: MinerKeyKind }): string {
  return `${CACHE}miner:${of.minerId === undefined ? '*' : encodeId(of.minerId)}:${of.kind ?? '*'}`;
}

/** Pattern of the summaries of all tenants. */
export const SUMMARY_PATTERN = `${CACHE}fleet:*:summary`;

/** Pattern of the locks that the flights of a pattern's entries take. */
export function lockPattern(entryPattern: string): string {
  return lockKey(entryPattern);
}

/** The entry whose flight takes a lock. */
export function entryKeyOfLock(lock: string): string {
  return CACHE + lock.slice(LOCK.length);
}

/** Pattern of all entries. */
export const ALL_ENTRIES_PATTERN = `${CACHE}*`;

/**
 * Keys of the generations that entries are valid under. Bumping one voids every entry that was recorded under it.
 */
export const generationKeys = {
  /** Scope of every entry. */
  all: `${GENERATION}all`,
  /** Scope of all entries of a tenant's miners, and of the tenant's summary. */
  fleet: (tenant: string) => `${GENERATION}fleet:${encodeId(tenant)}`,
  /** Scope of all entries of one miner. */
  miner: (minerId: string) => `${GENERATION}miner:${encodeId(minerId)}`,
  /** Scope of those entries of a miner that one kind of event voids. */
  minerEvent: (minerId: string, event: MinerEvent) => `${GENERATION}miner:${encodeId(minerId)}:${event}`,
  /** Scope of one summary alone, so that a miner's change can void it without voiding the tenant's miners. */
  summary: (tenant: string) => `${GENERATION}summary:${encodeId(tenant)}`,
  /** Scope of the fleet's firmware versions. */
  firmwareVersions: `${GENERATION}firmware:versions`,
  /** Scope of the fleet's pool URLs. */
  poolUrls: `${GENERATION}pool:urls`,
} as const;

/**
 * The scopes of a miner's entry, in the order in which entries record their generations.
 *
 * @param events those that void the entry (`Policy.invalidateOn`).
 */
export function minerScopes(minerId: string, tenant: string, events: readonly MinerEvent[] = []): readonly string[] {
  const ofEvents = events.map((event) => generationKeys.minerEvent(minerId, event));
  return [generationKeys.all, generationKeys.fleet(tenant), generationKeys.miner(minerId), ...ofEvents];
}

/** The scopes of a tenant's summary, in the order in which entries record their generations. */
export function summaryScopes(tenant: string): readonly string[] {
  return [generationKeys.all, generationKeys.fleet(tenant), generationKeys.summary(tenant)];
}

/** The scopes of the fleet's firmware versions. */
export const FIRMWARE_VERSIONS_SCOPES: readonly string[] = [generationKeys.all, generationKeys.firmwareVersions];

/** The scopes of the fleet's pool URLs. */
export const POOL_URLS_SCOPES: readonly string[] = [generationKeys.all, generationKeys.poolUrls];

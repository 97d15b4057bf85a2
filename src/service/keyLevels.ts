import type { KeyType, RawKey } from '../cache/keyBrowser';
import type { Dataset } from '../cache/policy';

/** Keys that begin alike, up to a `:` and with it. */
export interface KeyNamespace {
  /** What its keys begin with, exactly. */
  readonly prefix: RawKey;
  /** Its last part for people, without the `:`, decoded where it is an id of ours. */
  readonly name: string;
  /** Keys that were listed below. */
  readonly keys: number;
}

export interface LevelKey {
  readonly raw: RawKey;
  /** Its last part for people, decoded where it is an id of ours. May be empty. */
  readonly name: string;
}

/** One level of the tree of keys, which is split at each `:`. */
export interface KeyLevel {
  readonly prefix: RawKey;
  /** Before the keys, by name. */
  readonly namespaces: readonly KeyNamespace[];
  /** In the order that was asked for. */
  readonly keys: readonly LevelKey[];
  /** Namespaces and keys of this level beyond the limit. */
  readonly hidden: number;
  /** Keys that were listed below the prefix, this level's and deeper. */
  readonly listed: number;
  /** All keys in Redis as they were last counted; `undefined` before that, and where the login may not count them. */
  readonly total: number | undefined;
  /** Whether a scan of this level, or of one above, has come to its end since the filter was last changed. */
  readonly complete: boolean;
  /** Whether a scan that lists this level runs. */
  readonly scanning: boolean;
  /** Whether the order is still being made; the explorer tells when it is. */
  readonly sorting: boolean;
}

/** Which keys are listed. All that is given has to hold. */
export interface KeyFilter {
  /** A glob over the whole name, as Redis reads it. */
  readonly pattern?: string;
  /** Part of the name as people read it; capital or small letters are the same. */
  readonly text?: string;
  readonly type?: KeyType;
  readonly dataset?: Dataset;
  /** Entries of the tenant's miners, and its summary. */
  readonly tenant?: string;
  /** Keys that never expire. */
  readonly noExpiry?: boolean;
  /** Larger than so many bytes. */
  readonly overBytes?: number;
  /** Entries that are past their TTL or were voided. */
  readonly staleOrVoid?: boolean;
}

/** `ttl`: what expires first comes first; `size`: the largest first. */
export type KeySort = 'name' | 'ttl' | 'size';

/**
 * What a key's value is worth to a reader:
 * - `fresh`, `stale` (past its TTL), `void` (a generation was bumped since): an entry;
 * - `foreign`: a value under a key of the cache that something else wrote;
 * - `unreadable`: what stands there is no entry, or one of a later version;
 * - `unknown`: it may be an entry, and is too large to look, or the login may not;
 * - `none`: not a key of the cache.
 */
export type KeyFreshness = 'fresh' | 'stale' | 'void' | 'foreign' | 'unreadable' | 'unknown' | 'none';

/** What an entry says of itself besides its data. */
export interface DescribedEntry {
  /** When the source was read, in ms since the epoch, by this machine's clock. */
  readonly fetchedAt: number;
  readonly ttlS: number;
  readonly costMs: number;
  /** The instance that wrote it. */
  readonly by: string;
  readonly generations: readonly number[];
}

/** A key with what is known of it, without its value. A field is `undefined` where the login may not ask for it. */
export interface DescribedKey {
  readonly raw: RawKey;
  /** The whole name for people, exactly, with what is unprintable escaped. */
  readonly shown: string;
  /** Whether it begins with `v1:`. */
  readonly isOwn: boolean;
  readonly type: KeyType | undefined;
  /** Until it expired at {@link describedAt}, in ms. */
  readonly ttlMs: number | 'never' | undefined;
  /** Of a string its length; of anything else the memory that it takes, as Redis estimates it. */
  readonly sizeBytes: number | undefined;
  /** Of a collection. */
  readonly elements: number | undefined;
  /** When this was asked, in ms since the epoch, by this machine's clock. */
  readonly describedAt: number;
  readonly freshness: KeyFreshness;
  readonly entry: DescribedEntry | undefined;
  readonly dataset: Dataset | undefined;
  readonly tenant: string | undefined;
  readonly minerId: string | undefined;
}

/** How far a scan is, for people: "12,400 of 1,000,000 keys listed". */
export interface KeyScanProgress {
  /** Keys that were listed below the prefix. */
  readonly listed: number;
  /** Keys of {@link total} that were looked at. */
  readonly scanned: number;
  readonly total: number | undefined;
}

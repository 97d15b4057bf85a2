import type { EntryHeader, NoEntry } from './entry';
import { StoreError } from './store';

/**
 * A key as it is stored, byte by byte: each character is one byte (latin1). Names of keys need not be text, and whoever made one
 * of it could not find the key again. `keyText` makes what people read.
 */
export type RawKey = string;

/** A type of Redis, by its own name; `ReJSON-RL` is told as `json`. Modules bring others. */
export type KeyType = 'string' | 'hash' | 'list' | 'set' | 'zset' | 'stream' | 'json' | string;

/** Where a scan was left. A server that has been connected to anew since is begun anew, as it may be another one. */
export interface ScanPosition {
  /** Keys of {@link total} that the scan had passed. */
  readonly scanned: number;
  /** Keys of all masters when the scan began; `undefined` where the login may not count them. */
  readonly total: number | undefined;
}

/** Keys that match, as a server gave them in one step. A key may come several times, in one page and in later ones. */
export interface KeyPage {
  readonly keys: readonly RawKey[];
  /** The same as they came: a million texts less where nobody needs {@link keys}, which are made when they are asked for. */
  readonly bytes: readonly Uint8Array[];
  /** As in {@link ScanPosition}, after this page. */
  readonly scanned: number;
  readonly total: number | undefined;
}

export interface KeyScanOptions {
  /** A glob over the bytes of names, in which each character is one byte; all keys without it. */
  readonly pattern?: string;
  /** Of this type alone. */
  readonly type?: KeyType;
  readonly signal?: AbortSignal | undefined;
  /** Goes on from there. */
  readonly resume?: ScanPosition | undefined;
  /** Called for each page, also for those without keys. The scan waits for what it returns before it hands over the next. */
  onPage(page: KeyPage): Promise<void> | void;
}

/** What is known of a key without reading its value. A field is `undefined` where the login may not ask for it, or of that key. */
export interface KeyFacts {
  readonly type: KeyType | undefined;
  /** Until it expires, in ms. */
  readonly ttlMs: number | 'never' | undefined;
  /** Of a string its length; of other types of Redis' own the memory that they take, which it estimates from a few elements. */
  readonly sizeBytes: number | undefined;
  /** How many elements it has, for types that have some. */
  readonly elements: number | undefined;
  /** Of a key of the cache: what the entry says of itself, or that it is none. `undefined` when it is too large to look. */
  readonly entry: EntryHeader | NoEntry | undefined;
}

export interface KeyDescriptions {
  /** In the keys' order; `undefined` for a key that is not there. */
  readonly facts: readonly (KeyFacts | undefined)[];
  /** Commands that the login may not use, such as `MEMORY USAGE`. */
  readonly denied: readonly string[];
}

/** Bytes of a value, of which the end may be left out. */
export interface ValuePart {
  readonly bytes: Uint8Array;
  /** Bytes that were left out. */
  readonly omitted: number;
}

/** A part of a value that has many. */
export interface ValuePage {
  /** `KeyValue.next` of the page before. The first page without it. */
  readonly from?: string;
  /** Elements at most, or for strings and JSON bytes; a server may give more of a small collection. */
  readonly count?: number;
}

export interface NamedPart {
  readonly name: ValuePart;
  readonly value: ValuePart;
}

/** A page of a key's value, by type. */
export type ValueContent =
  | {
      readonly type: 'string';
      /** Where the part begins in the value, in bytes. */
      readonly offset: number;
      readonly part: ValuePart;
    }
  | { readonly type: 'json'; readonly part: ValuePart }
  | { readonly type: 'hash'; readonly fields: readonly NamedPart[] }
  | {
      readonly type: 'list';
      /** Index of the first element. */
      readonly offset: number;
      readonly elements: readonly ValuePart[];
    }
  | { readonly type: 'set'; readonly members: readonly ValuePart[] }
  | { readonly type: 'zset'; readonly members: readonly { readonly member: ValuePart; readonly score: number }[] }
  | {
      readonly type: 'stream';
      readonly records: readonly { readonly id: string; readonly fields: readonly NamedPart[] }[];
    }
  /** A type that cannot be read here, by its name. */
  | { readonly type: 'other'; readonly name: string };

export interface KeyValue {
  readonly content: ValueContent;
  /** Until the key expires, in ms. */
  readonly ttlMs: number | 'never' | undefined;
  /** Elements in all, or of strings and JSON bytes. */
  readonly length: number | undefined;
  /** Where the next page begins; `undefined` when this is the last one. */
  readonly next: string | undefined;
  /** Why less is shown than was asked for, one sentence for people. */
  readonly note: string | undefined;
}

/** A scan failed; it can go on from {@link position}. */
export class ScanError extends StoreError {
  constructor(
    message: string,
    readonly position: ScanPosition,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Looks at keys and their values, and changes single keys, past all tiers and figures: for people who look into Redis, also at
 * keys that are not the cache's. Each step ends within the step timeout, and none holds up the server's other clients for long.
 */
export interface KeyBrowser {
  /**
   * Scans all masters until each of them says that it is over. A key that is there from the beginning to the end is given at least
   * once, also when a server resizes its table meanwhile, unless a Cluster moves its slot.
   *
   * @returns where it was cancelled; no position when it is complete.
   * @throws {ScanError} when a server fails.
   * @throws {StoreError} when none can be asked.
   */
  scan(options: KeyScanOptions): Promise<{ readonly position: ScanPosition | undefined }>;

  /** What is known of some keys; some hundreds are one step. @throws {StoreError} */
  describe(keys: readonly RawKey[]): Promise<KeyDescriptions>;

  /** Whole strings that are known to be short, such as generations; `undefined` where there is none. @throws {StoreError} */
  texts(keys: readonly RawKey[]): Promise<readonly (string | undefined)[]>;

  /**
   * A page of a key's value, with a bound on its bytes; `undefined` when the key is not there.
   *
   * @throws {StoreError}
   */
  read(key: RawKey, page?: ValuePage): Promise<KeyValue | undefined>;

  /**
   * Lets a key expire in `ttlMs` milliseconds, at least 1.
   *
   * @returns false when it is not there.
   * @throws {StoreError}
   */
  setTtl(key: RawKey, ttlMs: number): Promise<boolean>;

  /** Removes keys; what is not there is passed over. Resolves to the number removed. @throws {StoreError} */
  remove(keys: readonly RawKey[]): Promise<number>;
}

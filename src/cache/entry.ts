/** One cached value with what is needed to judge it. Stored as UTF-8 JSON under short names. */
export interface Entry {
  readonly data: unknown;
  /** When the source was read, in ms since the epoch. */
  readonly fetchedAt: number;
  /** Seconds that it counts as fresh from `fetchedAt` on. */
  readonly ttlS: number;
  /** What reading the source took, in ms. */
  readonly costMs: number;
  /** The instance that wrote it. */
  readonly by: string;
  /** Generations of the entry's scopes as they were before the source was read. */
  readonly generations: readonly number[];
}

/** An entry as it is stored. */
export interface StoredEntry {
  readonly v: number;
  readonly data: unknown;
  readonly at: number;
  readonly ttl: number;
  readonly cost: number;
  readonly by: string;
  readonly gen: readonly number[];
}

/**
 * What the text under a cache key turned out to be, if not an entry of ours:
 * - `foreign`: a JSON value that something else wrote. Nobody knows how old it is, nor what has voided it since, so it is
 *   shown to people and not served to readers; the next fill replaces it;
 * - `newer`: an entry of a later version, not to be used nor removed;
 * - `corrupt`: not JSON, or an entry with parts missing; to be removed.
 */
export type NoEntry = 'foreign' | 'newer' | 'corrupt';

/** What an entry says of itself besides its data, as it is stored. */
export type EntryHeader = Omit<StoredEntry, 'v' | 'data'>;

const VERSION = 1;

const HEAD = `{"v":${VERSION},"data":`;

/** Bytes at an entry's beginning and end that {@link parseEntryEnds} looks at. */
export const ENTRY_ENDS = { head: HEAD.length, tail: 1_024 } as const;

/** Behind the data. In a JSON text such a sequence is nowhere else: within a string its quotes would be escaped. */
const TAIL = /,("at":[-+.\de]+,"ttl":[-+.\de]+,"cost":[-+.\de]+,"by":"(?:[^"\\]|\\.)*","gen":\[[-+.\de,]*\]\})$/;

/** @throws {TypeError} for data that JSON cannot say. */
export function encodeEntry({ data, fetchedAt, ttlS, costMs, by, generations }: Entry): string {
  if (data === undefined) {
    throw new TypeError('undefined is no JSON value.');
  }
  const stored: StoredEntry = { v: VERSION, data, at: fetchedAt, ttl: ttlS, cost: costMs, by, gen: generations };
  return JSON.stringify(stored);
}

/** Checked as it stands, and not copied: of thousands that are read at once, each copy is garbage. */
export function parseEntry(text: string): StoredEntry | NoEntry {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'corrupt';
  }
  if (!isRecord(value) || typeof value.v !== 'number' || value.data === undefined || value.gen === undefined) {
    return 'foreign';
  }
  if (value.v !== VERSION) {
    return 'newer';
  }
  return isWhole(value) ? value : 'corrupt';
}

/**
 * What an entry of this version says of itself, by its first and last bytes, so that its data need not be read; `undefined` when
 * they are not an entry's, or say more than has room there.
 */
export function parseEntryEnds(head: string, tail: string): EntryHeader | undefined {
  const [, end] = TAIL.exec(tail) ?? [];
  if (head !== HEAD || end === undefined) {
    return undefined;
  }
  const header = parseEntry(`${HEAD}0,${end}`);
  return typeof header === 'object' ? headerOf(header) : undefined;
}

export function headerOf({ at, ttl, cost, by, gen }: StoredEntry): EntryHeader {
  return { at, ttl, cost, by, gen };
}

export function entryOf({ data, at, ttl, cost, by, gen }: StoredEntry): Entry {
  return { data, fetchedAt: at, ttlS: ttl, costMs: cost, by, generations: gen };
}

/**
 * Until an entry expires, in ms; negative when it has. One that seems to come from the future, by clocks that differ, is fresh
 * for its TTL and no longer.
 */
export function leftOf({ at, ttl }: Pick<StoredEntry, 'at' | 'ttl'>, storeNow: number): number {
  return Math.min(at + ttl * 1000 - storeNow, ttl * 1000);
}

/** Whether two entries' generations are the same. */
export function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((generation, index) => generation === b[index]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWhole(value: object): value is StoredEntry {
  const { at, ttl, cost, by, gen } = value as Partial<StoredEntry>;
  return (
    typeof at === 'number' &&
    typeof ttl === 'number' &&
    typeof cost === 'number' &&
    typeof by === 'string' &&
    Array.isArray(gen) &&
    gen.every(isNumber)
  );
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

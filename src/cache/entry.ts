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

/**
 * What the text under a cache key turned out to be:
 * - `entry`: ours;
 * - `foreign`: a JSON value that something else wrote. Nobody knows how old it is, nor what has voided it since, so it is
 *   shown to people and not served to readers; the next fill replaces it;
 * - `newer`: an entry of a later version, not to be used nor removed;
 * - `corrupt`: not JSON, or an entry with parts missing; to be removed.
 */
export type Decoded =
  | { readonly type: 'entry'; readonly entry: Entry }
  | { readonly type: 'foreign'; readonly data: unknown }
  | { readonly type: 'newer' }
  | { readonly type: 'corrupt' };

const VERSION = 1;

export function encodeEntry(entry: Entry): string {
  return JSON.stringify({
    v: VERSION,
    data: entry.data,
    at: entry.fetchedAt,
    ttl: entry.ttlS,
    cost: entry.costMs,
    by: entry.by,
    gen: entry.generations,
  });
}

export function decodeEntry(text: string): Decoded {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { type: 'corrupt' };
  }
  if (!isRecord(value) || typeof value.v !== 'number' || !('data' in value) || !('gen' in value)) {
    return { type: 'foreign', data: value };
  }
  if (value.v !== VERSION) {
    return { type: 'newer' };
  }
  const { data, at, ttl, cost, by, gen } = value;
  const whole =
    typeof at === 'number' &&
    typeof ttl === 'number' &&
    typeof cost === 'number' &&
    typeof by === 'string' &&
    Array.isArray(gen) &&
    gen.every((generation) => typeof generation === 'number');
  if (!whole) {
    return { type: 'corrupt' };
  }
  return { type: 'entry', entry: { data, fetchedAt: at, ttlS: ttl, costMs: cost, by, generations: gen } };
}

/** When the entry stops being fresh, in ms since the epoch. */
export function expiresAt(entry: Entry): number {
  return entry.fetchedAt + entry.ttlS * 1000;
}

/** Whether nothing that the entry depends on was invalidated since its fetch began. */
export function matchesGenerations(entry: Entry, current: readonly number[]): boolean {
  return (
    entry.generations.length === current.length &&
    entry.generations.every((generation, scope) => generation === current[scope])
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { describeError } from '../base/errors';
import type { Reading } from '../cache/reading';
import { cleanText } from './untrusted';

/** How old data is and where it came from, for whoever has to judge it. */
export interface Provenance {
  /** ISO 8601. */
  readonly fetchedAt: string;
  readonly ageMs: number;
  readonly ttlMs: number;
  /** The tiers of the cache, the miner itself, or what this instance or Redis knows of itself. */
  readonly source: Reading<unknown>['origin'] | 'instance' | 'redis';
  readonly fresh: boolean;
  /** Why the source could not be read, with stale data. */
  readonly staleBecause?: string;
}

export function provenanceOf({ fetchedAt, ttlS, origin, fresh, failure }: Reading<unknown>, now: number): Provenance {
  return {
    fetchedAt: isoTime(fetchedAt),
    ageMs: Math.max(0, Math.round(now - fetchedAt)),
    ttlMs: Math.round(ttlS * 1000),
    source: origin,
    fresh,
    ...(failure === undefined ? {} : { staleBecause: cleanText(describeError(failure)) }),
  };
}

/** Of what was found out just now. */
export function provenanceOfNow(source: 'instance' | 'redis', now: number): Provenance {
  return { fetchedAt: isoTime(now), ageMs: 0, ttlMs: 0, source, fresh: true };
}

/** The moment as ISO 8601; what cannot be one, because anybody can write into Redis, is the epoch. */
export function isoTime(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
}

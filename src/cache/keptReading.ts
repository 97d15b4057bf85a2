import type { KnownGeneration } from './generations';
import type { Reading } from './reading';

/** Until when a reading holds, and what reading it again would cost. */
export interface KeptTerms {
  readonly generations: readonly KnownGeneration[];
  /** Moment of `Clock.monotonic`, in ms. */
  readonly freshUntil: number;
  readonly costMs: number;
}

/**
 * A reading in the first tier. Everybody gets this same object, frozen; what only the tier needs to know is in fields that
 * nobody sees. One object and whole numbers, because it is what the memory of the tier consists of.
 */
export class KeptReading implements Reading<unknown> {
  readonly data: unknown;
  readonly origin = 'l1';
  readonly fetchedAt: number;
  readonly ttlS: number;
  readonly fresh = true;
  readonly #generations: readonly KnownGeneration[];
  readonly #freshUntil: number;
  readonly #costMs: number;

  constructor({ data, fetchedAt, ttlS }: Pick<Reading<unknown>, 'data' | 'fetchedAt' | 'ttlS'>, terms: KeptTerms) {
    this.data = data;
    this.fetchedAt = fetchedAt;
    this.ttlS = ttlS;
    this.#generations = terms.generations;
    this.#freshUntil = Math.floor(terms.freshUntil);
    this.#costMs = Math.ceil(terms.costMs);
    Object.freeze(this);
  }

  /** What reading the source took, in ms. */
  get costMs(): number {
    return this.#costMs;
  }

  /** Until it expires, in ms. @param now of `Clock.monotonic`. */
  leftMs(now: number): number {
    return this.#freshUntil - now;
  }

  /** Since the source was read, in ms. @param now of `Clock.monotonic`. */
  ageMs(now: number): number {
    return Math.max(0, this.ttlS * 1000 - this.leftMs(now));
  }

  /** Whether it is within its TTL and was not voided. @param now of `Clock.monotonic`. */
  holds(now: number): boolean {
    if (now >= this.#freshUntil) {
      return false;
    }
    for (const generation of this.#generations) {
      if (!generation.isCurrent) {
        return false;
      }
    }
    return true;
  }
}

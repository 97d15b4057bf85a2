import type { KeyFacts } from '../cache/keyBrowser';
import type { KeySort } from './keyLevels';

// Behind all others: what never expires, then what the login may not ask, and then what was not asked yet.
const NEVER = Number.MAX_SAFE_INTEGER - 2;
const REFUSED = Number.MAX_SAFE_INTEGER - 1;
const UNKNOWN = Number.MAX_SAFE_INTEGER;

/** Where keys of the levels that are looked at stand by their TTL or size, by their nodes. */
export class KeyRanks {
  private readonly ranks = new Map<number, number>();

  constructor(readonly sort: KeySort) {}

  /** Lower ones come first; all are the same where the names decide. */
  of(node: number): number {
    return this.sort === 'name' ? 0 : (this.ranks.get(node) ?? UNKNOWN);
  }

  isKnown(node: number): boolean {
    return this.of(node) !== UNKNOWN;
  }

  /** @param now of `Clock.monotonic`. */
  note(node: number, facts: KeyFacts | undefined, now: number): void {
    if (this.sort !== 'name') {
      this.ranks.set(node, this.sort === 'ttl' ? expiryOf(facts, now) : sizeOf(facts));
    }
  }
}

function expiryOf(facts: KeyFacts | undefined, now: number): number {
  const ttlMs = facts?.ttlMs;
  return ttlMs === undefined ? REFUSED : ttlMs === 'never' ? NEVER : now + ttlMs;
}

/** The largest first. */
function sizeOf(facts: KeyFacts | undefined): number {
  return facts?.sizeBytes === undefined ? REFUSED : -facts.sizeBytes;
}

import type { Clock } from '../base/clock';
import { type Entry, entryOf, isSame, leftOf, parseEntry } from './entry';
import type { CacheAddress } from './reading';
import type { CacheStore } from './store';
import type { StoreClock } from './storeClock';

/**
 * What is stored under a key, as it is: for people who look at the cache. `void` entries were invalidated and are not
 * served any more, though they are still there.
 */
export interface Inspection {
  readonly key: string;
  readonly state: 'absent' | 'valid' | 'void' | 'expired' | 'foreign' | 'unreadable';
  readonly entry: Entry | undefined;
  readonly sizeBytes: number;
}

/** Looks at stored entries for people, past all tiers and figures. */
export class Inspector {
  constructor(
    private readonly store: CacheStore,
    private readonly storeClock: StoreClock,
    private readonly clock: Clock,
  ) {}

  /** What is stored under a key now. @throws {StoreError} */
  async inspect({ key, scopes }: Omit<CacheAddress, 'dataset'>): Promise<Inspection> {
    const { text, generations } = await this.store.read(key, scopes);
    const inspection = { key, entry: undefined, sizeBytes: 0 };
    if (text === undefined) {
      return { ...inspection, state: 'absent' };
    }
    const sizeBytes = Buffer.byteLength(text);
    const stored = parseEntry(text);
    if (typeof stored !== 'object') {
      return { ...inspection, sizeBytes, state: stored === 'foreign' ? 'foreign' : 'unreadable' };
    }
    await this.storeClock.settle();
    const now = this.clock.now();
    const offsetMs = this.storeClock.offsetAt(now, this.clock.monotonic()) ?? 0;
    const isExpired = leftOf(stored, now + offsetMs) <= 0;
    const state = !isSame(stored.gen, generations) ? 'void' : isExpired ? 'expired' : 'valid';
    const entry = { ...entryOf(stored), fetchedAt: stored.at - offsetMs };
    return { ...inspection, sizeBytes, entry, state };
  }
}

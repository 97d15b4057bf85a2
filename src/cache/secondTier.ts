import type { Clock } from '../base/clock';
import { describeError } from '../base/errors';
import type { Logger } from '../base/logger';
import type { CoherenceLink } from './coherenceLink';
import { decodeEntry, type Entry, encodeEntry, expiresAt, matchesGenerations } from './entry';
import type { FirstTier } from './firstTier';
import type { KnownGeneration } from './generations';
import type { CacheMetrics } from './metrics';
import type { Policies } from './policy';
import type { CacheAddress, Reading } from './reading';
import { type CacheStore, StoreError } from './store';

/** An entry that holds, fresh or not. */
export interface FoundEntry {
  readonly reading: Reading<unknown>;
  /** Until it expires; negative when it has. In ms. */
  readonly leftMs: number;
  readonly costMs: number;
}

/** What a look into the store gave. */
export interface Found {
  readonly fresh: FoundEntry | undefined;
  /** Past its TTL, and within its grace. */
  readonly stale: FoundEntry | undefined;
  /** Of the entry's scopes, for a fill to record; `undefined` when the store cannot be used for this key. */
  readonly generations: readonly number[] | undefined;
}

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

export interface SecondTierOptions {
  readonly store: CacheStore;
  readonly link: CoherenceLink;
  readonly firstTier: FirstTier;
  readonly policies: Policies;
  readonly metrics: CacheMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether the store may be believed about `scopes`: not while it lacks an invalidation of them that was made in vain. */
  isTrusted(scopes: readonly string[]): boolean;
}

/** The generations of some scopes as they are now, in the scopes' order. */
interface Current {
  readonly values: readonly number[];
  /** The same as the first tier knows them, `undefined` where it would not be told of a change. */
  readonly kept: readonly (KnownGeneration | undefined)[];
}

/** In the place of a generation that changed while the store was asked: none is ever 0. */
const CHANGED = 0;

const UNUSABLE: Found = { fresh: undefined, stale: undefined, generations: undefined };

/** The entries in the store: judges what it reads, and hands to the first tier what may be kept. */
export class SecondTier {
  constructor(private readonly options: SecondTierOptions) {}

  /** Looks a key up. A store that fails is as good as none: it never throws. */
  async look(address: CacheAddress): Promise<Found> {
    const { store, firstTier } = this.options;
    const { scopes } = address;
    if (!this.options.isTrusted(scopes)) {
      return UNUSABLE;
    }
    const askedAt = firstTier.pushes.now();
    const known = this.known(scopes);
    try {
      const stored = await store.read(address.key, missing(scopes, known));
      const current = this.current(scopes, known, stored.generations, askedAt);
      return current.values.includes(CHANGED)
        ? await this.lookAnew(address)
        : this.judge(address, stored.text, current, askedAt);
    } catch (error) {
      this.logStoreError('read', error);
      return UNUSABLE;
    }
  }

  /** As {@link look}, for many keys in one round trip for each node. */
  async lookMany(addresses: readonly CacheAddress[]): Promise<readonly Found[]> {
    const { store, firstTier } = this.options;
    const positions = new Map<string, number>();
    for (const address of addresses) {
      for (const scope of address.scopes) {
        if (!positions.has(scope)) {
          positions.set(scope, positions.size);
        }
      }
    }
    const scopes = [...positions.keys()];
    if (!this.options.isTrusted(scopes)) {
      return addresses.map(() => UNUSABLE);
    }
    const keys = addresses.map(({ key }) => key);
    const askedAt = firstTier.pushes.now();
    const known = this.known(scopes);
    try {
      const stored = await store.readMany(keys, missing(scopes, known));
      const all = this.current(scopes, known, stored.generations, askedAt);
      const found = addresses.map((address, index) => {
        const current = pick(all, address.scopes, positions);
        return current.values.includes(CHANGED)
          ? this.look(address)
          : this.judge(address, stored.texts[index], current, askedAt);
      });
      return await Promise.all(found);
    } catch (error) {
      this.logStoreError('read', error);
      return addresses.map(() => UNUSABLE);
    }
  }

  /** What is stored under a key now, for people. @throws {StoreError} */
  async inspect(address: Omit<CacheAddress, 'dataset'>): Promise<Inspection> {
    const { text, generations } = await this.options.store.read(address.key, address.scopes);
    const inspection = { key: address.key, entry: undefined, sizeBytes: 0 };
    if (text === undefined) {
      return { ...inspection, state: 'absent' };
    }
    const sizeBytes = Buffer.byteLength(text);
    const decoded = decodeEntry(text);
    switch (decoded.type) {
      case 'entry': {
        const isExpired = this.leftMs(decoded.entry) <= 0;
        const state = !matchesGenerations(decoded.entry, generations) ? 'void' : isExpired ? 'expired' : 'valid';
        const fetchedAt = decoded.entry.fetchedAt - this.options.link.clockOffsetMs;
        return { ...inspection, sizeBytes, entry: { ...decoded.entry, fetchedAt }, state };
      }
      case 'foreign':
        return { ...inspection, sizeBytes, state: 'foreign' };
      default:
        return { ...inspection, sizeBytes, state: 'unreadable' };
    }
  }

  /**
   * Writes an entry, whose `fetchedAt` is by this machine's clock, so that it outlives its TTL by the policy's grace.
   * Resolves to whether it was written.
   */
  async fill(address: CacheAddress, entry: Entry): Promise<boolean> {
    const fetchedAt = entry.fetchedAt + this.options.link.clockOffsetMs;
    const { graceS } = this.options.policies[address.dataset];
    try {
      await this.options.store.write(address.key, encodeEntry({ ...entry, fetchedAt }), (entry.ttlS + graceS) * 1000);
      return true;
    } catch (error) {
      this.logStoreError('write', error);
      return false;
    }
  }

  /** Removes what is void already; that it fails does no harm. */
  async remove(keys: readonly string[]): Promise<void> {
    await this.options.store.remove(keys).catch((error: unknown) => this.logStoreError('remove', error));
  }

  /** A generation that was known changed before the answer came: asks for all of them together with the key. */
  private async lookAnew(address: CacheAddress): Promise<Found> {
    const askedAt = this.options.firstTier.pushes.now();
    const stored = await this.options.store.read(address.key, address.scopes);
    return this.judge(address, stored.text, { values: stored.generations, kept: [] }, askedAt);
  }

  /** The generations that need not be asked for, `undefined` in the place of the others. */
  private known(scopes: readonly string[]): readonly (KnownGeneration | undefined)[] {
    const { firstTier, clock } = this.options;
    const isCoherent = firstTier.isCoherent(clock.monotonic());
    return scopes.map((scope) => (isCoherent ? firstTier.generations.get(scope) : undefined));
  }

  /** Joins what was known with what the store gave for the rest, in order. */
  private current(
    scopes: readonly string[],
    known: readonly (KnownGeneration | undefined)[],
    given: readonly number[],
    askedAt: number,
  ): Current {
    const { firstTier, clock } = this.options;
    const canLearn = firstTier.isCoherent(clock.monotonic());
    let next = 0;
    const values: number[] = [];
    const kept: (KnownGeneration | undefined)[] = [];
    for (const [index, scope] of scopes.entries()) {
      const generation = known[index];
      if (generation === undefined) {
        const value = given[next++] as number;
        values.push(value);
        kept.push(canLearn ? firstTier.generations.learn(scope, value, askedAt) : undefined);
      } else {
        values.push(generation.isCurrent ? generation.value : CHANGED);
        kept.push(generation);
      }
    }
    return { values, kept };
  }

  private judge(address: CacheAddress, text: string | undefined, current: Current, askedAt: number): Found {
    const generations = current.values;
    // An invalidation may have failed while the store was asked.
    if (!this.options.isTrusted(address.scopes)) {
      return UNUSABLE;
    }
    const nothing: Found = { fresh: undefined, stale: undefined, generations };
    if (text === undefined) {
      return nothing;
    }
    const decoded = decodeEntry(text);
    switch (decoded.type) {
      case 'corrupt':
        this.options.metrics.recordError(address.dataset);
        this.options.logger.warn(`Removed ${address.key}: what is stored there is not an entry.`);
        // Not awaited: the reader waits for the store once.
        void this.remove([address.key]);
        return nothing;
      case 'newer':
        // A later version's instances share this store: overwriting each other would leave both without a cache.
        return UNUSABLE;
      case 'foreign':
        return nothing;
      default:
        return matchesGenerations(decoded.entry, generations)
          ? this.found(address, decoded.entry, current, text.length, askedAt)
          : nothing;
    }
  }

  private found(address: CacheAddress, entry: Entry, current: Current, sizeBytes: number, askedAt: number): Found {
    const { data, ttlS, costMs } = entry;
    const generations = current.values;
    const leftMs = this.leftMs(entry);
    const fetchedAt = entry.fetchedAt - this.options.link.clockOffsetMs;
    if (leftMs > 0) {
      const reading: Reading<unknown> = { data, origin: 'l2', fetchedAt, ttlS, fresh: true };
      this.keep(address, { reading, leftMs, costMs }, current, sizeBytes, askedAt);
      return { fresh: { reading, leftMs, costMs }, stale: undefined, generations };
    }
    if (leftMs + this.options.policies[address.dataset].graceS * 1000 > 0) {
      const reading: Reading<unknown> = { data, origin: 'stale', fetchedAt, ttlS, fresh: false };
      return { fresh: undefined, stale: { reading, leftMs, costMs }, generations };
    }
    return { fresh: undefined, stale: undefined, generations };
  }

  private keep(address: CacheAddress, found: FoundEntry, current: Current, sizeBytes: number, askedAt: number): void {
    const { firstTier, clock } = this.options;
    if (!firstTier.isEnabled || current.kept.length !== address.scopes.length || current.kept.includes(undefined)) {
      return;
    }
    const { data, fetchedAt, ttlS } = found.reading;
    const kept = {
      // Written out, since a copy by spreading would have a hidden class of its own for each entry, and take twice the memory.
      reading: Object.freeze<Reading<unknown>>({ data, origin: 'l1', fetchedAt, ttlS, fresh: true }),
      // Copied, since an array that was filled step by step keeps room for more.
      generations: current.kept.slice() as KnownGeneration[],
      freshUntil: clock.monotonic() + found.leftMs,
      costMs: found.costMs,
    };
    firstTier.keep(address.key, kept, sizeBytes, askedAt);
  }

  /** An entry that seems to come from the future, by clocks that differ, is fresh for its TTL and no longer. */
  private leftMs(entry: Entry): number {
    const now = this.options.clock.now() + this.options.link.clockOffsetMs;
    return Math.min(expiresAt(entry) - now, entry.ttlS * 1000);
  }

  private logStoreError(action: string, error: unknown): void {
    // The store reports its own health, once; repeated for each of thousands of reads it would drown the log.
    this.options.logger.debug(`Could not ${action}: ${describeError(error)}`);
    if (!(error instanceof StoreError)) {
      throw error;
    }
  }
}

function missing(scopes: readonly string[], known: readonly (KnownGeneration | undefined)[]): readonly string[] {
  return scopes.filter((_, index) => known[index] === undefined);
}

/** The part of `all` that belongs to an address' scopes. */
function pick(all: Current, scopes: readonly string[], positions: ReadonlyMap<string, number>): Current {
  const values: number[] = [];
  const kept: (KnownGeneration | undefined)[] = [];
  for (const scope of scopes) {
    const position = positions.get(scope) as number;
    values.push(all.values[position] as number);
    kept.push(all.kept[position]);
  }
  return { values, kept };
}

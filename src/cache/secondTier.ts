import type { Clock } from '../base/clock';
import { describeError } from '../base/errors';
import type { Logger } from '../base/logger';
import { type Entry, encodeEntry, isSame, leftOf, parseEntry, type StoredEntry } from './entry';
import type { FirstTier } from './firstTier';
import { KeptReading } from './keptReading';
import { LookGenerations } from './lookGenerations';
import type { CacheMetrics } from './metrics';
import type { Policies } from './policy';
import type { CacheAddress, Reading } from './reading';
import { type CacheStore, type HeldLock, StoreError } from './store';
import type { StoreClock } from './storeClock';

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

export interface SecondTierOptions {
  readonly store: CacheStore;
  readonly storeClock: StoreClock;
  readonly firstTier: FirstTier;
  readonly policies: Policies;
  readonly metrics: CacheMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether the store may be believed about `scopes`: not while it lacks an invalidation of them that was made in vain. */
  isTrusted(scopes: readonly string[]): boolean;
}

/** What one look judges entries by. */
interface Look {
  /** The moment of `RecentPushes` before the store was asked. */
  readonly askedAt: number;
  /** Of {@link StoreClock}, in ms. */
  readonly offsetMs: number;
  /** The store's wall clock, in ms since the epoch. */
  readonly storeNow: number;
}

const UNUSABLE: Found = { fresh: undefined, stale: undefined, generations: undefined };

/** The entries in the store: judges what it reads, and hands to the first tier what may be kept. */
export class SecondTier {
  constructor(private readonly options: SecondTierOptions) {}

  /** Looks a key up. A store that fails is as good as none: no {@link StoreError} comes from here. */
  async look(address: CacheAddress): Promise<Found> {
    const { store, storeClock, firstTier, clock, isTrusted } = this.options;
    if (!isTrusted(address.scopes)) {
      return UNUSABLE;
    }
    const look = new LookGenerations(firstTier, [address], clock.monotonic());
    try {
      const stored = await store.read(address.key, look.unknown);
      const [now, wallNow] = [clock.monotonic(), clock.now()];
      const offsetMs = storeClock.offsetAt(wallNow, now) ?? (await this.settledOffset());
      if (offsetMs === undefined) {
        return UNUSABLE;
      }
      look.learn(stored.generations, now);
      const entry = this.entryIn(address, stored.text);
      if (typeof entry === 'object' && look.match(0, entry.gen)) {
        return this.found(address, entry, sizeOf(stored.text), {
          askedAt: look.askedAt,
          offsetMs,
          storeNow: wallNow + offsetMs,
        });
      }
      const generations = look.of(0);
      return generations === undefined
        ? await this.lookAnew(address, offsetMs)
        : this.nothing(address, entry, generations);
    } catch (error) {
      this.logStoreError('read', error);
      return UNUSABLE;
    }
  }

  /**
   * Looks many keys up in one round trip for each node, and calls `onFresh` with the position of each that is there and fresh.
   * A store that fails is as good as none, as with {@link look}.
   *
   * @returns by position, for those that are not fresh: the generations to record in a fill; none where they are not certain.
   */
  async lookMany(
    addresses: readonly CacheAddress[],
    onFresh: (position: number, found: FoundEntry) => void,
  ): Promise<ReadonlyMap<number, readonly number[]>> {
    const { store, storeClock, firstTier, clock, isTrusted } = this.options;
    const missed = new Map<number, readonly number[]>();
    if (!addresses.every(({ scopes }) => isTrusted(scopes))) {
      return missed;
    }
    const look = new LookGenerations(firstTier, addresses, clock.monotonic());
    try {
      const keys = addresses.map(({ key }) => key);
      const stored = await store.readMany(keys, look.unknown);
      const [now, wallNow] = [clock.monotonic(), clock.now()];
      const offsetMs = storeClock.offsetAt(wallNow, now) ?? (await this.settledOffset());
      if (offsetMs === undefined) {
        return missed;
      }
      look.learn(stored.generations, now);
      const context: Look = { askedAt: look.askedAt, offsetMs, storeNow: wallNow + offsetMs };
      for (const [position, address] of addresses.entries()) {
        const text = stored.texts[position];
        const entry = this.entryIn(address, text);
        if (typeof entry === 'object' && look.match(position, entry.gen)) {
          const leftMs = leftOf(entry, context.storeNow);
          // An invalidation may have failed while the store was asked.
          if (leftMs > 0 && isTrusted(address.scopes)) {
            onFresh(position, this.hit(address, entry, leftMs, sizeOf(text), context));
            continue;
          }
        }
        const generations = entry === 'newer' ? undefined : look.of(position);
        if (generations !== undefined) {
          missed.set(position, generations);
        }
      }
    } catch (error) {
      this.logStoreError('read', error);
    }
    return missed;
  }

  /**
   * Writes an entry, whose `fetchedAt` is by this machine's clock, so that it outlives its TTL by the policy's grace.
   * Resolves to whether it was written.
   *
   * @param held given up along with it.
   */
  async fill(address: CacheAddress, entry: Entry, held?: HeldLock): Promise<boolean> {
    const { clock, storeClock } = this.options;
    const offsetMs = storeClock.offsetAt(clock.now(), clock.monotonic()) ?? (await this.settledOffset());
    if (offsetMs === undefined) {
      return false;
    }
    const fetchedAt = entry.fetchedAt + offsetMs;
    const { graceS } = this.options.policies[address.dataset];
    const lastsMs = (entry.ttlS + graceS) * 1000;
    try {
      await this.options.store.write(address.key, encodeEntry({ ...entry, fetchedAt }), lastsMs, held);
      return true;
    } catch (error) {
      if (error instanceof StoreError) {
        this.logStoreError('write', error);
      } else {
        // Readers have their data all the same: that it is no JSON must be seen, and not end a process.
        this.options.logger.error(`${address.key} cannot be cached: ${describeError(error)}`);
      }
      return false;
    }
  }

  /** Removes what is void already; that it fails does no harm. */
  async remove(keys: readonly string[]): Promise<void> {
    await this.options.store.remove(keys).catch((error: unknown) => this.logStoreError('remove', error));
  }

  /** A generation that was known changed before the answer came: asks for all of them together with the key. */
  private async lookAnew(address: CacheAddress, offsetMs: number): Promise<Found> {
    const askedAt = this.options.firstTier.pushes.now();
    const { text, generations } = await this.options.store.read(address.key, address.scopes);
    const entry = this.entryIn(address, text);
    return typeof entry === 'object' && isSame(entry.gen, generations)
      ? this.found(address, entry, sizeOf(text), { askedAt, offsetMs, storeNow: this.options.clock.now() + offsetMs })
      : this.nothing(address, entry, generations);
  }

  /** The entry in a text. One of a later version is named; anything else counts as none, and what is broken is removed. */
  private entryIn(address: CacheAddress, text: string | undefined): StoredEntry | 'newer' | undefined {
    if (text === undefined) {
      return undefined;
    }
    const entry = parseEntry(text);
    if (entry === 'corrupt') {
      this.options.metrics.recordError(address.dataset);
      this.options.logger.warn(`Removed ${address.key}: what is stored there is not an entry.`);
      // Not awaited: the reader waits for the store once.
      void this.remove([address.key]);
    }
    return entry === 'corrupt' || entry === 'foreign' ? undefined : entry;
  }

  /** For an entry that nothing voided. */
  private found(address: CacheAddress, entry: StoredEntry, sizeBytes: number, look: Look): Found {
    // An invalidation may have failed while the store was asked.
    if (!this.options.isTrusted(address.scopes)) {
      return UNUSABLE;
    }
    const generations = entry.gen;
    const leftMs = leftOf(entry, look.storeNow);
    if (leftMs > 0) {
      return { fresh: this.hit(address, entry, leftMs, sizeBytes, look), stale: undefined, generations };
    }
    const isInGrace = leftMs + this.options.policies[address.dataset].graceS * 1000 > 0;
    return { fresh: undefined, stale: isInGrace ? stale(entry, leftMs, look) : undefined, generations };
  }

  /** For an entry that is not there, or void. */
  private nothing(
    address: CacheAddress,
    entry: StoredEntry | 'newer' | undefined,
    generations: readonly number[],
  ): Found {
    // A later version's instances share this store: overwriting each other would leave both without a cache.
    const isUsable = entry !== 'newer' && this.options.isTrusted(address.scopes);
    return isUsable ? { fresh: undefined, stale: undefined, generations } : UNUSABLE;
  }

  /** A fresh entry, which the first tier is given too. */
  private hit(
    address: CacheAddress,
    entry: StoredEntry,
    leftMs: number,
    sizeBytes: number,
    { askedAt, offsetMs }: Look,
  ): FoundEntry {
    const { firstTier, clock } = this.options;
    const { data, ttl: ttlS, cost: costMs } = entry;
    const fetchedAt = entry.at - offsetMs;
    if (firstTier.isEnabled) {
      const generations = firstTier.generations.all(address.scopes);
      // Those that are known may be newer than the ones that the entry was judged by.
      if (generations?.every(({ value }, index) => value === entry.gen[index]) === true) {
        const terms = { generations, freshUntil: clock.monotonic() + leftMs, costMs };
        firstTier.keep(address.key, new KeptReading({ data, fetchedAt, ttlS }, terms), sizeBytes, askedAt);
      }
    }
    return { reading: { data, origin: 'l2', fetchedAt, ttlS, fresh: true }, leftMs, costMs };
  }

  /** Seldom needed: the clocks are compared as soon as there is a connection. */
  private async settledOffset(): Promise<number | undefined> {
    const { clock, storeClock } = this.options;
    await storeClock.settle();
    return storeClock.offsetAt(clock.now(), clock.monotonic());
  }

  private logStoreError(action: string, error: unknown): void {
    // The store reports its own health, once; repeated for each of thousands of reads it would drown the log.
    this.options.logger.debug(`Could not ${action}: ${describeError(error)}`);
    if (!(error instanceof StoreError)) {
      throw error;
    }
  }
}

function stale({ data, at, ttl: ttlS, cost: costMs }: StoredEntry, leftMs: number, { offsetMs }: Look): FoundEntry {
  return { reading: { data, origin: 'stale', fetchedAt: at - offsetMs, ttlS, fresh: false }, leftMs, costMs };
}

/** Of a text as it is stored; one character counts as one byte, which is close enough for a bound. */
function sizeOf(text: string | undefined): number {
  return text?.length ?? 0;
}

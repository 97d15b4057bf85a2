import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/lifecycle';
import type { CoherenceLink } from './coherenceLink';
import { deepFreeze } from './freeze';
import { KnownGenerations } from './generations';
import type { KeptReading } from './keptReading';
import { datasetOf } from './keyNames';
import type { Dataset } from './policy';
import { RecentPushes } from './recentPushes';

/** How much the first tier holds. What was used least recently goes first. */
export interface FirstTierLimits {
  readonly maxEntries: number;
  /** Of the entries' texts as they are stored, in bytes. */
  readonly maxBytes: number;
}

/** What a part of the first tier takes. */
export interface TierUsage {
  readonly entries: number;
  readonly bytes: number;
}

/** A moment before a look into the store, for {@link FirstTier.holdsSince}. */
export interface Basis {
  /** Of {@link RecentPushes}. */
  readonly moment: number;
  /** Up to when, of `Clock.monotonic`, voidings were known. */
  readonly caughtUpTo: number;
}

/** How long the link may have been silent until what it keeps right cannot be relied upon, in ms. */
export const LINK_TRUST_MS = 1_000;

/** For each entry there is room for this many generations: more than an entry has, since those of others are known too. */
const SCOPES_PER_ENTRY = 10;
/** Entries in the store whose generations are known when none is kept here: the miners of a large fleet. */
const ENTRIES_BELOW = 20_000;

/**
 * The tier in this process. What it holds was read from the store, and is dropped when the store tells that the key or one of
 * its generations changed; while the store does not tell, it holds nothing.
 */
export class FirstTier implements Disposable {
  private readonly entries: LRUCache<string, KeptReading> | undefined;
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly disposables = new DisposableStore();
  readonly pushes = new RecentPushes();
  readonly generations: KnownGenerations;
  private evictions = 0;

  constructor(
    private readonly link: CoherenceLink,
    private readonly clock: Clock,
    limits: FirstTierLimits | false,
  ) {
    const maxEntries = limits === false ? ENTRIES_BELOW : limits.maxEntries;
    this.generations = new KnownGenerations(this.pushes, maxEntries * SCOPES_PER_ENTRY);
    if (limits !== false) {
      this.entries = new LRUCache({
        max: limits.maxEntries,
        maxSize: limits.maxBytes,
        maxEntrySize: limits.maxBytes,
        dispose: (_, __, reason) => {
          if (reason === 'evict') {
            this.evictions++;
          }
        },
      });
    }
    this.disposables.add(link.onDidInvalidate((keys) => this.drop(keys)));
  }

  get isEnabled(): boolean {
    return this.entries !== undefined;
  }

  get entryCount(): number {
    return this.entries?.size ?? 0;
  }

  /** Size of the entries' texts, in bytes. */
  get sizeBytes(): number {
    return this.entries?.calculatedSize ?? 0;
  }

  /** Entries and the size of their texts, in bytes, by dataset. Looks at each entry: for people, not for reads. */
  usage(): ReadonlyMap<Dataset, TierUsage> {
    const usage = new Map<Dataset, TierUsage>();
    for (const key of this.entries?.keys() ?? []) {
      const dataset = datasetOf(key);
      if (dataset !== undefined) {
        const { entries, bytes } = usage.get(dataset) ?? { entries: 0, bytes: 0 };
        usage.set(dataset, { entries: entries + 1, bytes: bytes + (this.entries?.info(key)?.size ?? 0) });
      }
    }
    return usage;
  }

  /** Entries that went for want of room. */
  get evictionCount(): number {
    return this.evictions;
  }

  /** Whether the link vouches for what is known. @param now of `Clock.monotonic`. */
  isCoherent(now: number): boolean {
    return now - this.link.caughtUpTo <= LINK_TRUST_MS;
  }

  /** @param now of `Clock.monotonic`. */
  basis(now: number): Basis {
    // A look goes by generations that the link told of, or else asks for them.
    return { moment: this.pushes.now(), caughtUpTo: this.isCoherent(now) ? this.link.caughtUpTo : now };
  }

  /**
   * Whether nothing is known to have voided `scopes` since `basis`, nor could have done so longer ago than the link may be
   * silent. @param now of `Clock.monotonic`.
   */
  holdsSince(basis: Basis, scopes: readonly string[], now: number): boolean {
    const isKnown = this.isCoherent(now) || now - basis.caughtUpTo <= LINK_TRUST_MS;
    return isKnown && !scopes.some((scope) => this.pushes.hasChangedSince(scope, basis.moment));
  }

  /** The reading under a key if it holds. @param now of `Clock.monotonic`. */
  get(key: string, now: number): KeptReading | undefined {
    if (this.entries === undefined || !this.isCoherent(now)) {
      return undefined;
    }
    const kept = this.entries.get(key);
    return kept?.holds(now) === true ? kept : undefined;
  }

  /**
   * Keeps what was read from the store, unless its key was pushed since `askedAt`.
   *
   * @param sizeBytes of its text.
   */
  keep(key: string, kept: KeptReading, sizeBytes: number, askedAt: number): void {
    if (this.entries !== undefined && !this.pushes.hasChangedSince(key, askedAt)) {
      deepFreeze(kept.data);
      this.entries.set(key, kept, { size: Math.max(1, sizeBytes) });
    }
  }

  /** Resolves when the store told that the key changed, at the latest after `maxMs` milliseconds. */
  async changed(key: string, maxMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const waiters = this.waiting.get(key) ?? new Set();
      this.waiting.set(key, waiters);
      const finish = () => {
        timer.dispose();
        waiters.delete(finish);
        if (waiters.size === 0 && this.waiting.get(key) === waiters) {
          this.waiting.delete(key);
        }
        resolve();
      };
      const timer = this.clock.setTimeout(finish, maxMs);
      waiters.add(finish);
    });
  }

  /** Drops what is known of keys, entries and generations alike. */
  drop(keys: readonly string[] | 'everything'): void {
    if (keys === 'everything') {
      this.pushes.noteEverything();
      this.generations.clear();
      this.entries?.clear();
      for (const key of [...this.waiting.keys()]) {
        this.wake(key);
      }
      return;
    }
    for (const key of keys) {
      this.pushes.note(key);
      this.entries?.delete(key);
      this.generations.forget(key);
      this.wake(key);
    }
  }

  dispose(): void {
    this.disposables.dispose();
    this.drop('everything');
  }

  private wake(key: string): void {
    for (const finish of [...(this.waiting.get(key) ?? [])]) {
      finish();
    }
  }
}

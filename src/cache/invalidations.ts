import type { Clock } from '../base/clock';
import { describeError } from '../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import { generationKeys } from './keys';
import { type Bump, type CacheStore, StoreError, type StoreHealth } from './store';

/** What is to be voided, and why. */
export interface Invalidation {
  /** Generation keys; everything that depends on one of them is void. */
  readonly scopes: readonly string[];
  /** Entries that are known to be void by that, to be removed as well; it only saves memory. */
  readonly keys?: readonly string[];
  /** Patterns of entries that were removed one by one, for who is told. */
  readonly patterns?: readonly string[];
  /** Why, in a few words for people, such as `miner:config:updated` or `command`. */
  readonly cause: string;
}

export interface InvalidationsOptions {
  readonly store: CacheStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called as soon as the scopes are void, or known to be void once the store can be reached again. */
  onDidVoid(scopes: readonly string[]): void;
  /** Called when invalidations that had been kept took effect in the store. */
  onDidReplay(scopes: readonly string[]): void;
}

/** Scopes that are kept for a store that is away. Beyond it, everything is voided rather than one scope forgotten. */
const MAX_BACKLOG = 20_000;
/** Scopes bumped at a time. */
const REPLAY_CHUNK = 500;
const RETRY_MS = 250;
/**
 * How long a confirmed invalidation is remembered, in ms, to be repeated after a lost connection: what a master confirmed a
 * moment before it died, the replica in its place may never have got.
 */
const REMEMBERED_MS = 60_000;

/**
 * Voids scopes in the store, and loses none: what the store did not confirm is kept, and made good before anything is
 * believed that it says.
 */
export class Invalidations implements Disposable {
  /** Scopes to be bumped, with a number that is new for each invalidation. */
  private readonly backlog = new Map<string, number>();
  private postponed = 0;
  /** Confirmed of late, by the moment (`Clock.monotonic`); the oldest first. */
  private readonly confirmed = new Map<string, number>();
  private readonly disposables = new DisposableStore();
  private retry: Disposable | undefined;
  private isReplaying = false;

  constructor(private readonly options: InvalidationsOptions) {
    this.disposables.add(options.store.onDidChangeHealth((health) => this.followHealth(health)));
    const losses = options.store.onDidLoseServer?.(() => {
      this.repeatConfirmed();
      if (!this.isCaughtUp) {
        void this.replay();
      }
    });
    if (losses !== undefined) {
      this.disposables.add(losses);
    }
    this.disposables.add(toDisposable(() => this.retry?.dispose()));
  }

  /** Whether the store has got every invalidation of this instance. */
  get isCaughtUp(): boolean {
    return this.backlog.size === 0;
  }

  /** Whether the store has got every invalidation of this instance that concerns one of `scopes`. */
  isCaughtUpWith(scopes: readonly string[]): boolean {
    // Everything stands in the place of scopes that were too many.
    return (
      this.isCaughtUp || !(this.backlog.has(generationKeys.all) || scopes.some((scope) => this.backlog.has(scope)))
    );
  }

  /** Resolves to how the generations were replaced, or to `undefined` when that is put off until the store is back. */
  async apply(scopes: readonly string[]): Promise<readonly Bump[] | undefined> {
    try {
      const bumps = await this.options.store.bump(scopes);
      this.remember(scopes);
      return bumps;
    } catch (error) {
      if (!(error instanceof StoreError)) {
        throw error;
      }
      if (!(await this.removeInstead(scopes))) {
        this.postpone(scopes, error);
      }
      return undefined;
    } finally {
      // After the bump: a flight that began before it carries old generations, and no later reader may join that one.
      this.options.onDidVoid(scopes);
    }
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /**
   * A store whose memory is full refuses new generations, but gives up old ones; a missing generation voids as a new one
   * does, and costs only this scope its cache.
   */
  private async removeInstead(scopes: readonly string[]): Promise<boolean> {
    if (this.options.store.health.state !== 'refusing-writes') {
      return false;
    }
    return this.options.store.remove(scopes).then(
      () => {
        this.remember(scopes);
        return true;
      },
      () => false,
    );
  }

  private postpone(scopes: readonly string[], error: unknown): void {
    if (this.isCaughtUp) {
      this.options.logger.warn(
        `An invalidation could not reach Redis, and will be made good before Redis is read again: ${describeError(error)}`,
      );
    }
    this.addToBacklog(scopes);
    this.scheduleRetry();
  }

  private addToBacklog(scopes: Iterable<string>): void {
    for (const scope of scopes) {
      this.backlog.set(scope, ++this.postponed);
    }
    if (this.backlog.size > MAX_BACKLOG) {
      this.backlog.clear();
      this.backlog.set(generationKeys.all, ++this.postponed);
    }
  }

  private remember(scopes: readonly string[]): void {
    const now = this.options.clock.monotonic();
    for (const scope of scopes) {
      this.confirmed.delete(scope);
      this.confirmed.set(scope, now);
    }
    for (const [scope, at] of this.confirmed) {
      if (now - at <= REMEMBERED_MS && this.confirmed.size <= MAX_BACKLOG) {
        break;
      }
      this.confirmed.delete(scope);
    }
  }

  private followHealth(health: StoreHealth): void {
    if (health.state === 'down') {
      this.repeatConfirmed();
    } else if (!this.isCaughtUp) {
      void this.replay();
    }
  }

  private repeatConfirmed(): void {
    const now = this.options.clock.monotonic();
    this.addToBacklog([...this.confirmed].filter(([, at]) => now - at <= REMEMBERED_MS).map(([scope]) => scope));
    this.confirmed.clear();
  }

  private scheduleRetry(): void {
    if (this.disposables.isDisposed || this.retry !== undefined) {
      return;
    }
    this.retry = this.options.clock.setTimeout(() => {
      this.retry = undefined;
      void this.replay();
    }, RETRY_MS);
  }

  private async replay(): Promise<void> {
    if (this.isReplaying || this.disposables.isDisposed) {
      return;
    }
    this.isReplaying = true;
    const waiting = [...this.backlog];
    let failure: unknown;
    for (let start = 0; start < waiting.length; start += REPLAY_CHUNK) {
      failure = (await this.replayChunk(waiting.slice(start, start + REPLAY_CHUNK))) ?? failure;
    }
    this.isReplaying = false;
    if (this.isCaughtUp) {
      this.options.logger.info('All invalidations have reached Redis.');
    } else {
      this.options.logger.debug(`Invalidations still wait for Redis: ${describeError(failure)}`);
      this.scheduleRetry();
    }
  }

  private async voidOne(scope: string): Promise<void> {
    try {
      await this.options.store.bump([scope]);
    } catch (error) {
      if (!(await this.removeInstead([scope]))) {
        throw error;
      }
    }
  }

  /**
   * Each scope by itself: while one of a Cluster's masters is away, what the others confirmed must not be voided again at
   * each attempt. Resolves to why one of them failed, if one did.
   */
  private async replayChunk(chunk: readonly (readonly [scope: string, number: number])[]): Promise<unknown> {
    const results = await Promise.allSettled(chunk.map(([scope]) => this.voidOne(scope)));
    const confirmed = chunk.filter((_, index) => results[index]?.status === 'fulfilled');
    if (confirmed.length > 0) {
      const scopes = confirmed.map(([scope]) => scope);
      // The server that confirmed these may be lost as the one before it was.
      this.remember(scopes);
      this.options.onDidVoid(scopes);
      // Only now is the store believed again: until here a reader could have been given what these scopes void.
      for (const [scope, number] of confirmed) {
        // Invalidated again meanwhile, a scope stays: that one may have come after the bump.
        if (this.backlog.get(scope) === number) {
          this.backlog.delete(scope);
        }
      }
      this.options.onDidReplay(scopes);
    }
    return results.find((result) => result.status === 'rejected')?.reason;
  }
}

import { silentLogger } from '../../../src/base/logger';
import { CacheService, type CacheServiceOptions } from '../../../src/cache/cacheService';
import { minerKey, minerScopes } from '../../../src/cache/keys';
import { DEFAULT_POLICIES } from '../../../src/cache/policy';
import type { CacheRequest } from '../../../src/cache/reading';
import { ManualClock } from '../../fixtures/manualClock';
import { MemoryServer } from '../../fixtures/memoryServer';

/** Caches on one server in memory, at which nothing happens but what the test does. */
export class Rig {
  readonly clock = new ManualClock();
  readonly server = new MemoryServer({ now: () => this.clock.now() });
  /** What the source was asked for, in order. */
  readonly fetched: string[] = [];

  open(instance: string, options: Partial<CacheServiceOptions> = {}) {
    const { clock, server } = this;
    const store = server.openStore();
    const link = server.openLink(() => clock.monotonic());
    const cache = new CacheService({
      store,
      link,
      locks: server.openLocks(),
      bus: server.openBus(),
      policies: DEFAULT_POLICIES,
      clock,
      logger: silentLogger,
      instance,
      // No jitter.
      random: () => 0.5,
      firstTier: { maxEntries: 100, maxBytes: 100_000 },
      ...options,
    });
    return { cache, store, link };
  }

  /** @param answer what the source gives, by its number of calls so far. */
  request(minerId = 'm1', answer: (call: number) => unknown = (call) => ({ call })): CacheRequest<unknown> {
    return {
      key: minerKey(minerId, 'status'),
      dataset: 'miner:status',
      scopes: minerScopes(minerId, 'north', ['status']),
      fetch: async () => {
        this.fetched.push(minerId);
        return answer(this.fetched.length);
      },
    };
  }

  /** Lets time pass, with all that hangs on it, until the call has ended. */
  async ended<T>(call: Promise<T>, withinMs = 60_000): Promise<PromiseSettledResult<T>> {
    let result: PromiseSettledResult<T> | undefined;
    void Promise.allSettled([call]).then(([settled]) => {
      result = settled;
    });
    const until = this.clock.now() + withinMs;
    for (;;) {
      await turn();
      if (result !== undefined) {
        return result;
      }
      const next = Math.min(...this.clock.pending);
      if (this.clock.now() + next > until) {
        throw new Error('The call never ends.');
      }
      this.clock.advance(next);
    }
  }

  /** Lets time pass step by step, with all that hangs on it. */
  async pass(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    await turn();
    while (this.clock.now() < end) {
      this.clock.advance(Math.min(end - this.clock.now(), ...this.clock.pending.map((due) => Math.max(due, 1))));
      await turn();
    }
  }
}

/** A promise, and what ends it. */
export class Deferred<T> {
  resolve!: (value: T) => void;
  reject!: (reason: unknown) => void;
  readonly promise = new Promise<T>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

/** Lets all promises run that can. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/base/clock';
import { minerKey, minerScopes } from '../../../src/cache/keys';
import type { CacheRequest } from '../../../src/cache/reading';
import { type CacheInstance, openCacheInstance } from '../../fixtures/cacheInstance';
import { eventually } from '../../fixtures/eventually';
import { HASTY_MS, startTestRedis, type TestRedis } from '../../fixtures/redis';

/** The clock of a machine on which somebody sets the time, or which sleeps. */
class MovedClock implements Clock {
  /** Of the wall clock, ahead of what it should be, in ms. */
  aheadMs = 0;
  now = () => systemClock.now() + this.aheadMs;
  monotonic = () => systemClock.monotonic();
  setTimeout = systemClock.setTimeout;
}

const HOUR_MS = 3_600_000;
const TTL_S = 40;
/** So far from the end of the TTL that no machine is too slow to see it, and less than what the clocks are off. */
const FRESH_MS = 20_000;
const EXPIRED_MS = 41_000;

describe('G6: the age of entries goes by the server’s clock', () => {
  let server: TestRedis;
  let admin: Redis;
  let fetches: number;
  const instances: CacheInstance[] = [];

  beforeEach(async () => {
    server = await startTestRedis();
    admin = new Redis(server.port, '127.0.0.1');
    fetches = 0;
  });

  afterEach(async () => {
    for (const instance of instances.splice(0)) {
      instance.dispose();
    }
    admin.disconnect();
    await server.stop();
  });

  function open(clock: Clock, own: Partial<Parameters<typeof openCacheInstance>[0]> = {}): CacheInstance {
    const instance = openCacheInstance({
      url: server.url,
      instance: `i${instances.length}`,
      clock,
      ...own,
    });
    instances.push(instance);
    return instance;
  }

  function request(): CacheRequest<string> {
    return {
      key: minerKey('m1', 'status'),
      dataset: 'miner:status',
      scopes: minerScopes('m1', 'north', ['status']),
      fetch: async () => {
        fetches++;
        return `fetch ${fetches}`;
      },
    };
  }

  /** Leaves an entry as it looks `ageMs` milliseconds after it was written; its TTL is {@link TTL_S}, and a grace follows. */
  async function fill(ageMs: number): Promise<void> {
    const { cache } = open(systemClock);
    await cache.warm(request());
    const { key } = request();
    const text = (await admin.get(key)) as string;
    const entry = JSON.parse(text);
    await admin.set(key, JSON.stringify({ ...entry, at: entry.at - ageMs, ttl: TTL_S }), 'PX', HOUR_MS);
    fetches = 0;
  }

  it.each([-HOUR_MS, -30_000, 30_000, HOUR_MS])(
    'from the first read on, on a machine that is %d ms off',
    async (ms) => {
      await fill(EXPIRED_MS);
      const clock = new MovedClock();
      clock.aheadMs = ms;
      expect(await open(clock).cache.getOrFetch(request())).toMatchObject({ data: 'fetch 1', origin: 'source' });
      await fill(FRESH_MS);
      const filledAt = performance.now();
      const other = new MovedClock();
      other.aheadMs = ms;
      const reading = await open(other).cache.getOrFetch(request());
      expect(reading).toMatchObject({ origin: 'l2', fresh: true });
      // By its own machine's clock, as all that is shown there.
      const elapsedMs = performance.now() - filledAt;
      // What the server says of its time is as old as the answer took to come.
      expect(Math.abs(other.now() - reading.fetchedAt - FRESH_MS)).toBeLessThan(1_000 + 2 * elapsedMs);
    },
  );

  it.each([-HOUR_MS, HOUR_MS])('when the clock is set by %d ms while it runs', async (ms) => {
    const clock = new MovedClock();
    const { cache } = open(clock);
    await cache.getOrFetch(request());
    await fill(EXPIRED_MS);
    clock.aheadMs += ms;
    expect(await cache.getOrFetch(request())).toMatchObject({ data: 'fetch 1', origin: 'source' });
    await fill(FRESH_MS);
    clock.aheadMs -= ms;
    expect(await cache.getOrFetch(request())).toMatchObject({ origin: 'l2', fresh: true });
  });

  it('when the clock is set, and batches are read', async () => {
    const clock = new MovedClock();
    const { cache } = open(clock);
    await cache.getOrFetch(request());
    await fill(EXPIRED_MS);
    clock.aheadMs -= HOUR_MS;
    expect(await cache.getManyOrFetch([request()])).toMatchObject([{ value: { data: 'fetch 1', origin: 'source' } }]);
  });

  it('when the machine slept, what it kept in the process is dropped', async () => {
    const clock = new MovedClock();
    const { cache } = open(clock);
    await eventually(async () => {
      await cache.warm(request());
      expect(await cache.getOrFetch(request())).toMatchObject({ origin: 'l1' });
    });
    // The monotonic clock stood still meanwhile, and all that is kept seems to be as fresh as before.
    clock.aheadMs += HOUR_MS;
    await eventually(() => expect(cache.firstTier.entryCount).toBe(0));
  });

  it('by this machine’s where the server may not be asked, and says so once', async () => {
    // What makes new generations needs the time as well, so an instance that has it has to have been there.
    await fill(FRESH_MS);
    await admin.call('ACL', 'SETUSER', 'default', '-time');
    const warnings: string[] = [];
    const logger = { debug() {}, info() {}, warn: (text: string) => warnings.push(text), error() {} };
    const { cache } = open(systemClock, { logger });
    expect(await cache.getOrFetch(request())).toMatchObject({ origin: 'l2', fresh: true });
    expect(fetches).toBe(0);
    expect(warnings.filter((text) => text.includes('does not tell its time'))).toHaveLength(1);
  });

  it('G3: keeps no reader waiting while the server hangs', async () => {
    server.hang();
    const { cache } = open(new MovedClock(), { commandTimeoutMs: HASTY_MS });
    expect(await cache.getOrFetch(request())).toMatchObject({ origin: 'source' });
    server.resume();
    await eventually(async () => {
      expect(await cache.warm(request())).not.toBe('notStored');
      expect(await cache.peek(request())).toMatchObject({ fresh: true });
    });
  });
});

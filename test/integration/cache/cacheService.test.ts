import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { CancelledError } from '../../../src/base/errors';
import { silentLogger } from '../../../src/base/logger';
import { CacheService } from '../../../src/cache/cacheService';
import { generationKeys, minerKey, minerScopes } from '../../../src/cache/keys';
import { DEFAULT_POLICIES } from '../../../src/cache/policy';
import type { CacheRequest } from '../../../src/cache/reading';
import { RedisConnection } from '../../../src/redis/connection';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { RedisLocks } from '../../../src/redis/redisLocks';
import { RedisStore } from '../../../src/redis/redisStore';
import { eventually } from '../../fixtures/eventually';
import { HASTY_MS, PATIENT_MS, startTestRedis, type TestRedis } from '../../fixtures/redis';

/** A source whose answers the test releases one by one. */
class Source {
  calls = 0;
  private readonly waiting: (() => void)[] = [];
  isHeld = false;

  async fetch(signal?: AbortSignal): Promise<{ call: number }> {
    const call = ++this.calls;
    if (this.isHeld) {
      await new Promise<void>((resolve, reject) => {
        this.waiting.push(resolve);
        signal?.addEventListener('abort', () => reject(new CancelledError()));
      });
    }
    return { call };
  }

  release(): void {
    this.isHeld = false;
    for (const resolve of this.waiting.splice(0)) {
      resolve();
    }
  }
}

describe('CacheService', () => {
  let server: TestRedis;
  let admin: Redis;
  let source: Source;
  let cache: CacheService;
  let other: CacheService;
  const stores: RedisStore[] = [];

  function openCache(instance: string, commandTimeoutMs = PATIENT_MS): CacheService {
    const logger = silentLogger;
    const profile = parseRedisUrl(server.url);
    const connection = new RedisConnection({ profile, commandTimeoutMs, clock: systemClock, logger });
    const store = new RedisStore(connection, logger);
    stores.push(store);
    return new CacheService({
      store,
      locks: new RedisLocks(connection),
      policies: DEFAULT_POLICIES,
      clock: systemClock,
      logger,
      instance,
      // No jitter.
      random: () => 0.5,
    });
  }

  function status(minerId = 'm1', tenant = 'north'): CacheRequest<{ call: number }> {
    return {
      key: minerKey(minerId, 'status'),
      dataset: 'miner:status',
      scopes: minerScopes(minerId, tenant),
      fetch: (signal) => source.fetch(signal),
    };
  }

  beforeEach(async () => {
    server = await startTestRedis();
    admin = new Redis(server.port, '127.0.0.1', { retryStrategy: () => 50 });
    admin.on('error', () => {});
    source = new Source();
    cache = openCache('one');
    other = openCache('two');
  });

  afterEach(async () => {
    for (const store of stores.splice(0)) {
      store.dispose();
    }
    admin.disconnect();
    server.resume();
    await server.stop();
  });

  it('fetches once, then serves from Redis, to other instances too', async () => {
    const first = await cache.getOrFetch(status());
    expect(first).toMatchObject({ data: { call: 1 }, origin: 'source', fresh: true, ttlS: 10 });
    await eventually(async () => expect(await admin.exists(minerKey('m1', 'status'))).toBe(1));
    const second = await other.getOrFetch(status());
    expect(second).toMatchObject({ data: { call: 1 }, origin: 'l2', fresh: true, fetchedAt: first.fetchedAt });
    expect(source.calls).toBe(1);
  });

  it('G1: shares one fetch, and its error, among all who wait in the process', async () => {
    source.isHeld = true;
    const reads = Array.from({ length: 50 }, () => cache.getOrFetch(status()));
    await eventually(() => expect(source.calls).toBe(1));
    source.release();
    await Promise.all(reads);
    expect(source.calls).toBe(1);

    let failures = 0;
    const failing = { ...status('m2'), fetch: () => Promise.reject(new Error(`failure ${++failures}`)) };
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => cache.getOrFetch(failing)));
    expect(new Set(results.map((result) => result.status === 'rejected' && result.reason.message))).toEqual(
      new Set(['failure 1']),
    );
  });

  it('G1: a reader that comes between fetch and write joins the flight', async () => {
    const reads: Promise<unknown>[] = [];
    const request = status();
    for (let index = 0; index < 200; index++) {
      reads.push(cache.getOrFetch(request));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(reads);
    expect(source.calls).toBe(1);
  });

  it('G2: no read that starts after an invalidation gets what was fetched before it', async () => {
    source.isHeld = true;
    const early = cache.getOrFetch(status());
    await eventually(() => expect(source.calls).toBe(1));
    await cache.invalidate({ scopes: [generationKeys.miner('m1')], keys: [minerKey('m1', 'status')], cause: 'test' });
    const late = cache.getOrFetch(status());
    await eventually(() => expect(source.calls).toBe(2));
    source.release();
    expect((await early).data.call).toBe(1);
    expect((await late).data.call).toBe(2);
    expect((await cache.getOrFetch(status())).data.call).toBe(2);
    expect((await other.getOrFetch(status())).data.call).toBe(2);
  });

  it('G2: a fill of another instance that was overtaken by an invalidation is void as it lands', async () => {
    source.isHeld = true;
    const early = other.getOrFetch(status());
    await eventually(() => expect(source.calls).toBe(1));
    await cache.invalidate({ scopes: [generationKeys.all], keys: [], cause: 'test' });
    source.release();
    await early;
    await eventually(async () => expect(await admin.exists(minerKey('m1', 'status'))).toBe(1));
    expect((await cache.inspect(status())).state).toBe('void');
    expect((await cache.getOrFetch(status())).data.call).toBe(2);
  });

  it('invalidates by generation only what is in the scope', async () => {
    await cache.getOrFetch(status('m1', 'north'));
    await cache.getOrFetch(status('m2', 'south'));
    await eventually(async () => expect((await cache.inspect(status('m2', 'south'))).state).toBe('valid'));
    await cache.invalidate({ scopes: [generationKeys.fleet('north')], keys: [], cause: 'test' });
    expect((await cache.getOrFetch(status('m1', 'north'))).origin).toBe('source');
    expect((await cache.getOrFetch(status('m2', 'south'))).origin).toBe('l2');
  });

  it('G3: reads the source while Redis hangs or is gone, and the cache again when it is back', async () => {
    cache = openCache('hasty', HASTY_MS);
    await eventually(async () => expect((await cache.getOrFetch(status())).origin).toBe('l2'));
    server.hang();
    expect((await cache.getOrFetch(status())).origin).toBe('source');
    expect(await cache.invalidate({ scopes: [generationKeys.all], keys: [], cause: 'test' })).toEqual({
      deferred: true,
    });
    server.resume();
    await eventually(() => expect(cache.storeHealth).toEqual({ state: 'up' }));

    process.kill(server.pid, 'SIGKILL');
    await eventually(() => expect(cache.storeHealth.state).toBe('down'));
    expect((await cache.getOrFetch(status())).origin).toBe('source');
    await server.restart();
    await eventually(() => expect(cache.storeHealth).toEqual({ state: 'up' }));
    await cache.getOrFetch(status());
    await eventually(async () => expect((await cache.getOrFetch(status())).origin).toBe('l2'));
  });

  it('G4: writes entries that expire with their policy', async () => {
    await cache.getOrFetch(status());
    const ttl = await eventually(async () => {
      const left = await admin.pttl(minerKey('m1', 'status'));
      expect(left).toBeGreaterThan(0);
      return left;
    });
    // The TTL of 10 s and the grace of 60 s.
    expect(ttl).toBeLessThanOrEqual(70_000);
  });

  it('G6: does not vouch for what something else wrote: shows it, and reads the source instead', async () => {
    await admin.set(minerKey('m1', 'status'), '{"call":99}', 'EX', 10);
    expect(await cache.inspect(status())).toMatchObject({ state: 'foreign', sizeBytes: 11 });
    expect(await cache.getOrFetch(status())).toMatchObject({ data: { call: 1 }, origin: 'source', fresh: true });
    await eventually(async () => expect((await cache.inspect(status())).state).toBe('valid'));
  });

  it.each(['{"broken', '{"v":1,"data":1,"gen":["x"]}'])('removes %s and reads it as a miss', async (text) => {
    await admin.set(minerKey('m2', 'status'), text, 'EX', 10);
    expect((await cache.getOrFetch(status('m2'))).origin).toBe('source');
    expect(cache.metrics.counts('start').errors).toBe(1);
  });

  it('replaces a key that is not even a string, and leaves the other keys in the cache', async () => {
    await admin.hset(minerKey('m1', 'status'), 'field', 'value');
    await admin.lpush(generationKeys.miner('m2'), 'x');
    for (let round = 0; round < 5; round++) {
      await cache.getOrFetch(status('m1'));
      await cache.getOrFetch(status('m2'));
    }
    expect(cache.storeHealth).toEqual({ state: 'up' });
    await eventually(async () => expect((await cache.getOrFetch(status('m1'))).origin).toBe('l2'));
    await eventually(async () => expect((await cache.getOrFetch(status('m2'))).origin).toBe('l2'));
  });

  it('leaves an entry of a later version alone', async () => {
    const text = '{"v":2,"data":{"call":7},"gen":[]}';
    await admin.set(minerKey('m1', 'status'), text, 'EX', 10);
    expect(await cache.warm(status())).toBe('notStored');
    expect(await admin.get(minerKey('m1', 'status'))).toBe(text);
  });

  it('warms: leaves what is fresh, waits for the write, and says when it did not come about', async () => {
    expect(await cache.warm(status())).toBe('stored');
    expect((await other.getOrFetch(status())).origin).toBe('l2');
    expect(await cache.warm(status())).toBe('fresh');
    await admin.config('SET', 'maxmemory', '1');
    expect(await cache.warm(status('m3'))).toBe('notStored');
    expect(cache.metrics.counts('start')).toMatchObject({ lookups: 0, backgroundFetches: 2 });
  });

  it('G7: counts what an outside count of the same reads gives', async () => {
    let hits = 0;
    for (let round = 0; round < 5; round++) {
      const readings = await Promise.all(['m1', 'm1', 'm2', 'm3'].map((minerId) => cache.getOrFetch(status(minerId))));
      hits += readings.filter(({ origin }) => origin === 'l2').length;
      await eventually(async () => expect((await cache.inspect(status('m3'))).state).toBe('valid'));
    }
    const counts = cache.metrics.counts('start');
    expect(counts).toMatchObject({ lookups: 20, l2Hits: hits, fetches: source.calls, misses: 20 - hits });
    expect(counts.misses).toBe(counts.fetches + counts.coalesced);
  });

  it('counts neither background reads nor refreshes as lookups', async () => {
    await cache.getOrFetch(status(), { background: true });
    await cache.getOrFetch(status(), { refresh: true });
    expect(cache.metrics.counts('start')).toMatchObject({ lookups: 0, fetches: 0, backgroundFetches: 2 });
  });

  it('refreshes past a valid entry and replaces it', async () => {
    await cache.getOrFetch(status());
    expect((await cache.getOrFetch(status(), { refresh: true })).data.call).toBe(2);
    await eventually(async () => expect((await other.getOrFetch(status())).data.call).toBe(2));
  });

  it('lets one waiter go without harm to the others, and stops the fetch when the last one went', async () => {
    source.isHeld = true;
    const leaving = new AbortController();
    const left = cache.getOrFetch(status(), { signal: leaving.signal });
    const stayed = cache.getOrFetch(status());
    await eventually(() => expect(source.calls).toBe(1));
    leaving.abort();
    await expect(left).rejects.toThrow(CancelledError);
    source.release();
    expect((await stayed).data.call).toBe(1);

    source.isHeld = true;
    const alone = new AbortController();
    const abandoned = cache.getOrFetch(status('m9'), { signal: alone.signal });
    await eventually(() => expect(source.calls).toBe(2));
    alone.abort();
    await expect(abandoned).rejects.toThrow(CancelledError);
    source.release();
    expect((await cache.getOrFetch(status('m9'))).data.call).toBe(3);
  });

  it('shows an entry as it is stored, without counting', async () => {
    expect(await cache.inspect(status())).toMatchObject({ state: 'absent', sizeBytes: 0 });
    await cache.getOrFetch(status());
    const inspection = await eventually(async () => {
      const seen = await cache.inspect(status());
      expect(seen.state).toBe('valid');
      return seen;
    });
    expect(inspection.entry).toMatchObject({ by: 'one', ttlS: 10, data: { call: 1 } });
    expect(inspection.sizeBytes).toBe(await admin.strlen(minerKey('m1', 'status')));
    expect(cache.metrics.counts('start').lookups).toBe(1);
  });
});

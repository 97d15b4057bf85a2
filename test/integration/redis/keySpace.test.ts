import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { BENCHMARK_TTL_MS, benchmarkKeys } from '../../../src/cache/benchmarkKeys';
import { CacheService } from '../../../src/cache/cacheService';
import { generationKeys, minerKey } from '../../../src/cache/keys';
import { DEFAULT_POLICIES } from '../../../src/cache/policy';
import { openRedis, type RedisParts } from '../../../src/redis/openRedis';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { eventually } from '../../fixtures/eventually';
import { PATIENT_MS, startTestRedis, type TestRedis } from '../../fixtures/redis';

describe('a cache with keys of its own', () => {
  const keys = benchmarkKeys('run');
  let server: TestRedis;
  let admin: Redis;
  const opened: { readonly cache: CacheService; readonly redis: RedisParts }[] = [];

  beforeEach(async () => {
    server = await startTestRedis();
    admin = new Redis(server.port, '127.0.0.1');
  });

  afterEach(async () => {
    for (const { cache, redis } of opened.splice(0)) {
      cache.dispose();
      redis.dispose();
    }
    admin.disconnect();
    await server.stop();
  });

  function open(): CacheService {
    const common = { clock: systemClock, logger: silentLogger };
    const profile = parseRedisUrl(server.url);
    const redis = openRedis({ ...common, profile, commandTimeoutMs: PATIENT_MS }, keys.space);
    const { store, link, storeClock, locks } = redis;
    const cache = new CacheService({
      ...common,
      store,
      link,
      storeClock,
      locks,
      policies: DEFAULT_POLICIES,
      instance: `test-${opened.length}`,
    });
    opened.push({ cache, redis });
    return cache;
  }

  it('is coherent between instances, fetches once, and leaves the keys of the others alone', async () => {
    const [first, second] = [open(), open()];
    let fetches = 0;
    const request = {
      key: keys.entry('test', 1),
      dataset: 'miner:hashboards',
      scopes: [keys.generation('test')],
      fetch: async () => ++fetches,
    } as const;
    await admin.set(minerKey('m1', 'status'), 'kept', 'EX', 60);
    await admin.set(generationKeys.all, '7', 'EX', 60);
    await Promise.all([first, second, first, second].map((cache) => cache.getOrFetch(request)));
    expect(fetches).toBe(1);
    await eventually(async () => expect((await second.getOrFetch(request)).origin).toBe('l1'));
    await first.invalidate({ scopes: request.scopes, cause: 'test' });
    await eventually(async () => expect((await second.getOrFetch(request)).data).toBe(2));
    const names = await admin.keys('*');
    const others = names.filter((name) => !name.startsWith('v1:bench:run:'));
    expect(others.sort()).toEqual([minerKey('m1', 'status'), generationKeys.all]);
    expect(await admin.get(generationKeys.all)).toBe('7');
    for (const name of names) {
      // -1 is one without expiry, -2 one that is gone by now.
      expect(await admin.pttl(name), name).not.toBe(-1);
      expect(await admin.pttl(name), name).toBeLessThanOrEqual(BENCHMARK_TTL_MS);
    }
  });
});

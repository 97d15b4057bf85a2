import { Redis } from 'ioredis';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { CacheService } from '../../../src/cache/cacheService';
import { type CoherenceLink, NO_LINK } from '../../../src/cache/coherenceLink';
import { DEFAULT_POLICIES } from '../../../src/cache/policy';
import { RedisConnection } from '../../../src/redis/connection';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { RedisLocks } from '../../../src/redis/redisLocks';
import { RedisStore } from '../../../src/redis/redisStore';
import { PATIENT_MS, startTestRedis } from '../../fixtures/redis';

/** A Redis in which tests put what they like, and a cache on it to which it is always the same moment. */
export interface GoldenCache {
  readonly cache: CacheService;
  readonly admin: Redis;
  /** Gives each scope a generation. */
  setGenerations(generations: Readonly<Record<string, number>>): Promise<void>;
  stop(): Promise<void>;
}

/**
 * @param now of the cache's clock, in ms since the epoch.
 * @param link by which it has a first tier.
 */
export async function startGoldenCache(now: () => number, link: CoherenceLink = NO_LINK): Promise<GoldenCache> {
  const server = await startTestRedis();
  const admin = new Redis(server.port, '127.0.0.1');
  const logger = silentLogger;
  const profile = parseRedisUrl(server.url);
  const connection = new RedisConnection({ profile, commandTimeoutMs: PATIENT_MS, clock: systemClock, logger });
  const store = new RedisStore(connection, logger);
  const cache = new CacheService({
    store,
    link,
    locks: new RedisLocks(connection),
    policies: DEFAULT_POLICIES,
    clock: { ...systemClock, now },
    logger,
    instance: 'golden',
    errorTtlMs: 0,
  });
  return {
    cache,
    admin,
    async setGenerations(generations) {
      for (const [scope, generation] of Object.entries(generations)) {
        await admin.set(scope, generation, 'PX', 3_600_000);
      }
    },
    async stop() {
      cache.dispose();
      store.dispose();
      admin.disconnect();
      await server.stop();
    },
  };
}

import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { openRedis, type RedisParts } from '../../../src/redis/openRedis';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { eventually } from '../../fixtures/eventually';
import { PATIENT_MS, startTestRedis, type TestRedis } from '../../fixtures/redis';
import { startTestCluster } from '../../fixtures/redisCluster';

function open(url: string): RedisParts {
  return openRedis({
    profile: parseRedisUrl(url),
    commandTimeoutMs: PATIENT_MS,
    clock: systemClock,
    logger: silentLogger,
  });
}

describe('RedisCoherenceLink', () => {
  let server: TestRedis;
  let admin: Redis;
  let redis: RedisParts;
  let told: (string | 'everything')[];

  async function standing(): Promise<void> {
    // Either may come first, and as the commands' connection comes, everything is told of.
    await eventually(() => expect(redis.store.health.state).toBe('up'));
    await eventually(() => expect(redis.link.caughtUpTo).toBeGreaterThan(systemClock.monotonic() - 1_000));
  }

  beforeEach(async () => {
    server = await startTestRedis();
    admin = new Redis(server.port, '127.0.0.1', { retryStrategy: () => 50 });
    admin.on('error', () => {});
    redis = open(server.url);
    told = [];
    redis.link.onDidInvalidate((keys) => told.push(...(keys === 'everything' ? ['everything'] : keys)));
    await standing();
    told.length = 0;
  });

  afterEach(async () => {
    redis.dispose();
    admin.disconnect();
    server.resume();
    await server.stop();
  });

  it('tells of entries and generations that are set, removed or expire, and of no other keys', async () => {
    await admin.set('v1:cache:miner:a,b:status', '1', 'PX', 60);
    await admin.set('v1:gen:all', '1');
    await admin.set('v1:lock:miner:a:status', '1');
    await admin.set('other', '1');
    // It may expire before the others are set.
    await eventually(() =>
      expect([...told].sort()).toEqual(['v1:cache:miner:a,b:status', 'v1:cache:miner:a,b:status', 'v1:gen:all']),
    );
    await admin.unlink('v1:gen:all');
    await eventually(() => expect(told).toHaveLength(4));
  });

  it('tells of everything when all keys are removed', async () => {
    await admin.flushall();
    await eventually(() => expect(told).toEqual(['everything']));
  });

  it('has told of every change that was acknowledged before the moment that it is caught up to', async () => {
    const acknowledged: string[] = [];
    // A link that a busy machine loses for a moment tells of everything then.
    redis.link.onDidInvalidate((keys) => keys === 'everything' && told.push(...acknowledged));
    for (let round = 0; round < 300; round++) {
      await admin.set(`v1:cache:${round}`, '1');
      const acknowledgedAt = systemClock.monotonic();
      acknowledged.push(`v1:cache:${round}`);
      if (round % 20 === 0) {
        await eventually(() => expect(redis.link.caughtUpTo).toBeGreaterThan(acknowledgedAt));
        const known = new Set(told);
        expect(acknowledged.filter((key) => !known.has(key))).toEqual([]);
      }
    }
  });

  it('stands no more while the server hangs, and hears again when it is back', async () => {
    server.hang();
    await eventually(() => expect(redis.link.caughtUpTo).toBe(Number.NEGATIVE_INFINITY));
    expect(told).toContain('everything');
    server.resume();
    await standing();
    told.length = 0;
    await admin.set('v1:cache:x', '1');
    await eventually(() => expect(told).toContain('v1:cache:x'));
  });

  it.each([
    ['the server was killed and came back empty', () => server.restart()],
    ['its connection was killed', () => admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')],
  ])('arms itself anew after %s', async (_, disturb) => {
    await disturb();
    await eventually(() => expect(told).toContain('everything'));
    await standing();
    await eventually(async () => {
      told.length = 0;
      await admin.set('v1:cache:x', '1');
      await eventually(() => expect(told).toContain('v1:cache:x'), 500);
    });
  });

  it('never stands for a user who may not track, who has a cache all the same', async () => {
    await admin.call('ACL', 'SETUSER', 'poor', 'on', 'nopass', '~v1:*', '&*', '+@all', '-client', '-hello');
    const poor = openRedis({
      profile: { ...parseRedisUrl(server.url), username: 'poor', password: 'x' },
      commandTimeoutMs: PATIENT_MS,
      clock: systemClock,
      logger: silentLogger,
    });
    try {
      await poor.store.write('v1:cache:x', 'text', 5_000);
      expect((await poor.store.read('v1:cache:x', [])).text).toBe('text');
      expect(poor.link.caughtUpTo).toBe(Number.NEGATIVE_INFINITY);
    } finally {
      poor.dispose();
    }
  });

  it('leaves no connection behind', async () => {
    redis.dispose();
    await eventually(async () => expect(await admin.client('LIST')).not.toContain('name=fleet-cache'));
  });
});

describe('RedisCoherenceLink on a Cluster', () => {
  it('hears of changes on every master, and stands only while all of them are heard of', async () => {
    const cluster = await startTestCluster();
    const redis = open(cluster.url);
    try {
      await eventually(() => expect(redis.link.caughtUpTo).toBeGreaterThan(0), 10_000);
      const told = new Set<string>();
      redis.link.onDidInvalidate((keys) => keys !== 'everything' && keys.forEach((key) => void told.add(key)));
      const keys = Array.from({ length: 60 }, (_, index) => `v1:cache:miner:${index}:status`);
      await Promise.all(keys.map((key) => redis.store.write(key, 'text', 60_000)));
      await eventually(() => expect([...told].sort()).toEqual([...keys].sort()));
      process.kill(cluster.masters[1]?.pid ?? 0, 'SIGKILL');
      await eventually(() => expect(redis.link.caughtUpTo).toBe(Number.NEGATIVE_INFINITY), 5_000);
    } finally {
      redis.dispose();
      await cluster.stop();
    }
  });
});

import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/base/clock';
import { type Logger, silentLogger } from '../../../src/base/logger';
import { openRedis, type RedisParts } from '../../../src/redis/openRedis';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { eventually } from '../../fixtures/eventually';
import { PATIENT_MS, startTestRedis, type TestRedis } from '../../fixtures/redis';
import { startTestCluster } from '../../fixtures/redisCluster';

/** Long pauses end at once, so that a test need not sit them out. */
const hastyClock: Clock = { ...systemClock, setTimeout: (callback) => systemClock.setTimeout(callback, 50) };

describe('RedisCoherenceLink', () => {
  const opened: { dispose(): void }[] = [];
  let server: TestRedis;

  afterEach(async () => {
    for (const item of opened.splice(0)) {
      item.dispose();
    }
    await server.stop();
  });

  function connect(): Redis {
    const redis = new Redis(server.port, '127.0.0.1', { retryStrategy: () => 50 });
    redis.on('error', () => {});
    opened.push({ dispose: () => redis.disconnect() });
    return redis;
  }

  function open({ username, logger = silentLogger }: { username?: string; logger?: Logger } = {}) {
    const profile = { ...parseRedisUrl(server.url), ...(username === undefined ? {} : { username, password: 'x' }) };
    const redis: RedisParts = openRedis({ profile, commandTimeoutMs: PATIENT_MS, clock: hastyClock, logger });
    opened.push(redis);
    const told: string[] = [];
    redis.link.onDidInvalidate((keys) => told.push(...(keys === 'everything' ? ['everything'] : keys)));
    return { redis, told };
  }

  async function standing({ link, store }: RedisParts): Promise<void> {
    // Either may come first, and as the commands' connection comes, everything is told of.
    await eventually(() => expect(store.health.state).toBe('up'));
    await eventually(() => expect(link.caughtUpTo).toBeGreaterThan(systemClock.monotonic() - 1_000));
  }

  it('stands again after a server that answers nothing but that it loads', async () => {
    server = await startTestRedis(['--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024']);
    const admin = connect();
    const { redis, told } = open();
    await standing(redis);
    const values = Object.fromEntries(Array.from({ length: 1_500 }, (_, index) => [`other:${index}`, 'x'.repeat(100)]));
    await admin.mset(values);
    await admin.save();
    await server.restart();
    await eventually(() => expect(told).toContain('everything'));
    await standing(redis);
    await eventually(() => admin.set('v1:cache:x', '1'));
    await eventually(() => expect(told).toContain('v1:cache:x'));
  });

  it.each([
    ['SUBSCRIBE', ['resetchannels'], ['&__redis__:invalidate']],
    ['PING', ['-ping'], ['+ping']],
    ['CLIENT', ['-client'], ['+client']],
  ])('says once what a user lacks who may not %s, and stands when it is granted', async (_, denied, granted) => {
    server = await startTestRedis();
    const admin = connect();
    await admin.call('ACL', 'SETUSER', 'poor', 'on', 'nopass', '~v1:*', '&*', '+@all', ...denied);
    const warnings: string[] = [];
    const { redis } = open({
      username: 'poor',
      logger: { ...silentLogger, warn: (message) => void warnings.push(message) },
    });
    await eventually(() => expect(warnings).toHaveLength(1));
    expect(warnings[0]).toContain(`127.0.0.1:${server.port}`);
    // Several attempts later it is still the one line.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(warnings).toHaveLength(1);
    expect(redis.link.caughtUpTo).toBe(Number.NEGATIVE_INFINITY);
    await admin.call('ACL', 'SETUSER', 'poor', ...granted);
    await standing(redis);
  });

  it('tells every key of one message, whatever the names contain', async () => {
    server = await startTestRedis();
    const admin = connect();
    const { redis, told } = open();
    await standing(redis);
    told.length = 0;
    const keys = ['v1:cache:a,b', 'v1:cache:c d\n', 'v1:gen:ü€𝄞', 'v1:cache:,'];
    await admin.mset(Object.fromEntries([...keys, 'v1:other'].map((key) => [key, '1'])));
    await admin.call('SET', Buffer.from([...Buffer.from('v1:cache:'), 0xff, 0x00]), '1');
    await eventually(() => expect(told).toHaveLength(keys.length + 1));
    expect(told.slice(0, -1).sort()).toEqual([...keys].sort());
  });

  it('tells of keys that are evicted', async () => {
    server = await startTestRedis(['--maxmemory-policy', 'allkeys-random']);
    const admin = connect();
    const { redis, told } = open();
    await admin.set('v1:cache:x', '1', 'PX', 60_000);
    await standing(redis);
    told.length = 0;
    await admin.config('SET', 'maxmemory', '1');
    await eventually(() => expect(told).toContain('v1:cache:x'));
  });

  it('has told of every change of several writers before the moment that it is caught up to', async () => {
    server = await startTestRedis();
    const { redis, told } = open();
    await standing(redis);
    told.length = 0;
    const acknowledged: { readonly key: string; readonly at: number }[] = [];
    // A link that a busy machine loses for a moment tells of everything then.
    redis.link.onDidInvalidate((keys) => keys === 'everything' && told.push(...acknowledged.map(({ key }) => key)));
    const writers = [connect(), connect(), connect(), connect()];
    await Promise.all(
      writers.map(async (writer, index) => {
        for (let round = 0; round < 400; round++) {
          const key = `v1:cache:${index}:${round}`;
          await (round % 3 === 0
            ? writer.set(key, '1', 'PX', 60_000)
            : writer.pipeline().set(key, '1').unlink(key).exec());
          acknowledged.push({ key, at: systemClock.monotonic() });
          const until = redis.link.caughtUpTo;
          const known = new Set(round % 50 === 0 ? told : []);
          if (round % 50 === 0) {
            expect(acknowledged.filter(({ at, key: name }) => at <= until && !known.has(name))).toEqual([]);
          }
        }
      }),
    );
    const end = systemClock.monotonic();
    await eventually(() => expect(redis.link.caughtUpTo).toBeGreaterThan(end));
    expect(acknowledged).toHaveLength(1_600);
    const known = new Set(told);
    expect(acknowledged.filter(({ key }) => !known.has(key))).toEqual([]);
  });
});

describe('RedisCoherenceLink on a Cluster', () => {
  it('stands again after a master was killed, and hears its successor', async () => {
    const cluster = await startTestCluster({ replicas: true });
    const redis = openRedis({
      profile: parseRedisUrl(cluster.url),
      commandTimeoutMs: PATIENT_MS,
      clock: systemClock,
      logger: silentLogger,
    });
    try {
      const told: string[] = [];
      redis.link.onDidInvalidate((keys) => told.push(...(keys === 'everything' ? ['everything'] : keys)));
      await eventually(() => expect(redis.link.caughtUpTo).toBeGreaterThan(0));
      await cluster.noticeLosses();
      cluster.masters[1]?.kill();
      await eventually(() => expect(redis.link.caughtUpTo).toBe(Number.NEGATIVE_INFINITY));
      expect(told).toContain('everything');
      await eventually(() => expect(redis.link.caughtUpTo).toBeGreaterThan(systemClock.monotonic() - 1_000), 40_000);
      told.length = 0;
      const keys = Array.from({ length: 60 }, (_, index) => `v1:cache:miner:${index}:status`);
      await eventually(() => Promise.all(keys.map((key) => redis.store.write(key, 'text', 60_000))));
      await eventually(() => expect(new Set(told)).toEqual(new Set(keys)));
    } finally {
      redis.dispose();
      await cluster.stop();
    }
  }, 120_000);
});

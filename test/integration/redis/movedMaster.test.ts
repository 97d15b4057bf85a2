import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { openRedis, type RedisParts } from '../../../src/redis/openRedis';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { eventually } from '../../fixtures/eventually';
import { PATIENT_MS, startTestRedis, type TestRedis } from '../../fixtures/redis';
import { startTcpProxy, type TcpProxy } from '../../fixtures/tcpProxy';

describe('A server that takes no writes any more', () => {
  let former: TestRedis;
  let master: TestRedis;
  let admin: Redis;
  let proxy: TcpProxy;
  let redis: RedisParts;

  beforeEach(async () => {
    [former, master] = await Promise.all([startTestRedis(), startTestRedis()]);
    admin = new Redis(former.port, '127.0.0.1');
    proxy = await startTcpProxy(former.port);
    redis = openRedis({
      profile: parseRedisUrl(`redis://127.0.0.1:${proxy.port}`),
      commandTimeoutMs: PATIENT_MS,
      clock: systemClock,
      logger: silentLogger,
    });
    await redis.store.write('v1:cache:a', 'before', 60_000);
    await eventually(() => expect(redis.link.caughtUpTo).toBeGreaterThan(0));
  });

  afterEach(async () => {
    redis.dispose();
    admin.disconnect();
    await proxy.stop();
    await Promise.all([former.stop(), master.stop()]);
  });

  it('G3, G9: is left for the one that its address leads to now, by commands, link and bus', async () => {
    let lost = 0;
    let missed = 0;
    redis.store.onDidLoseServer?.(() => lost++);
    redis.bus.onDidMiss(() => missed++);
    const heard: string[] = [];
    redis.bus.subscribe('events:cache', ({ text }) => heard.push(text));
    const other = new Redis(master.port, '127.0.0.1');
    try {
      await eventually(async () => expect(await admin.pubsub('NUMSUB', 'events:cache')).toContain(1));
      // Not a replica of the master in its place, so that nothing that is written there comes here as well.
      await admin.replicaof('127.0.0.1', 1);
      proxy.target = master.port;
      await expect(redis.store.write('v1:cache:a', 'lost', 60_000)).rejects.toThrow('READONLY');
      expect(redis.store.health.state).toBe('refusing-writes');
      await eventually(() => redis.store.write('v1:cache:a', 'after', 60_000));
      expect(await other.get('v1:cache:a')).toBe('after');
      expect(redis.store.health).toEqual({ state: 'up' });
      expect(lost).toBe(1);
      // The others hear the master as well.
      await eventually(async () => expect(await other.pubsub('NUMSUB', 'events:cache')).toContain(1));
      await eventually(() => expect(missed).toBeGreaterThan(0));
      await redis.bus.publish('events:cache', 'hello');
      await eventually(() => expect(heard).toEqual(['hello']));
      const changed: unknown[] = [];
      await eventually(() => expect(redis.link.caughtUpTo).toBeGreaterThan(systemClock.monotonic() - 1_000));
      redis.link.onDidInvalidate((keys) => changed.push(keys));
      await other.set('v1:cache:b', 'changed');
      await eventually(() => expect(changed).toContainEqual(['v1:cache:b']));
    } finally {
      other.disconnect();
    }
  });

  it('G3: is read on, and not connected to anew for each write, when it is a replica that is meant', async () => {
    await admin.config('SET', 'replica-serve-stale-data', 'yes');
    await admin.replicaof('127.0.0.1', 1);
    const states: string[] = [];
    redis.store.onDidChangeHealth(({ state }) => states.push(state));
    const before = proxy.connectionCount;
    const startedAt = performance.now();
    for (let round = 0; round < 100; round++) {
      await expect(redis.store.write('v1:cache:b', 'text', 60_000)).rejects.toThrow('READONLY');
      expect((await redis.store.read('v1:cache:a', [])).text).toBe('before');
    }
    // One look whether a new connection leads elsewhere, and another one after every five seconds that this took.
    const looks = 1 + Math.ceil((performance.now() - startedAt) / 5_000);
    expect(proxy.connectionCount - before).toBeLessThanOrEqual(looks);
    expect(states).toEqual(['refusing-writes']);
  });
});

import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { openRedis } from '../../../src/redis/openRedis';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { eventually } from '../../fixtures/eventually';
import { PATIENT_MS } from '../../fixtures/redis';
import { startTestSentinel, type TestSentinel } from '../../fixtures/redisSentinel';
import { storeSuite } from './storeSuite';
import { openRedisStore } from './storeSuiteRedis';

storeSuite('a master that Sentinel names', async () => {
  const sentinel = await startTestSentinel();
  return openRedisStore(sentinel.url, () => sentinel.stop());
});

describe('RedisStore on Sentinel', () => {
  let sentinel: TestSentinel;

  beforeEach(async () => {
    sentinel = await startTestSentinel();
  }, 120_000);

  afterEach(() => sentinel.stop());

  it('G3: reads and writes again after a failover', async () => {
    const opened = openRedisStore(sentinel.url, async () => {});
    try {
      await opened.store.write('v1:cache:a', 'before', 60_000);
      const states: string[] = [];
      opened.store.onDidChangeHealth(({ state }) => states.push(state));
      await sentinel.failover();
      await eventually(() => opened.store.write('v1:cache:b', 'after', 60_000), 15_000);
      expect((await opened.store.read('v1:cache:b', [])).text).toBe('after');
      expect((await opened.store.bump(['v1:gen:all']))[0]?.current).toBeGreaterThan(0);
      await eventually(() => expect(opened.store.health).toEqual({ state: 'up' }));
      expect(states[0]).toBe('down');
    } finally {
      await opened.close();
    }
  }, 120_000);

  it('G2: has the link and the commands with one master, also when a master that hung wakes up', async () => {
    const profile = parseRedisUrl(sentinel.url);
    const redis = openRedis({ profile, commandTimeoutMs: PATIENT_MS, clock: systemClock, logger: silentLogger });
    try {
      await eventually(() => redis.store.write('v1:cache:a', 'before', 60_000));
      // Nobody sends a command meanwhile, so that only the link notices.
      await sentinel.failover('hang');
      sentinel.master.resume();
      const { client } = redis.connection;
      await eventually(() => {
        expect(redis.link.caughtUpTo).toBeGreaterThan(systemClock.monotonic() - 1_000);
        expect(client instanceof Redis && client.stream).toMatchObject({ remotePort: sentinel.replica.port });
      }, 20_000);
    } finally {
      redis.dispose();
    }
  }, 120_000);

  it('says that the sentinels are not there, or do not know the master', async () => {
    const opened = openRedisStore('redis+sentinel://127.0.0.1:1/main', async () => {});
    try {
      await expect(opened.store.read('k', [])).rejects.toThrow(
        /127\.0\.0\.1:1 \(Sentinel, master main\) cannot be found.*none of them can be reached/,
      );
    } finally {
      await opened.close();
    }
    const unknown = openRedisStore(sentinel.url.replace('/main', '/other'), async () => {});
    try {
      await expect(unknown.store.read('k', [])).rejects.toThrow(/No such master with that name\./);
    } finally {
      await unknown.close();
    }
  });
});

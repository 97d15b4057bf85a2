import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { RedisStore } from '../../../src/redis/redisStore';
import { eventually } from '../../fixtures/eventually';
import { PATIENT_MS, startTestRedis, type TestRedis } from '../../fixtures/redis';
import { startTestCluster } from '../../fixtures/redisCluster';
import { startTcpProxy, type TcpProxy } from '../../fixtures/tcpProxy';

const MIB = 1024 * 1024;
const HUGE = 'v1:cache:miner:m1:status';

function open(url: string, warnings: string[], commandTimeoutMs = PATIENT_MS): RedisStore {
  const logger = { ...silentLogger, warn: (message: string) => warnings.push(message) };
  return RedisStore.open({ profile: parseRedisUrl(url), commandTimeoutMs, clock: systemClock, logger });
}

describe('A value that is too large to be an entry', () => {
  let server: TestRedis;
  let proxy: TcpProxy;
  let admin: Redis;
  let store: RedisStore;
  let warnings: string[];

  beforeEach(async () => {
    server = await startTestRedis();
    // So slow that the value takes four seconds.
    proxy = await startTcpProxy(server.port, 3 * MIB);
    admin = new Redis(server.port, '127.0.0.1');
    warnings = [];
    store = open(`redis://127.0.0.1:${proxy.port}`, warnings, 2_500);
    await admin.set('v1:cache:other', 'text');
    await eventually(() => store.read('v1:cache:other', []));
  });

  afterEach(async () => {
    store.dispose();
    admin.disconnect();
    await proxy.stop();
    await server.stop();
  });

  const readOther = () => store.read('v1:cache:other', []);

  it.each<[string, () => Promise<unknown>]>([
    ['alone', () => store.read(HUGE, [])],
    ['among others', () => Promise.all([readOther(), store.read(HUGE, []), store.bump(['v1:gen:all'])])],
    ['in a batch', () => store.readMany([HUGE, 'v1:cache:other'], ['v1:gen:all'])],
    ['with its generations', () => store.read(HUGE, ['v1:gen:all'])],
  ])('G3: is removed when it was read in vain, and is no failure of the server: read %s', async (_how, readHuge) => {
    const states: string[] = [];
    store.onDidChangeHealth(({ state }) => states.push(state));
    await admin.set(HUGE, Buffer.alloc(12 * MIB, 'x'));
    const reading = readHuge();
    // Behind it, each with a failure that could be counted.
    const later = Array.from({ length: 5 }, () => store.write('v1:cache:third', 'text', 1_000));
    const results = await Promise.allSettled([reading, ...later]);
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'rejected'));
    await eventually(async () => expect(await admin.exists(HUGE)).toBe(0));
    await eventually(() =>
      expect(warnings).toEqual([`Removed ${HUGE}: it held 12 MiB, which is no entry of the cache.`]),
    );
    await eventually(async () => expect((await readOther()).text).toBe('text'));
    expect(states).toEqual([]);
  });

  it('is removed when it came in time as well', async () => {
    const fast = open(server.url, warnings);
    try {
      await admin.set(HUGE, Buffer.alloc(9 * MIB, 'x'));
      await eventually(async () => {
        expect((await fast.readMany([HUGE, 'v1:cache:other'], [])).texts).toEqual([undefined, 'text']);
        expect(await admin.exists(HUGE)).toBe(0);
      });
      expect(warnings.length).toBeGreaterThan(0);
    } finally {
      fast.dispose();
    }
  });

  it('is none up to several megabytes, nor outside of the cache', async () => {
    const fast = open(server.url, warnings);
    try {
      const large = 'x'.repeat(5 * MIB);
      await fast.write(HUGE, large, 60_000);
      expect((await fast.read(HUGE, [])).text).toBe(large);
      await expect(fast.write(HUGE, 'x'.repeat(9 * MIB), 60_000)).rejects.toThrow('too large for the cache');
      await admin.set('theirs', Buffer.alloc(12 * MIB, 'x'));
      await store.read('theirs', []).catch(() => {});
      await store.readMany(['theirs', HUGE], []).catch(() => {});
      expect(await admin.exists('theirs')).toBe(1);
      expect(await admin.exists(HUGE)).toBe(1);
      expect(warnings).toEqual([]);
    } finally {
      fast.dispose();
    }
  });
});

describe('A value that is too large to be an entry, on a Cluster', () => {
  it('G3: is removed from the master that has it', async () => {
    const cluster = await startTestCluster();
    const admin = new Redis.Cluster([{ host: '127.0.0.1', port: cluster.masters[0]?.port as number }]);
    const warnings: string[] = [];
    const store = open(cluster.url, warnings);
    try {
      await store.read('v1:cache:other', []);
      await admin.set(HUGE, Buffer.alloc(9 * MIB, 'x'));
      await eventually(async () => {
        await store.read(HUGE, []);
        expect(await admin.exists(HUGE)).toBe(0);
      });
      expect(store.health).toEqual({ state: 'up' });
    } finally {
      store.dispose();
      admin.disconnect();
      await cluster.stop();
    }
  }, 60_000);
});

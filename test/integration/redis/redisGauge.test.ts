import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { StoreError } from '../../../src/cache/store';
import { openRedis } from '../../../src/redis/openRedis';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { eventually } from '../../fixtures/eventually';
import { HASTY_MS, PATIENT_MS, startTestRedis } from '../../fixtures/redis';
import { startTestCluster } from '../../fixtures/redisCluster';

const MB = 1024 * 1024;

function open(url: string, commandTimeoutMs = PATIENT_MS) {
  const common = { clock: systemClock, logger: silentLogger };
  const redis = openRedis({ profile: parseRedisUrl(url), commandTimeoutMs, ...common });
  onTestFinished(() => redis.dispose());
  return redis;
}

async function startServer(args: readonly string[] = []) {
  const server = await startTestRedis(args);
  onTestFinished(async () => {
    server.resume();
    await server.stop();
  });
  return server;
}

describe('RedisGauge', () => {
  it('tells what a round trip takes, and the memory with its limit', async () => {
    const server = await startServer(['--maxmemory', '100mb']);
    const { gauge, store } = open(server.url);
    expect(await gauge.latency()).toBeGreaterThan(0);
    const before = await gauge.memory();
    expect(before.limitBytes).toBe(100 * MB);
    await store.write('v1:cache:a', 'x'.repeat(5 * MB), 10_000);
    const { usedBytes } = await gauge.memory();
    expect(usedBytes - before.usedBytes).toBeGreaterThan(4 * MB);
    expect(usedBytes - before.usedBytes).toBeLessThan(20 * MB);
    expect(await gauge.keyCount()).toBe(1);
  });

  it('knows no limit where there is none', async () => {
    const server = await startServer();
    expect(await open(server.url).gauge.memory()).toEqual({ usedBytes: expect.any(Number) });
  });

  it('G3: fails within the command timeout when the server hangs, and goes on when it is back', async () => {
    const server = await startServer();
    const { gauge } = open(server.url, HASTY_MS);
    await eventually(() => gauge.latency());
    server.hang();
    await expect(gauge.latency()).rejects.toThrow(StoreError);
    await expect(gauge.memory()).rejects.toThrow(StoreError);
    server.resume();
    await eventually(() => gauge.memory());
  });

  it('leaves health alone when the login may not ask for the memory', async () => {
    const server = await startServer();
    const admin = new Redis(server.port, '127.0.0.1');
    await admin.call('ACL', 'SETUSER', 'app', 'on', 'nopass', '~*', '&*', '+@all', '-info');
    admin.disconnect();
    const { gauge, store } = open(`redis://app@127.0.0.1:${server.port}`);
    await expect(gauge.memory()).rejects.toThrow('NOPERM');
    await gauge.latency();
    expect(store.health).toEqual({ state: 'up' });
  });

  it('sums up the masters of a Cluster', async () => {
    const cluster = await startTestCluster({ args: ['--maxmemory', '50mb'] });
    onTestFinished(() => cluster.stop());
    const { gauge } = open(cluster.url);
    await eventually(async () => {
      expect((await gauge.memory()).limitBytes).toBe(150 * MB);
      expect(await gauge.latency()).toBeGreaterThan(0);
      expect(await gauge.keyCount()).toBe(0);
    });
  });
});

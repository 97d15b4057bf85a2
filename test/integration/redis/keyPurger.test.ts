import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALL_ENTRIES_PATTERN } from '../../../src/cache/keys';
import { StoreError } from '../../../src/cache/store';
import { startTestRedis, type TestRedis } from '../../fixtures/redis';
import { fill, keyCount, keyPurgerSuite, minerKeys, openPurger, type PurgedRedis } from './keyPurgerSuite';

keyPurgerSuite('one server', async () => {
  const server = await startTestRedis();
  return openPurger(server.url, () => server.stop());
});

describe('RedisKeyPurger when the server fails', () => {
  let server: TestRedis;
  let redis: PurgedRedis;

  beforeEach(async () => {
    server = await startTestRedis();
    redis = openPurger(server.url, () => server.stop());
  });

  afterEach(async () => {
    server.resume();
    await redis.close();
  });

  /** A purge that `disturb` meets at its third step. */
  async function disturbedPurge(disturb: () => void) {
    await fill(redis, minerKeys(12_000, 'status'));
    let steps = 0;
    const purge = redis.purger.purge(ALL_ENTRIES_PATTERN, {
      onProgress: () => {
        steps++;
        if (steps === 3) {
          disturb();
        }
      },
    });
    // Looked at by the test; until then its failure is nobody's.
    purge.catch(() => {});
    return { purge, steps: () => steps };
  }

  it('reports how much of the one table the scan has passed', async () => {
    await fill(redis, [...minerKeys(10_000, 'status'), ...minerKeys(10_000, 'config')]);
    const scanned: number[] = [];
    await redis.purger.purge('v1:cache:nothing:*', { onProgress: (progress) => scanned.push(progress.scanned) });
    const half = scanned[Math.floor(scanned.length / 2) - 1] ?? 0;
    expect(half).toBeGreaterThan(7_000);
    expect(half).toBeLessThan(13_000);
    expect(scanned.at(-1)).toBe(20_000);
  });

  it('names the server, and how many keys are gone, when it dies in the middle', async () => {
    const { purge } = await disturbedPurge(() => server.kill());
    const error: unknown = await purge.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreError);
    expect(String(error)).toMatch(
      new RegExp(`Redis at 127\\.0\\.0\\.1:${server.port} .*At least \\d,\\d{3} keys had been removed by then`),
    );
  });

  it('ends in bounded time when the server hangs in the middle', async () => {
    const { purge, steps } = await disturbedPurge(() => server.hang());
    await expect(purge).rejects.toThrow(StoreError);
    // The next page had been asked for already, and may have come before the server was stopped.
    expect([3, 4]).toContain(steps());
  });

  it('names the server when it is not there', async () => {
    server.kill();
    await expect(redis.purger.purge(ALL_ENTRIES_PATTERN)).rejects.toThrow(`127.0.0.1:${server.port}`);
  });

  it('says what was not allowed, and how far it came', async () => {
    const keys = minerKeys(2_000, 'status');
    await fill(redis, keys);
    await redis.connection.execute(() => redis.connection.client.call('ACL', 'SETUSER', 'default', '-unlink'));
    await expect(redis.purger.purge(ALL_ENTRIES_PATTERN)).rejects.toThrow(/NOPERM.*unlink.*No key is known/i);
    await redis.connection.execute(() => redis.connection.client.call('ACL', 'SETUSER', 'default', '+unlink'));
    expect(await keyCount(redis)).toBe(keys.length);
  });
});

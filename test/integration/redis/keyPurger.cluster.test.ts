import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALL_ENTRIES_PATTERN } from '../../../src/cache/keys';
import { StoreError } from '../../../src/cache/store';
import { keySlot } from '../../../src/redis/scanSlots';
import { startTestCluster, type TestCluster } from '../../fixtures/redisCluster';
import { fill, keyPurgerSuite, minerKeys, openPurger, type PurgedRedis } from './keyPurgerSuite';

keyPurgerSuite('a Cluster', async () => {
  const cluster = await startTestCluster();
  return openPurger(cluster.url, () => cluster.stop());
});

describe('RedisKeyPurger on a Cluster that fails', () => {
  let cluster: TestCluster;
  let redis: PurgedRedis;

  beforeEach(async () => {
    cluster = await startTestCluster();
    redis = openPurger(cluster.url, () => cluster.stop());
  });

  afterEach(() => redis.close());

  it('finds the slots that the servers find', async () => {
    const keys = ['v1:cache:miner:m1:status', 'a{b}c', '{}a', '', 'ä\u0000', '{{a}}', 'a}{'];
    for (const key of keys) {
      const slot = await redis.connection.execute(() => redis.connection.client.cluster('KEYSLOT', key));
      expect(keySlot(Buffer.from(key))).toBe(slot);
    }
  });

  it('removes keys of one slot together', async () => {
    await fill(
      redis,
      Array.from({ length: 3_000 }, (_, index) => `v1:cache:{one}${index}`),
    );
    expect(await redis.purger.purge(ALL_ENTRIES_PATTERN)).toMatchObject({ matched: 3_000, removed: 3_000 });
  });

  it('names the master that died in the middle, and how many keys are gone', async () => {
    await fill(redis, minerKeys(12_000, 'status'));
    let isDead = false;
    const purge = redis.purger.purge(ALL_ENTRIES_PATTERN, {
      // When the first master is done, there are two more to come.
      onProgress: ({ scanned }) => {
        if (scanned > 0 && !isDead) {
          isDead = true;
          for (const master of cluster.masters) {
            master.kill();
          }
        }
      },
    });
    const error: unknown = await purge.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreError);
    const ports = cluster.masters.map(({ port }) => port).join('|');
    expect(String(error)).toMatch(
      new RegExp(`Redis at 127\\.0\\.0\\.1:(${ports}) .*At least \\d,\\d{3} keys had been removed`),
    );
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { keySlot } from '../../../src/redis/scanSlots';
import { eventually } from '../../fixtures/eventually';
import { startTestCluster, type TestCluster } from '../../fixtures/redisCluster';
import { adminsOf, describeInstances, openDirectory, recordOf } from './instancesSuite';

const OFFER = { fingerprint: 'abc', text: 'AAAAAAAA' };
const LAST_SLOTS = [5_460, 10_922, 16_383];

describe('RedisInstances on a Cluster', () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await startTestCluster({ args: ['--cluster-require-full-coverage', 'no'] });
  });

  afterEach(async () => {
    await Promise.all(adminsOf(cluster.masters).map((admin) => admin.flushall()));
  });

  afterAll(() => cluster.stop());

  describeInstances(() => ({ url: cluster.url, servers: cluster.masters }));

  it('keeps an instance alive whose record is on a master that is away', async () => {
    const directory = openDirectory(cluster.url);
    const masterOf = (key: string) => LAST_SLOTS.findIndex((last) => keySlot(Buffer.from(key)) <= last);
    const id = Array.from({ length: 100 }, (_, index) => `i${index}`).find(
      (each) => masterOf(`v1:instance:${each}`) !== masterOf('v1:instances'),
    ) as string;
    await eventually(() => directory.beat(recordOf(id), OFFER));
    cluster.masters[masterOf(`v1:instance:${id}`)]?.kill();
    await eventually(async () =>
      expect(await directory.beat(recordOf(id), OFFER)).toEqual({ wasKnown: true, live: new Map([[id, undefined]]) }),
    );
    await cluster.masters[masterOf(`v1:instance:${id}`)]?.restart();
  });
});

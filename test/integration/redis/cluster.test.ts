import { randomUUID } from 'node:crypto';
import { type Cluster, Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { describeError } from '../../../src/base/errors';
import { silentLogger } from '../../../src/base/logger';
import { generationKeys, minerKey, minerScopes } from '../../../src/cache/keys';
import { StoreError } from '../../../src/cache/store';
import { openRedis } from '../../../src/redis/openRedis';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { keySlot } from '../../../src/redis/scanSlots';
import { openCacheInstance } from '../../fixtures/cacheInstance';
import { eventually } from '../../fixtures/eventually';
import type { TestRedis } from '../../fixtures/redis';
import { startTestCluster, type TestCluster } from '../../fixtures/redisCluster';
import { storeSuite } from './storeSuite';
import { openRedisStore } from './storeSuiteRedis';

storeSuite('a Redis Cluster', async () => {
  const cluster = await startTestCluster();
  return openRedisStore(cluster.url, () => cluster.stop());
});

describe('RedisStore on a Cluster', () => {
  let cluster: TestCluster;
  let opened: ReturnType<typeof openRedisStore>;

  async function open(options: Parameters<typeof startTestCluster>[0]) {
    cluster = await startTestCluster(options);
    opened = openRedisStore(cluster.url, () => cluster.stop());
  }

  beforeEach(() => {
    opened = undefined as never;
  });

  afterEach(() => opened?.close());

  const keys = Array.from({ length: 60 }, () => `v1:cache:miner:${randomUUID()}:status`);

  async function readAll() {
    const results = await Promise.allSettled(keys.map((key) => opened.store.read(key, [])));
    return results.filter(({ status }) => status === 'fulfilled').length;
  }

  it('G3: one hung master costs the keys of the others nothing, and is served again when it is back', async () => {
    await open({ args: ['--cluster-require-full-coverage', 'no'] });
    await Promise.all(keys.map((key) => opened.store.write(key, 'text', 60_000)));
    cluster.masters[0]?.hang();
    const served = [];
    for (let round = 0; round < 10; round++) {
      served.push(await readAll());
    }
    expect(Math.min(...served)).toBeGreaterThan(0);
    expect(new Set(served).size).toBe(1);
    expect(opened.store.health.state).toBe('up');
    const many = await opened.store.readMany(keys, []);
    expect(many.texts.filter((text) => text !== undefined)).toHaveLength(served[0] as number);
    const scopes = keys.map((key) => key.replace('v1:cache:', 'v1:gen:'));
    const { generations } = await opened.store.readMany(keys, scopes);
    const known = generations.filter((generation) => generation !== undefined);
    expect(known.length).toBeGreaterThan(0);
    expect(known.length).toBeLessThan(scopes.length);
    cluster.masters[0]?.resume();
    await eventually(async () => expect(await readAll()).toBe(keys.length), 40_000);
  });

  it('G3: begins with the masters that answer as soon as it is known which do not, and says why of these', async () => {
    await open({ args: ['--cluster-require-full-coverage', 'no'] });
    cluster.masters[1]?.kill();
    // So long readers would wait that have to wait for what is not to come.
    const begun = openRedis({
      profile: parseRedisUrl(cluster.url),
      commandTimeoutMs: 10 * 60_000,
      clock: systemClock,
      logger: silentLogger,
    });
    try {
      const results = await Promise.allSettled(keys.map((key) => begun.store.write(key, 'text', 60_000)));
      const failures = results.flatMap((result) =>
        result.status === 'rejected' ? [describeError(result.reason)] : [],
      );
      expect(failures.length).toBeGreaterThan(0);
      expect(failures.length).toBeLessThan(keys.length);
      for (const failure of failures) {
        expect(failure).toMatch(/refused the connection \(ECONNREFUSED\)/);
      }
    } finally {
      begun.dispose();
    }
  });

  it('G3: a batch is served from the cache as far as the masters of the entries and their scopes answer', async () => {
    await open({ args: ['--cluster-require-full-coverage', 'no'] });
    const { client } = opened.connection;
    const masterOf = (key: string) => (client as Cluster).slots[keySlot(Buffer.from(key))]?.[0];
    await opened.store.read('k', []);
    const miners = Array.from({ length: 100 }, (_, index) => `m${index}`);
    const requests = miners.map((id) => {
      const scopes = minerScopes(id, 'global', ['status']);
      return { dataset: 'miner:status' as const, key: minerKey(id, 'status'), scopes, fetch: async () => id };
    });
    const filler = openCacheInstance({ url: cluster.url, instance: 'filler' });
    const reader = openCacheInstance({ url: cluster.url, instance: 'reader' });
    try {
      await Promise.all(requests.map((request) => filler.cache.warm(request)));
      // One that has no scope of all entries, which nothing could be served without.
      const needed = [generationKeys.all, generationKeys.fleet('global')].map(masterOf);
      const lost = cluster.masters.find(({ port }) => !needed.includes(`127.0.0.1:${port}`)) as TestRedis;
      lost.kill();
      await eventually(async () => {
        const results = await reader.cache.getManyOrFetch(requests);
        for (const [index, { key, scopes }] of requests.entries()) {
          const result = results[index];
          const isServed = ![key, ...scopes].map(masterOf).includes(`127.0.0.1:${lost.port}`);
          expect(result?.status === 'fulfilled' && result.value.origin).toBe(isServed ? 'l2' : 'source');
        }
      });
    } finally {
      filler.dispose();
      reader.dispose();
    }
  });

  it('is not taken for down because one of the nodes that were named is, before the others had time to answer', async () => {
    await open({});
    for (const name of ['127.0.0.1:1', 'nobody.invalid:1']) {
      const named = openRedisStore(cluster.url.replace('://', `://${name},`), async () => {});
      const states: string[] = [];
      named.store.onDidChangeHealth(({ state }) => states.push(state));
      try {
        await named.store.write('v1:cache:x', 'text', 60_000);
        expect(states).toEqual(['up']);
      } finally {
        await named.close();
      }
    }
    const lost = openRedisStore('redis+cluster://127.0.0.1:1,127.0.0.1:2', async () => {});
    try {
      await eventually(() =>
        expect(lost.store.health).toMatchObject({ state: 'down', reason: expect.stringContaining('ECONNREFUSED') }),
      );
    } finally {
      await lost.close();
    }
  });

  it('G3: says once that one of the masters is full, and that it is not any more', async () => {
    await open({});
    await Promise.all(keys.map((key) => opened.store.write(key, 'text', 60_000)));
    const states: string[] = [];
    opened.store.onDidChangeHealth(({ state }) => states.push(state));
    const admin = new Redis(cluster.masters[0]?.port as number, '127.0.0.1');
    try {
      await admin.config('SET', 'maxmemory', '1');
      for (const key of keys) {
        await opened.store.write(key, 'new', 60_000).catch(() => {});
      }
      expect(states).toEqual(['refusing-writes']);
      expect(opened.store.health).toMatchObject({
        reason: expect.stringContaining(`on 127.0.0.1:${cluster.masters[0]?.port}: OOM`),
      });
      await admin.config('SET', 'maxmemory', '0');
      await eventually(async () => {
        await Promise.all(keys.map((key) => opened.store.write(key, 'text', 60_000)));
        expect(opened.store.health).toEqual({ state: 'up' });
      });
      expect(states).toEqual(['refusing-writes', 'up']);
    } finally {
      admin.disconnect();
    }
  });

  it('G3: says that the Cluster is down when a master is lost, and heals with a replica in its place', async () => {
    await open({ replicas: true });
    await Promise.all(keys.map((key) => opened.store.write(key, 'text', 60_000)));
    await cluster.noticeLosses();
    cluster.masters[1]?.kill();
    await expect(
      eventually(async () => {
        const errors = await Promise.all(keys.map((key) => opened.store.read(key, []).catch((error) => error)));
        expect(errors.some((error) => error instanceof StoreError)).toBe(true);
      }),
    ).resolves.toBeUndefined();
    await eventually(async () => expect(await readAll()).toBe(keys.length), 40_000);
    await opened.store.write(keys[0] as string, 'new', 60_000);
    await eventually(() => expect(opened.store.health).toEqual({ state: 'up' }));
    expect(opened.connection.masters().map(({ options }) => options.port)).toContain(cluster.replicas[1]?.port);
  });

  it('finds keys whose slots move from one master to another, while and after they do', async () => {
    await open({});
    await Promise.all(keys.map((key) => opened.store.write(key, 'text', 60_000)));
    const [from, to] = cluster.masters.map(({ port }) => new Redis(port, '127.0.0.1')) as [Redis, Redis];
    try {
      const [fromId, toId] = (await Promise.all([from, to].map((each) => each.call('CLUSTER', 'MYID')))) as [
        string,
        string,
      ];
      const slots = new Set<number>();
      for (const key of keys) {
        slots.add(Number(await from.call('CLUSTER', 'KEYSLOT', key)));
      }
      for (const slot of [...slots].filter((each) => each <= 5_460)) {
        await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
        await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
        const moving = (await from.call('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[];
        await from.call('MIGRATE', '127.0.0.1', to.options.port as number, '', 0, 1_000, 'KEYS', ...moving);
        expect(await readAll()).toBe(keys.length);
        await to.call('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
        await from.call('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
      }
      for (let round = 0; round < 5; round++) {
        const texts = await Promise.all(keys.map((key) => opened.store.read(key, [])));
        expect(texts.every(({ text }) => text === 'text')).toBe(true);
      }
    } finally {
      from.disconnect();
      to.disconnect();
    }
  });
});

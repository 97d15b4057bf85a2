import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { createRuntime } from '../../../src/runtime';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { PATIENT_MS, startTestRedis } from '../../fixtures/redis';
import { LOGIN } from '../braiins/endpoints';
import { TestMiner } from '../braiins/testMiner';

const PASSWORD = 'pool-secret';
const POOL = { url: `stratum+tcp://me:${PASSWORD}@pool:3333`, user: 'me.rig', enabled: true };

describe('the pools of miners', () => {
  let services: FleetServices;
  let redis: Redis;

  beforeEach(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'fleet-cache-pools-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const miners = [await poolMiner(true), await poolMiner(false)];
    const inventoryPath = join(directory, 'fleet.json');
    const entries = miners.map(({ port }, index) => ({ id: `m${index}`, host: '127.0.0.1', port }));
    await writeFile(inventoryPath, JSON.stringify({ miners: entries }));
    const server = await startTestRedis();
    services = await createRuntime({
      kind: 'server',
      watch: false,
      inventoryPath,
      redis: { url: server.url, commandTimeoutMs: PATIENT_MS },
      ttls: {},
      credentials: { find: async () => LOGIN },
      logger: silentLogger,
    });
    redis = new Redis(server.url);
    onTestFinished(async () => {
      services.dispose();
      redis.disconnect();
      await server.stop();
    });
  });

  /** A miner with one pool, which answers or does not. */
  async function poolMiner(alive: boolean): Promise<TestMiner> {
    const server = await TestMiner.start();
    server.serve(
      ({ pool }) => pool.GetPoolGroups,
      () => ({ pool_groups: [{ uid: 'g', pools: [{ ...POOL, alive, active: alive }] }] }),
    );
    server.serve(
      ({ configuration }) => configuration.GetMinerConfiguration,
      () => ({ pool_groups: [{ uid: 'g', pools: [{ ...POOL, password: PASSWORD }] }] }),
    );
    return server;
  }

  it('are counted by URL over the fleet', async () => {
    const { data } = await services.reads.poolUrls();
    expect(data).toEqual({
      miners: 2,
      unknown: 0,
      urls: [{ url: 'stratum+tcp://me@pool:3333', miners: 2, alive: 1, active: 1 }],
      oldestPartAt: expect.any(Number),
    });
    const miner = services.inventory.find('m0');
    if (miner === undefined) {
      throw new Error('the inventory was not read');
    }
    await eventually(async () => expect((await services.reads.poolUrls()).origin).toMatch(/^l[12]$/));
    await services.invalidator.noteEvent(miner, 'system');
    expect((await services.reads.poolUrls()).origin).toMatch(/^l[12]$/);
    await services.invalidator.noteEvent(miner, 'config');
    expect((await services.reads.poolUrls()).origin).toBe('source');
  });

  it('never bring a password into Redis', async () => {
    await services.warmer.warm(services.inventory.current.miners, ['pools', 'config']);
    await services.reads.poolUrls();
    await eventually(async () => expect(await redis.exists('v1:cache:pool:urls')).toBe(1));
    const keys = await redis.keys('v1:cache:*');
    const values = await Promise.all(keys.map((key) => redis.get(key)));
    expect(keys).toEqual(expect.arrayContaining(['v1:cache:miner:m0:config', 'v1:cache:miner:m1:pools']));
    expect(values.join()).toContain('me.rig');
    expect(values.join()).not.toContain(PASSWORD);
  });
});

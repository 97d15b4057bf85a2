import { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minerKey } from '../../../src/cache/keys';
import type { Miner } from '../../../src/fleet/miner';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { startTestCluster, type TestCluster } from '../../fixtures/redisCluster';

const LIMIT = { limit: 1_000 };

describe('KeyExplorer on a Cluster', () => {
  let cluster: TestCluster;
  let rig: TestFleet;
  let admin: Cluster;
  let services: FleetServices;

  beforeAll(async () => {
    cluster = await startTestCluster();
    rig = await startTestFleet({ miners: 4, seed: 3 });
    admin = new Cluster(cluster.masters.map(({ port }) => ({ host: '127.0.0.1', port })));
    services = await rig.open({ redisUrl: cluster.url });
    services.connection.access.update({ readOnly: false, environment: undefined });
  });

  afterAll(async () => {
    admin?.disconnect();
    await rig?.stop();
    await cluster?.stop();
  });

  it('lists the keys of all masters once, goes on where it was cancelled, and removes them', async () => {
    const keys = Array.from({ length: 12_000 }, (_, index) => `v1:bench:x:${index}`);
    await Promise.all(keys.map((key) => admin.set(key, 'value', 'PX', 600_000)));
    const { keyExplorer, keyEditor } = services;
    const controller = new AbortController();
    let steps = 0;
    const onProgress = () => {
      steps++;
      if (steps === 5) {
        controller.abort();
      }
    };
    expect(await keyExplorer.scan('', { signal: controller.signal, onProgress })).toEqual({ complete: false });
    const part = keyExplorer.level('v1:bench:x:', LIMIT).listed;
    expect(part).toBeGreaterThan(0);
    expect(part).toBeLessThan(12_000);
    expect(await keyExplorer.scan('')).toEqual({ complete: true });
    expect(keyExplorer.level('v1:bench:x:', LIMIT)).toMatchObject({ listed: 12_000, hidden: 11_000, complete: true });
    expect(await keyEditor.remove(keys)).toEqual({ removed: 12_000, cancelled: false });
    expect(keyExplorer.level('v1:bench:x:', LIMIT).listed).toBe(0);
  });

  it('describes, reads and refreshes entries wherever they are', async () => {
    const miners: readonly Miner[] = services.inventory.current.miners;
    const keys = miners.map(({ id }) => minerKey(id, 'status'));
    await eventually(async () => {
      await Promise.all(miners.map((miner) => services.reads.miner(miner, 'status')));
      const described = await services.keyExplorer.describe(keys);
      expect(described.map((key) => key?.freshness)).toEqual(keys.map(() => 'fresh'));
    }, 20_000);
    for (const key of keys) {
      expect((await services.keyReader.read(key))?.content).toMatchObject({ type: 'entry', data: { state: 'normal' } });
      expect(await services.keyEditor.refresh(key)).toMatchObject({ origin: 'source' });
      expect(await services.keyEditor.setTtl(key, 600_000)).toBe(true);
    }
  });
});

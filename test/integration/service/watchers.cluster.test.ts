import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keySlot } from '../../../src/redis/scanSlots';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { startTestCluster, type TestCluster } from '../../fixtures/redisCluster';
import { streamsStand } from '../../fixtures/streamsStand';

const MINERS = 20;
const LONG_MS = 40_000;
const LAST_SLOTS = [5_460, 10_922, 16_383];

describe('instances that watch one fleet over a Cluster', () => {
  let cluster: TestCluster;
  let test: TestFleet;

  beforeAll(async () => {
    cluster = await startTestCluster({ replicas: true });
    test = await startTestFleet({ miners: MINERS });
    for (const miner of test.fleet.miners) {
      miner.setState('normal');
    }
  });

  afterAll(async () => {
    await test?.stop();
    await cluster?.stop();
  });

  function sharesOf(instances: readonly FleetServices[]): readonly (readonly string[])[] {
    return instances.map(({ watcher }) => [...(watcher?.watched ?? [])]);
  }

  function expectShared(instances: readonly FleetServices[]): void {
    expect(instances.map(({ instances: { watchers } }) => watchers?.size)).toEqual(
      instances.map(() => instances.length),
    );
    expect(sharesOf(instances).flat().sort()).toEqual(test.fleet.miners.map(({ id }) => id).sort());
  }

  it('G3: keep their shares through the fail-over of the master that knows who is alive', async () => {
    const options = { redisUrl: cluster.url, watch: true };
    const instances = [await test.open(options), await test.open(options)];
    await eventually(() => expectShared(instances), LONG_MS);
    await streamsStand(test.fleet, LONG_MS);
    const [shares, calls] = [sharesOf(instances), test.fleet.callCount('GetMinerStatus')];
    const slot = keySlot(Buffer.from('v1:instances'));
    await cluster.noticeLosses();
    cluster.masters[LAST_SLOTS.findIndex((last) => slot <= last)]?.kill();
    // Answered by the replica that took over, which may be so fast that nobody was taken for lost meanwhile.
    await eventually(async () => {
      for (const each of instances) {
        expect(await each.instances.list()).toHaveLength(instances.length);
      }
    }, LONG_MS);
    await eventually(() => expectShared(instances), LONG_MS);
    expect(sharesOf(instances)).toEqual(shares);
    expect(test.fleet.callCount('GetMinerStatus')).toBe(calls);
  }, 120_000);
});

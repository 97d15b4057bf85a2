import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minerEntryPattern, minerKey } from '../../../src/cache/keys';
import type { Miner } from '../../../src/fleet/miner';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { ManualClock } from '../../fixtures/manualClock';
import { startTestCluster, type TestCluster } from '../../fixtures/redisCluster';

const MINERS = 12;
/** By the miners' clock, which stands still until the test moves it. */
const SLOW_MS = 2_000;

describe('keys by pattern on a Cluster', () => {
  let test: TestFleet;
  let clock: ManualClock;
  let cluster: TestCluster;
  let services: FleetServices;
  let other: FleetServices;

  beforeEach(async () => {
    clock = new ManualClock();
    [test, cluster] = await Promise.all([startTestFleet({ miners: MINERS, clock }), startTestCluster()]);
    [services, other] = [await open(), await open()];
    await eventually(async () =>
      expect(await services.warmer.warm(miners(), ['pools', 'details'])).toMatchObject({ failed: 0, notStored: 0 }),
    );
  });

  afterEach(async () => {
    await test.stop();
    await cluster.stop();
  });

  async function open(): Promise<FleetServices> {
    const opened = await test.open({ redisUrl: cluster.url });
    // A Cluster looks like production.
    opened.connection.access.update({ readOnly: false, environment: undefined });
    return opened;
  }

  function miners(): readonly Miner[] {
    return services.inventory.current.miners;
  }

  async function states(kind: 'pools' | 'details'): Promise<ReadonlySet<string>> {
    return new Set(await Promise.all(miners().map(async (miner) => (await services.reads.inspect(miner, kind)).state)));
  }

  it('are counted, invalidated and purged on all masters', async () => {
    const pattern = minerEntryPattern({ kind: 'details' });
    await eventually(async () =>
      expect(await services.patternInvalidator.count([pattern])).toMatchObject({ matched: MINERS, cancelled: false }),
    );
    expect(await services.patternInvalidator.invalidate([pattern], 'test')).toMatchObject({ removed: MINERS });
    expect(await states('details')).toEqual(new Set(['absent']));
    expect(await states('pools')).toEqual(new Set(['valid']));
    expect(await services.keyPurge.purge(minerEntryPattern({ kind: 'pools' }))).toMatchObject({ removed: MINERS });
    expect(await states('pools')).toEqual(new Set(['absent']));
  });

  it('G2: do not come back by what another instance was fetching', async () => {
    const [miner] = miners();
    if (miner === undefined) {
      throw new Error('the fleet is empty');
    }
    await services.keyPurge.purge('v1:cache:*');
    const target = test.fleet.miner(miner.id);
    const calls = target.callCount('GetMinerDetails');
    target.setDelay(SLOW_MS);
    const slow = other.reads.miner(miner, 'details');
    await eventually(() => {
      if (target.callCount('GetMinerDetails') === calls) {
        // The login comes first, and is as slow.
        clock.advance(SLOW_MS);
      }
      expect(target.callCount('GetMinerDetails')).toBeGreaterThan(calls);
    });
    await services.patternInvalidator.invalidate([minerKey(miner.id, 'details')], 'test');
    clock.advance(SLOW_MS);
    await slow;
    target.setDelay(0);
    await eventually(async () => expect((await services.reads.inspect(miner, 'details')).state).toBe('void'));
    expect((await services.reads.miner(miner, 'details')).origin).toBe('source');
  });
});

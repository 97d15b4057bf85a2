import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';

const MINERS = 5;

describe('the figures of the policies', () => {
  let test: TestFleet;
  let services: FleetServices;

  beforeEach(async () => {
    test = await startTestFleet({ miners: MINERS, tenants: 2 });
    services = await test.open();
  });

  afterEach(() => test.stop());

  function figures(dataset: string) {
    return services.policyFigures().find((each) => each.dataset === dataset);
  }

  it('are of nothing when nothing was read', () => {
    expect(figures('miner:details')).toEqual({
      dataset: 'miner:details',
      strategy: 'MODERATE',
      ttlS: 300,
      entries: 0,
      bytes: 0,
      lookups: 0,
      hitRatio: undefined,
      sourceOffload: undefined,
      meanAgeMs: undefined,
      meanFetchMs: undefined,
    });
  });

  it('G7: count what was read, what is kept, how old it was and what it cost, by dataset', async () => {
    const { miners } = services.inventory.current;
    const readAll = () => Promise.all(miners.map((miner) => services.reads.miner(miner, 'details')));
    await readAll();
    expect(figures('miner:details')).toMatchObject({ lookups: MINERS, hitRatio: 0, sourceOffload: 0 });
    // From Redis, and then from what is kept of it.
    await eventually(async () => {
      const readings = await readAll();
      expect(readings.every(({ origin }) => origin === 'l1')).toBe(true);
    });
    const after = figures('miner:details');
    expect(after?.entries).toBe(MINERS);
    expect(after?.bytes).toBe(services.cache.firstTier.sizeBytes);
    expect(after?.hitRatio).toBe(services.cache.metrics.hitRatio('start', 'miner:details'));
    expect(after?.hitRatio).toBeGreaterThan(0);
    expect(after?.meanAgeMs).toBeGreaterThanOrEqual(0);
    expect(after?.meanFetchMs).toBeGreaterThan(0);
    expect(figures('miner:status')).toMatchObject({ entries: 0, lookups: 0 });
  });
});

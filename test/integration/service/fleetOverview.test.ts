import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';

const LONG_MS = 20_000;

describe('FleetOverview', () => {
  let test: TestFleet;
  let one: FleetServices;
  let other: FleetServices;

  beforeEach(async () => {
    test = await startTestFleet({ miners: 3 });
    [one, other] = await Promise.all([test.open(), test.open()]);
  });

  afterEach(() => test.stop());

  it('G7: sums up the lookups of all instances that are alive', async () => {
    const { miners } = one.inventory.current;
    for (const reader of [one, other, other]) {
      await reader.monitor.refresh(miners);
    }
    const counts = [one, other].map(({ cache }) => cache.metrics.counts('start'));
    const sum = (name: 'lookups' | 'misses' | 'fetches') => counts.reduce((total, each) => total + each[name], 0);
    expect(sum('lookups')).toBe(18);
    const start = { hit: 1 - sum('misses') / 18, offload: 1 - sum('fetches') / 18 };
    await eventually(async () => {
      const { ratios, instances, redis } = await one.overview.all();
      expect(instances).toBe(2);
      expect(ratios?.hitRatio.start).toBeCloseTo(start.hit, 10);
      expect(ratios?.hitRatio['1m']).toBeCloseTo(start.hit, 10);
      expect(ratios?.sourceOffload['5m']).toBeCloseTo(start.offload, 10);
      expect(redis).toEqual({ latencyMs: expect.any(Number), memoryBytes: expect.any(Number) });
    }, LONG_MS);
    await other.close();
    const { instances, ratios } = await one.overview.all();
    expect(instances).toBe(1);
    expect(ratios?.hitRatio.start).toBe(one.cache.metrics.hitRatio('start'));
  });

  it('G3: knows nothing of the others while Redis is away, and does again when it came back empty', async () => {
    await one.monitor.refresh(one.inventory.current.miners);
    test.redis.kill();
    await eventually(async () => expect(await other.overview.all()).toEqual({ redis: {} }));
    await test.redis.restart();
    await eventually(async () => {
      const { instances, ratios } = await other.overview.all();
      expect(instances).toBe(2);
      expect(ratios?.hitRatio.start).toBe(one.cache.metrics.hitRatio('start'));
    }, LONG_MS);
  });
});

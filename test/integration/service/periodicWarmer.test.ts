import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';

const MINERS = 12;
const LONG_MS = 30_000;
const SCHEDULE = { kinds: ['status', 'stats'], intervalS: 5 } as const;

describe('periodic warming', { timeout: 120_000 }, () => {
  let test: TestFleet;
  let admin: Redis;

  beforeEach(async () => {
    test = await startTestFleet({ miners: MINERS });
    admin = new Redis(test.redis.port, '127.0.0.1');
  });

  afterEach(async () => {
    admin.disconnect();
    await test.stop();
  });

  async function lockName(): Promise<string> {
    const [lock] = await admin.keys('v1:lock:warm:*');
    if (lock === undefined) {
      throw new Error('nobody warms');
    }
    return lock;
  }

  async function cached({ inventory, reads }: FleetServices): Promise<number> {
    const inspections = await Promise.all(inventory.current.miners.map((miner) => reads.inspectMiner(miner)));
    return inspections.flatMap((each) => [...each.values()]).filter(({ state }) => state === 'valid').length;
  }

  it('fills the cache in one instance of two, goes on in the other, and counts no lookups', async () => {
    const [first, second] = [await test.open(), await test.open()];
    first.periodicWarmer.set(SCHEDULE);
    await eventually(() => expect(first.periodicWarmer.state).toBe('warming'));
    second.periodicWarmer.set(SCHEDULE);
    await eventually(async () => expect(await cached(second)).toBe(2 * MINERS), LONG_MS);
    expect(await admin.pttl(await lockName())).toBeGreaterThan(0);
    expect(second.periodicWarmer.state).toBe('waiting');
    await first.close();
    await eventually(() => expect(second.periodicWarmer.state).toBe('warming'), LONG_MS);
    await eventually(() => expect(second.cache.metrics.counts('start').backgroundFetches).toBeGreaterThan(0), LONG_MS);
    expect(second.cache.metrics.counts('start').lookups).toBe(0);
  });

  it('takes over when the lock of a dead instance ends', async () => {
    const services = await test.open();
    services.periodicWarmer.set(SCHEDULE);
    const lock = await eventually(lockName);
    services.periodicWarmer.set(undefined);
    await eventually(async () => expect(await admin.exists(lock)).toBe(0));
    await admin.set(lock, 'held\nof the dead\n\n', 'PX', 2_000);
    services.periodicWarmer.set(SCHEDULE);
    await eventually(() => expect(services.periodicWarmer.state).toBe('waiting'));
    await eventually(() => expect(services.periodicWarmer.state).toBe('warming'), LONG_MS);
  });
});

import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/base/errors';
import { minerKey } from '../../../src/cache/keys';
import { StoreError } from '../../../src/cache/store';
import type { Miner } from '../../../src/fleet/miner';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';

const MINERS = 4;
const STATUSES = 'v1:cache:miner:*:status';

describe('a purge', () => {
  let test: TestFleet;
  let admin: Redis;
  let services: FleetServices;

  beforeEach(async () => {
    test = await startTestFleet({ miners: MINERS });
    admin = new Redis(test.redis.port, '127.0.0.1');
    services = await test.open();
    await services.warmer.warm(services.inventory.current.miners, ['status', 'stats']);
  });

  afterEach(async () => {
    admin.disconnect();
    await test.stop();
  });

  it('says first what would go, and changes nothing', async () => {
    const before = (await admin.keys('*')).sort();
    const preview = await services.keyPurge.preview(STATUSES);
    expect(preview).toMatchObject({ matched: MINERS, cancelled: false });
    expect(preview.sample).toContain(minerKey(services.inventory.current.miners[0]?.id ?? '', 'status'));
    expect((await admin.keys('*')).sort()).toEqual(before);
  });

  it('removes what matches and nothing else, and is told to all with the pattern', async () => {
    const other = await test.open();
    const told: unknown[] = [];
    other.cache.onDidChange((change) => told.push(change));
    await eventually(async () => expect(await admin.pubsub('NUMSUB', 'events:cache')).toEqual(['events:cache', 2]));
    await admin.set('mine', 'kept');
    expect(await services.keyPurge.purge(STATUSES)).toEqual({ removed: MINERS, cancelled: false });
    expect(await admin.keys(STATUSES)).toEqual([]);
    expect(await admin.keys('v1:cache:miner:*:stats')).toHaveLength(MINERS);
    expect(await admin.get('mine')).toBe('kept');
    const miner = services.inventory.current.miners[0] as Miner;
    await eventually(async () => expect((await services.reads.miner(miner, 'status')).origin).toBe('source'));
    await eventually(() =>
      expect(told).toContainEqual(expect.objectContaining({ patterns: [STATUSES], cause: 'they were purged' })),
    );
  });

  it('tells nobody when nothing matched, when it may not, and when Redis is away', async () => {
    const told: unknown[] = [];
    services.cache.onDidChange((change) => told.push(change));
    expect(await services.keyPurge.purge('v1:bench:*')).toEqual({ removed: 0, cancelled: false });
    for (const pattern of ['*', 'other:*', 'v1:instance:*', 'v1:events']) {
      await expect(services.keyPurge.purge(pattern), pattern).rejects.toThrow(ConfigurationError);
    }
    test.redis.kill();
    await eventually(() => expect(services.cache.storeHealth.state).toBe('down'));
    await expect(services.keyPurge.purge(STATUSES)).rejects.toThrow(StoreError);
    expect(told).toEqual([]);
  });
});

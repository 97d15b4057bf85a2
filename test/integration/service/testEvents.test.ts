import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minerKey } from '../../../src/cache/keys';
import { StoreError } from '../../../src/cache/store';
import type { Miner } from '../../../src/fleet/miner';
import { changeChannel } from '../../../src/service/changeMessages';
import type { LoggedEvent } from '../../../src/service/eventLog';
import type { FleetServices } from '../../../src/service/fleetServices';
import { statusChannel } from '../../../src/service/statusMessages';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';

describe('a test event', () => {
  let test: TestFleet;
  let admin: Redis;
  let services: FleetServices;
  let other: FleetServices;
  let miner: Miner;

  beforeEach(async () => {
    test = await startTestFleet({ miners: 2 });
    admin = new Redis(test.redis.port, '127.0.0.1');
    [services, other] = [await open(), await open()];
    miner = services.inventory.current.miners[0] as Miner;
    await eventually(async () => expect(await services.instances.list()).toHaveLength(2));
  });

  afterEach(async () => {
    admin.disconnect();
    await test.stop();
  });

  function open() {
    return test.open();
  }

  it.each(['status', 'config'] as const)('reaches who subscribes, and who follows the history: %s', async (kind) => {
    const channel = kind === 'status' ? statusChannel(miner.id) : changeChannel(miner.id);
    expect(await services.testEvents.publish(miner, kind)).toEqual({ channel, listeners: 0, instances: 2 });
    const subscriber = new Redis(test.redis.port, '127.0.0.1');
    const heard: string[] = [];
    subscriber.on('message', (_, text) => heard.push(text));
    await subscriber.subscribe(channel);
    const following = other.events.follow();
    const logged: LoggedEvent[] = [];
    other.events.onDidLog((events) => logged.push(...events));
    try {
      expect(await services.testEvents.publish(miner, kind)).toMatchObject({ listeners: 1 });
      await eventually(() => expect(heard).toHaveLength(1));
      expect(JSON.parse(heard[0] ?? '')).toMatchObject({
        minerId: miner.id,
        [kind === 'status' ? 'status' : 'change']: 'test',
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        by: services.instances.id,
      });
      await eventually(() =>
        expect(logged.map(({ text }) => text).join()).toContain(`of ${miner.id}: nothing happened`),
      );
      expect(logged.some((event) => event.heard !== undefined)).toBe(false);
    } finally {
      following.dispose();
      subscriber.disconnect();
    }
  });

  it('is never taken for the truth: it writes no entry, and voids what such an event voids', async () => {
    await services.warmer.warm([miner], ['status', 'config', 'details']);
    await services.monitor.refresh([miner]);
    const view = services.monitor.view(miner.id);
    const before = await admin.get(minerKey(miner.id, 'status'));
    await services.testEvents.publish(miner, 'status');
    expect(await admin.get(minerKey(miner.id, 'status'))).toBe(before);
    expect((await services.reads.inspect(miner, 'status')).state).toBe('void');
    expect((await services.reads.inspect(miner, 'config')).state).toBe('valid');
    await services.testEvents.publish(miner, 'config');
    expect((await services.reads.inspect(miner, 'config')).state).toBe('void');
    expect((await services.reads.inspect(miner, 'details')).state).toBe('valid');
    expect(services.monitor.view(miner.id)).toEqual(view);
    expect((await services.reads.miner(miner, 'status')).data.state).toBe('normal');
  });

  it('fails while Redis is away, and voids nothing then', async () => {
    const told: unknown[] = [];
    services.cache.onDidChange((change) => told.push(change));
    test.redis.kill();
    await eventually(() => expect(services.cache.storeHealth.state).toBe('down'));
    await expect(services.testEvents.publish(miner, 'status')).rejects.toThrow(StoreError);
    expect(told).toEqual([]);
  });
});

import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minerKey, POOL_URLS_KEY, summaryKey } from '../../../src/cache/keys';
import { StoreError } from '../../../src/cache/store';
import type { Miner } from '../../../src/fleet/miner';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';

describe('why an entry went', () => {
  let test: TestFleet;
  let admin: Redis;
  let services: FleetServices;
  let other: FleetServices;
  let miner: Miner;
  let key: string;

  beforeEach(async () => {
    test = await startTestFleet({ miners: 3 });
    admin = new Redis(test.redis.port, '127.0.0.1');
    [services, other] = [await open(), await open()];
    miner = services.inventory.current.miners[0] as Miner;
    key = minerKey(miner.id, 'details');
    await services.warmer.warm(services.inventory.current.miners, ['details']);
  });

  afterEach(async () => {
    admin.disconnect();
    await test.stop();
  });

  function open() {
    return test.open();
  }

  /** Events are recorded without waiting for it. */
  function explained(check: (story: Awaited<ReturnType<typeof services.entryHistory.explain>>) => void, of = key) {
    return eventually(async () => check(await services.entryHistory.explain(of)));
  }

  it('is nothing as long as it is there', async () => {
    const calls = test.fleet.callCount('GetMinerDetails');
    await explained(({ verdict, inspection, policy }) => {
      expect([verdict.cause, inspection.state, policy.ttlS]).toEqual(['there', 'valid', 300]);
    });
    expect(test.fleet.callCount('GetMinerDetails')).toBe(calls);
  });

  it.each([
    ['the miner', () => other.invalidator.invalidate({ type: 'miner', miner }, 'by hand'), 'was voided: by hand'],
    ['its tenant', () => other.invalidator.invalidate({ type: 'tenant', tenant: miner.tenant }, 'by hand'), 'by hand'],
    ['everything', () => other.invalidator.invalidate({ type: 'fleet' }, 'by hand'), 'Everything was voided: by hand'],
    ['an event', () => other.invalidator.noteEvent(miner, 'system'), 'miner:system:updated'],
    ['a pattern', () => other.patternInvalidator.invalidate(['v1:cache:miner:*:details'], 'by hand'), 'What matches'],
    ['a purge', () => other.keyPurge.purge(`v1:cache:miner:*`), 'they were purged'],
  ] as const)('is an invalidation of %s, through whichever instance', async (_, act, text) => {
    await act();
    await explained(({ verdict, inspection }) => {
      expect(['void', 'absent']).toContain(inspection.state);
      expect(verdict).toMatchObject({ cause: 'voided', event: { by: other.instances.id } });
      expect(verdict.event?.text).toContain(text);
    });
  });

  it('is not what happened to others, which is not shown either', async () => {
    const neighbour = services.inventory.current.miners[1] as Miner;
    await other.invalidator.invalidate({ type: 'miner', miner: neighbour }, 'of the neighbour');
    await other.invalidator.noteEvent(miner, 'config');
    await other.patternInvalidator.invalidate(['v1:cache:miner:*:pools'], 'of the pools');
    await other.writer.change(miner, { type: 'pause' });
    await admin.unlink(key);
    await explained(({ events, verdict }) => {
      const texts = events.map(({ text }) => text).join('\n');
      expect(texts).toContain('was paused');
      expect(texts).not.toMatch(/of the neighbour|config:updated|of the pools/);
      // A write voids all of its miner.
      expect(verdict.event?.text).toContain('miner:pause');
    });
  });

  it('is its time, when nothing else took it', async () => {
    await admin.unlink(key);
    await explained(({ verdict, evictions, events }) => {
      expect(verdict.cause).toBe('expired');
      expect(evictions).toMatchObject({ evictedKeys: 0, isLimited: false });
      expect(events.filter(({ kind }) => kind === 'invalidated')).toEqual([]);
    });
  });

  it('is known of summaries and figures as well, and of nothing that is no entry', async () => {
    await services.reads.summary('global');
    await services.reads.poolUrls();
    await eventually(async () => expect(await admin.exists(summaryKey('global'), POOL_URLS_KEY)).toBe(2));
    await other.invalidator.noteEvent(miner, 'config');
    for (const figure of [summaryKey('global'), POOL_URLS_KEY]) {
      await explained(({ verdict }) => expect(verdict.event?.text).toContain('miner:config:updated'), figure);
    }
    await expect(services.entryHistory.explain('v1:gen:all')).rejects.toThrow('is no entry');
  });

  it('is found in the whole history, however long it is', async () => {
    await other.invalidator.invalidate({ type: 'miner', miner }, 'long ago');
    await explained(({ events }) => expect(events.some(({ text }) => text.includes('long ago'))).toBe(true));
    const pipeline = admin.pipeline();
    const text = JSON.stringify({ minerId: 'another', status: 'normal', by: 'one' });
    for (let count = 0; count < 3_000; count++) {
      pipeline.xadd('v1:events', '*', 'kind', 'status', 'text', text);
    }
    await pipeline.exec();
    await explained(({ events }) => expect(events.some(({ text: each }) => each.includes('long ago'))).toBe(true));
  });

  it('cannot be told while Redis is away', async () => {
    test.redis.kill();
    await eventually(() => expect(services.cache.storeHealth.state).toBe('down'));
    await expect(services.entryHistory.explain(key)).rejects.toThrow(StoreError);
  });
});

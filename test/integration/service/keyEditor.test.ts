import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError, FleetCacheError } from '../../../src/base/errors';
import { FIRMWARE_VERSIONS_KEY, minerKey, POOL_URLS_KEY, summaryKey } from '../../../src/cache/keys';
import type { Miner } from '../../../src/fleet/miner';
import { MINER_KINDS } from '../../../src/fleet/minerData';
import type { FleetServices } from '../../../src/service/fleetServices';
import { ForeignKeyError } from '../../../src/service/keyEditor';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';

describe('KeyEditor and KeyReader', () => {
  let rig: TestFleet;
  let admin: Redis;
  let services: FleetServices;

  beforeEach(async () => {
    rig = await startTestFleet({ miners: 4, seed: 3, tenants: 2 });
    admin = new Redis(rig.redis.port, '127.0.0.1');
    services = await rig.open();
  });

  afterEach(async () => {
    admin.disconnect();
    await rig.stop();
  });

  const firstMiner = () => services.inventory.current.miners[0] as Miner;
  const statusKey = () => minerKey(firstMiner().id, 'status');

  async function cached(): Promise<string> {
    await services.reads.miner(firstMiner(), 'status');
    await eventually(async () => expect(await admin.exists(statusKey())).toBe(1));
    return statusKey();
  }

  it('changes when a key expires, and never has one stay', async () => {
    const key = await cached();
    const { keyEditor } = services;
    expect(await keyEditor.setTtl(key, 600_000)).toBe(true);
    expect(await admin.pttl(key)).toBeGreaterThan(500_000);
    expect(await keyEditor.setTtl('v1:cache:absent', 1_000)).toBe(false);
    for (const ttlMs of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e15]) {
      await expect(keyEditor.setTtl(key, ttlMs)).rejects.toBeInstanceOf(ConfigurationError);
    }
    expect(await admin.pttl(key)).toBeGreaterThan(500_000);
  });

  it('G5: leaves keys of others alone, unless that was allowed for this change', async () => {
    const { keyEditor } = services;
    await admin.set('foreign', 'value');
    await admin.set('v1', 'value');
    await admin.set('v1:bench:x', 'value');
    await expect(keyEditor.setTtl('foreign', 60_000)).rejects.toBeInstanceOf(ForeignKeyError);
    await expect(keyEditor.remove(['v1:bench:x', 'v1'])).rejects.toThrow("The key v1 is not Fleet Cache's own");
    expect(await admin.exists('foreign', 'v1', 'v1:bench:x')).toBe(3);
    expect(await admin.ttl('foreign')).toBe(-1);
    expect(await keyEditor.setTtl('foreign', 60_000, { allowForeign: true })).toBe(true);
    expect(await keyEditor.remove(['v1', 'foreign'], { allowForeign: true })).toEqual({ removed: 2, cancelled: false });
    expect(await keyEditor.remove(['v1:bench:x'])).toEqual({ removed: 1, cancelled: false });
  });

  it('removes many keys in steps, takes them from the tree, and stops when it is cancelled', async () => {
    const keys = Array.from({ length: 3_000 }, (_, index) => `v1:bench:x:${index}`);
    await admin.mset(keys.flatMap((key) => [key, 'value']));
    const { keyEditor, keyExplorer } = services;
    await keyExplorer.scan('');
    const controller = new AbortController();
    const steps: number[] = [];
    const options = {
      signal: controller.signal,
      onProgress: ({ done, removed }: { readonly done: number; readonly removed: number }) => {
        expect(done).toBe(removed);
        steps.push(removed);
        if (steps.length === 2) {
          controller.abort();
        }
      },
    };
    expect(await keyEditor.remove(keys, options)).toEqual({ removed: 1_000, cancelled: true });
    expect(keyExplorer.level('v1:bench:x:', { limit: 10 }).listed).toBe(2_000);
    expect(await keyEditor.remove([...keys, 'v1:bench:absent'])).toEqual({ removed: 2_000, cancelled: false });
    expect(keyExplorer.level('v1:', { limit: 10 }).namespaces.map(({ name }) => name)).not.toContain('bench');
  });

  it('refreshes an entry through the cache, and counts no lookup', async () => {
    const key = await cached();
    const before = JSON.parse((await admin.get(key)) ?? '');
    const lookups = services.cache.metrics.counts('start').lookups;
    const reading = await services.keyEditor.refresh(key);
    expect(reading).toMatchObject({ origin: 'source', fresh: true });
    await eventually(async () => {
      const after = JSON.parse((await admin.get(key)) ?? '');
      expect(after.at).toBeGreaterThan(before.at);
    });
    for (const figure of [summaryKey('global'), FIRMWARE_VERSIONS_KEY, POOL_URLS_KEY]) {
      expect((await services.keyEditor.refresh(figure)).origin).toBe('source');
    }
    expect(services.cache.metrics.counts('start').lookups).toBe(lookups);
  });

  it('fetches what the source gives past the cache, as entries have it, and writes nothing', async () => {
    const { keyEditor, keyReader, reads } = services;
    const miner = firstMiner();
    // What does not change by itself.
    const key = minerKey(miner.id, 'config');
    await reads.miner(miner, 'config');
    await eventually(async () => expect(await admin.exists(key)).toBe(1));
    const reading = await keyReader.read(key);
    expect(reading?.content).toEqual({ type: 'entry', data: await keyEditor.fetchFresh(key) });
    expect(reading?.key).toMatchObject({ freshness: 'fresh', minerId: miner.id });
    await admin.flushall();
    for (const kind of MINER_KINDS) {
      expect(await keyEditor.fetchFresh(minerKey(miner.id, kind))).toBeTypeOf('object');
    }
    expect(await keyEditor.fetchFresh(summaryKey('global'))).toMatchObject({ miners: 4 });
    expect(await keyEditor.fetchFresh(summaryKey(miner.tenant))).toMatchObject({ tenant: miner.tenant });
    expect(await keyEditor.fetchFresh(FIRMWARE_VERSIONS_KEY)).toBeTypeOf('object');
    expect(await keyEditor.fetchFresh(POOL_URLS_KEY)).toBeTypeOf('object');
    expect(await admin.keys('v1:cache:*')).toEqual([]);
    await expect(keyEditor.fetchFresh(summaryKey('global'), AbortSignal.abort())).rejects.toThrow('Cancelled');
  });

  it('says why something cannot be fetched', async () => {
    const { keyEditor } = services;
    const unknown = minerKey('nobody', 'status');
    expect(keyEditor.canFetch(statusKey())).toBe(true);
    for (const key of [unknown, 'v1:gen:all', 'foreign', '\xff', summaryKey('nobody')]) {
      expect(keyEditor.canFetch(key)).toBe(false);
      await expect(keyEditor.refresh(key)).rejects.toBeInstanceOf(FleetCacheError);
      await expect(keyEditor.fetchFresh(key)).rejects.toThrow('cannot be fetched');
    }
    await expect(keyEditor.refresh(unknown)).rejects.toThrow(
      'the inventory has no miner “nobody”. Add it to fleet.json.',
    );
  });

  it('reads entries as data, and anything else as what it is', async () => {
    const { keyReader } = services;
    await admin.set(minerKey('m', 'status'), '{"temperature":61}');
    expect((await keyReader.read(minerKey('m', 'status')))?.content).toMatchObject({
      type: 'value',
      value: { content: { type: 'string' } },
    });
    await admin.rpush('list', 'a', 'b');
    expect((await keyReader.read('list'))?.content).toMatchObject({
      type: 'value',
      value: { content: { type: 'list' }, length: 2 },
    });
    const key = await cached();
    const large = JSON.parse((await admin.get(key)) ?? '');
    await admin.set(key, JSON.stringify({ ...large, data: { text: 'é'.repeat(1_500_000) } }));
    expect((await keyReader.read(key))?.content).toEqual({ type: 'entry', data: { text: 'é'.repeat(1_500_000) } });
    await admin.set(key, JSON.stringify({ ...large, data: { text: 'x'.repeat(5_000_000) } }));
    expect((await keyReader.read(key))?.content).toMatchObject({ type: 'value' });
    expect(await keyReader.read('absent')).toBeUndefined();
  });
});

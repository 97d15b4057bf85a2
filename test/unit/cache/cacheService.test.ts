import { beforeEach, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/base/errors';
import { NO_LINK } from '../../../src/cache/coherenceLink';
import type { FlightLocks } from '../../../src/cache/flightLocks';
import { generationKeys, minerKey } from '../../../src/cache/keys';
import { DEFAULT_POLICIES } from '../../../src/cache/policy';
import { StoreError } from '../../../src/cache/store';
import { Deferred, Rig, turn } from './rig';

const INVALIDATION = { scopes: [generationKeys.miner('m1')], cause: 'test' };

const unreachable = () => Promise.reject(new StoreError('Nobody is there.'));
const NO_LOCKS: FlightLocks = {
  isInStepWithStore: true,
  claim: unreachable,
  renew: unreachable,
  release: unreachable,
  fail: unreachable,
};

describe('CacheService', () => {
  let rig: Rig;

  beforeEach(() => {
    rig = new Rig();
  });

  async function filled(...minerIds: string[]) {
    const one = rig.open('one');
    for (const minerId of minerIds) {
      await rig.ended(one.cache.getOrFetch(rig.request(minerId)));
      await turn();
    }
    rig.fetched.length = 0;
    rig.server.commands.length = 0;
    return one;
  }

  describe('getManyOrFetch', () => {
    it('asks the store once for what the first tier lacks, and the source for the rest, in the order asked', async () => {
      await filled('m1', 'm2');
      const { cache } = rig.open('two');
      await rig.ended(cache.getOrFetch(rig.request('m1')));
      rig.server.commands.length = 0;
      const results = await cache.getManyOrFetch(['m3', 'm2', 'm1'].map((minerId) => rig.request(minerId)));
      expect(results.map((result) => result.status === 'fulfilled' && result.value.origin)).toEqual([
        'source',
        'l2',
        'l1',
      ]);
      expect(rig.server.commands.filter((command) => command.startsWith('readMany'))).toEqual(['readMany 2']);
      expect(rig.fetched).toEqual(['m3']);
      expect(cache.metrics.counts('start')).toMatchObject({ lookups: 4, l1Hits: 1, l2Hits: 2, misses: 1, fetches: 1 });
    });

    it('fails none for the failure of another', async () => {
      const { cache } = rig.open('one');
      const failing = rig.request('m1', () => {
        throw new Error('m1 is away');
      });
      const results = await cache.getManyOrFetch([failing, rig.request('m2')]);
      expect(results).toMatchObject([
        { status: 'rejected', reason: { message: 'm1 is away' } },
        { status: 'fulfilled', value: { origin: 'source' } },
      ]);
    });

    it('fetches a key once that is asked for twice, and answers both', async () => {
      const { cache } = rig.open('one');
      const results = await cache.getManyOrFetch([rig.request(), rig.request(), rig.request('m2'), rig.request()]);
      expect([...rig.fetched].sort()).toEqual(['m1', 'm2']);
      expect(results.every(({ status }) => status === 'fulfilled')).toBe(true);
      expect(cache.metrics.counts('start')).toMatchObject({ lookups: 4, misses: 4, fetches: 2, coalesced: 2 });
    });

    it('fetches a key once that is to be refreshed twice, and answers both', async () => {
      const { cache } = await filled('m1');
      const results = await cache.getManyOrFetch([rig.request(), rig.request('m2'), rig.request()], { refresh: true });
      expect(rig.fetched).toEqual(['m1', 'm2']);
      expect(results).toMatchObject(Array(3).fill({ status: 'fulfilled', value: { origin: 'source' } }));
    });

    it('asks the store once more for each that it lacks, together with the lock', async () => {
      const { cache } = await filled('m1', 'm2');
      rig.clock.advance(DEFAULT_POLICIES['miner:status'].ttlS * 1000);
      await cache.getManyOrFetch([rig.request('m1'), rig.request('m2')]);
      const commands = rig.server.commands.map((command) => command.replace(/ .*/, ''));
      expect(commands.filter((command) => command === 'read' || command === 'claim')).toEqual([
        'claim',
        'read',
        'claim',
        'read',
      ]);
    });

    it('does not fetch what another has fetched between its look and its turn', async () => {
      const { cache } = rig.open('one');
      const held = new Deferred<unknown>();
      const batch = cache.getManyOrFetch([rig.request('m1', () => held.promise), rig.request('m2')], {
        concurrency: 1,
      });
      await turn();
      await rig.ended(rig.open('two').cache.getOrFetch(rig.request('m2')));
      held.resolve('data');
      expect(await rig.ended(batch)).toMatchObject({
        value: [{ value: { origin: 'source' } }, { value: { origin: 'l2' } }],
      });
      expect(rig.fetched).toEqual(['m1', 'm2']);
    });

    it('fails as a whole when it is cancelled, and fetches no more', async () => {
      const { cache } = rig.open('one');
      const controller = new AbortController();
      const held = new Deferred<void>();
      const requests = Array.from({ length: 200 }, (_, index) => rig.request(`m${index}`, () => held.promise));
      const reading = cache.getManyOrFetch(requests, { signal: controller.signal });
      await turn();
      await turn();
      controller.abort();
      await expect(reading).rejects.toBeInstanceOf(CancelledError);
      held.resolve();
      await turn();
      expect(rig.fetched.length).toBeLessThan(200);
      await expect(cache.getManyOrFetch(requests, { signal: controller.signal })).rejects.toBeInstanceOf(
        CancelledError,
      );
    });

    it('reads an empty batch without asking anybody', async () => {
      const { cache } = rig.open('one');
      expect(await cache.getManyOrFetch([])).toEqual([]);
      expect(rig.server.commands).toEqual([]);
    });
  });

  describe('warmMany', () => {
    it('asks the store once for what is there, and says of each what came of it', async () => {
      await filled('m1', 'm2');
      const { cache } = rig.open('two');
      const failing = rig.request('m4', () => Promise.reject(new Error('away')));
      const told: number[] = [];
      const requests = [rig.request('m1'), rig.request('m2'), rig.request('m3'), failing];
      const results = await cache.warmMany(requests, { onSettled: (position) => told.push(position) });
      expect(results).toMatchObject([
        { value: 'fresh' },
        { value: 'fresh' },
        { value: 'stored' },
        { reason: { message: 'away' } },
      ]);
      expect(told.sort()).toEqual([0, 1, 2, 3]);
      expect(rig.fetched).toEqual(['m3', 'm4']);
      expect(rig.server.commands.filter((command) => command === 'readMany 4')).toHaveLength(1);
      expect(await cache.peek(rig.request('m3'))).toMatchObject({ fresh: true });
      expect(cache.metrics.counts('start')).toMatchObject({ lookups: 0, backgroundFetches: 2 });
    });

    it('ends when it is cancelled', async () => {
      const { cache } = rig.open('one');
      const stop = new AbortController();
      const warming = cache.warmMany([rig.request('m1', () => new Promise(() => {}))], { signal: stop.signal });
      await turn();
      stop.abort();
      await expect(warming).rejects.toBeInstanceOf(CancelledError);
    });
  });

  describe('peek', () => {
    it('gives what is there and fresh from either tier, and neither fetches nor counts', async () => {
      const { cache } = await filled('m1');
      expect(await cache.peek(rig.request('m2'))).toBeUndefined();
      expect(await cache.peek(rig.request('m1'))).toMatchObject({ origin: 'l2' });
      expect(await cache.peek(rig.request('m1'))).toMatchObject({ origin: 'l1' });
      rig.clock.advance(10_000);
      expect(await cache.peek(rig.request('m1'))).toBeUndefined();
      expect(rig.fetched).toEqual([]);
      expect(cache.metrics.counts('start').lookups).toBe(1);
    });
  });

  describe('refresh ahead', () => {
    /** XFetch is due whenever it is asked. */
    const random = () => 0.9999999;

    it('is done in the background, and makes no reader wait', async () => {
      const one = rig.open('one', { random });
      const slow = rig.request('m1', async (call) => {
        await new Promise<void>((resolve) => rig.clock.setTimeout(resolve, 800));
        return { call };
      });
      await rig.ended(one.cache.getOrFetch(slow));
      await turn();
      await rig.ended(one.cache.peek(slow));
      rig.clock.advance(2_000);
      // Neither of them passes any time.
      expect(await one.cache.getOrFetch(slow)).toMatchObject({ data: { call: 1 }, origin: 'l1' });
      await turn();
      expect(rig.fetched).toHaveLength(2);
      expect(await one.cache.getOrFetch(slow)).toMatchObject({ data: { call: 1 }, origin: 'l1' });
      await rig.pass(800);
      expect((await one.cache.getOrFetch(slow)).data).toEqual({ call: 2 });
      expect(one.cache.metrics.counts('start')).toMatchObject({ fetches: 1, backgroundFetches: 1, l1Hits: 2 });
    });

    it('is done once, however many instances find it due', async () => {
      const instances = ['one', 'two', 'three'].map((name) => rig.open(name, { random }));
      const held = new Deferred<void>();
      const slow = rig.request('m1', async (call) => {
        await new Promise<void>((resolve) => rig.clock.setTimeout(resolve, 800));
        return call === 1 ? { call } : held.promise;
      });
      await rig.ended((instances[0] as (typeof instances)[0]).cache.getOrFetch(slow));
      await turn();
      rig.clock.advance(2_000);
      for (let round = 0; round < 3; round++) {
        await Promise.all(instances.map(({ cache }) => cache.getOrFetch(slow)));
        await turn();
      }
      expect(rig.fetched).toHaveLength(2);
    });

    it('leaves the entry as it is when the source fails', async () => {
      const one = rig.open('one', { random });
      const slow = rig.request('m1', async (call) => {
        await new Promise<void>((resolve) => rig.clock.setTimeout(resolve, 800));
        if (call > 1) {
          throw new Error('away');
        }
        return { call };
      });
      await rig.ended(one.cache.getOrFetch(slow));
      rig.clock.advance(2_000);
      expect((await rig.ended(one.cache.getOrFetch(slow))).status).toBe('fulfilled');
      await rig.pass(1_000);
      expect((await one.cache.getOrFetch(slow)).data).toEqual({ call: 1 });
    });
  });

  describe('errors of the source', () => {
    const away = () => {
      throw new Error('away');
    };

    it('stand for a second, in all instances, and then the source is asked again', async () => {
      const instances = [rig.open('one').cache, rig.open('two').cache];
      for (const cache of instances) {
        expect(await rig.ended(cache.getOrFetch(rig.request('m1', away)))).toMatchObject({
          reason: { message: 'away' },
        });
        await turn();
      }
      expect(rig.fetched).toHaveLength(1);
      rig.clock.advance(1_000);
      await rig.ended((instances[1] as (typeof instances)[0]).getOrFetch(rig.request('m1', away)));
      expect(rig.fetched).toHaveLength(2);
    });

    it('stand for a second in one instance without locks, too', async () => {
      const { cache } = rig.open('one', { locks: NO_LOCKS });
      await rig.ended(cache.getOrFetch(rig.request('m1', away)));
      rig.clock.advance(999);
      await rig.ended(cache.getOrFetch(rig.request('m1', away)));
      expect(rig.fetched).toHaveLength(1);
      rig.clock.advance(1);
      await rig.ended(cache.getOrFetch(rig.request('m1', away)));
      expect(rig.fetched).toHaveLength(2);
    });

    it('travel between instances as the request has it', async () => {
      const errors = { encode: () => 'code 14', decode: (text: string) => new RangeError(text) };
      const one = rig.open('one').cache;
      const two = rig.open('two').cache;
      await rig.ended(one.getOrFetch({ ...rig.request('m1', away), errors }));
      await turn();
      const told = await rig.ended(two.getOrFetch({ ...rig.request('m1', away), errors }));
      expect(told).toMatchObject({ reason: expect.any(RangeError) });
      expect(told).toMatchObject({ reason: { message: 'code 14' } });
    });

    it('mean nothing any more after an invalidation', async () => {
      const { cache } = rig.open('one');
      await rig.ended(cache.getOrFetch(rig.request('m1', away)));
      await turn();
      await cache.invalidate(INVALIDATION);
      expect(await rig.ended(cache.getOrFetch(rig.request('m1')))).toMatchObject({ status: 'fulfilled' });
    });

    it('are answered with the stale value, labelled, within the grace and no longer', async () => {
      const { cache } = await filled('m1');
      const { graceS, ttlS } = DEFAULT_POLICIES['miner:status'];
      const fetchedAt = rig.clock.now();
      rig.clock.advance(ttlS * 1000);
      const stale = await rig.ended(cache.getOrFetch(rig.request('m1', away)));
      expect(stale).toMatchObject({
        value: { origin: 'stale', fresh: false, fetchedAt, failure: { message: 'away' } },
      });
      rig.clock.advance(graceS * 1000 - 1);
      expect(await rig.ended(cache.getOrFetch(rig.request('m1', away)))).toMatchObject({ value: { origin: 'stale' } });
      rig.clock.advance(1_000);
      expect(await rig.ended(cache.getOrFetch(rig.request('m1', away)))).toMatchObject({ status: 'rejected' });
      expect(cache.metrics.counts('start')).toMatchObject({ staleHits: 2, staleFetches: 2, fetches: 2 });
    });

    it('are answered with a stale value that none of those who wait can spoil for the others', async () => {
      const { cache } = await filled('m1');
      rig.clock.advance(DEFAULT_POLICIES['miner:status'].ttlS * 1000);
      const reads = [1, 2].map(() => cache.getOrFetch(rig.request('m1', away)));
      const [first] = await Promise.all(reads);
      expect(first?.origin).toBe('stale');
      expect(Object.isFrozen(first?.data)).toBe(true);
    });

    it('are told to who refreshes, whatever is there', async () => {
      const { cache } = await filled('m1');
      const refreshed = await rig.ended(cache.getOrFetch(rig.request('m1', away), { refresh: true }));
      expect(refreshed).toMatchObject({ reason: { message: 'away' } });
    });
  });

  describe('NO_CACHE', () => {
    const policies = {
      ...DEFAULT_POLICIES,
      'miner:status': { ...DEFAULT_POLICIES['miner:status'], strategy: 'NO_CACHE' },
    } as const;

    it('always reads the source, and leaves nothing', async () => {
      const { cache } = rig.open('one', { policies });
      await cache.getOrFetch(rig.request());
      await cache.getManyOrFetch([rig.request()]);
      await cache.getOrFetch(rig.request(), { background: true });
      expect(rig.fetched).toHaveLength(3);
      expect(rig.server.keys()).toEqual([]);
      expect(cache.metrics.counts('start')).toMatchObject({ lookups: 2, bypasses: 2, misses: 0, backgroundFetches: 1 });
    });

    it('is neither warmed nor written, and what another stored is not looked at', async () => {
      await filled('m1');
      const { cache } = rig.open('two', { policies });
      expect(await cache.warm(rig.request('m2'))).toBe('notStored');
      expect(await cache.peek(rig.request('m1'))).toBeUndefined();
      expect(rig.fetched).toEqual([]);
      const scopes = [generationKeys.miner('m2')];
      const written = await cache.write(rig.request('m2'), { scopes, cause: 'test', apply: async () => 'new' });
      expect(written).toMatchObject({ data: 'new', origin: 'source' });
      expect(rig.server.keys()).not.toContain(rig.request('m2').key);
    });
  });

  it('G2: keeps nothing under a generation that changed while the store was asked', async () => {
    const { cache } = await filled('m1');
    let reply = new Deferred<void>();
    let isHeld = true;
    const slow = rig.server.openStore();
    const read = slow.read.bind(slow);
    slow.read = async (key, scopes) => {
      const stored = await read(key, scopes);
      if (isHeld) {
        await reply.promise;
      }
      return stored;
    };
    const other = rig.open('two', { store: slow }).cache;
    // 1. Another instance asks, and the server answers.
    const overtaken = other.getOrFetch(rig.request('m1'));
    await turn();
    // 2. The entry is voided, and the link tells of it before the answer comes.
    await cache.invalidate(INVALIDATION);
    await turn();
    isHeld = false;
    reply.resolve();
    reply = new Deferred();
    expect(await rig.ended(overtaken)).toMatchObject({ value: { data: { call: 1 } } });
    // 3. What came late is not to be believed by the next reader.
    expect(await rig.ended(other.getOrFetch(rig.request('m1', () => 'new')))).toMatchObject({ value: { data: 'new' } });
  });

  it('G2: a reader does not join a flight that another instance has overtaken', async () => {
    const { cache } = rig.open('one');
    const other = rig.open('two').cache;
    const held = new Deferred<string>();
    const early = cache.getOrFetch(rig.request('m1', () => held.promise));
    await turn();
    await turn();
    await other.invalidate(INVALIDATION);
    await turn();
    const late = await rig.ended(cache.getOrFetch(rig.request('m1', () => 'new')));
    expect(late).toMatchObject({ value: { data: 'new' } });
    held.resolve('old');
    expect((await early).data).toBe('old');
    await turn();
    expect(await rig.ended(other.getOrFetch(rig.request('m1', () => 'newer')))).not.toMatchObject({
      value: { data: 'old' },
    });
  });

  it('G2: without a link, nobody joins a flight that is a second old', async () => {
    const { cache } = rig.open('one', { link: NO_LINK });
    const other = rig.open('two').cache;
    const held = new Deferred<string>();
    const early = cache.getOrFetch(rig.request('m1', () => held.promise));
    await turn();
    await other.invalidate(INVALIDATION);
    rig.clock.advance(1_001);
    await turn();
    const late = await rig.ended(cache.getOrFetch(rig.request('m1', () => 'new')));
    expect(late).toMatchObject({ value: { data: 'new' } });
    held.resolve('old');
    await early;
  });

  it('G6: says of a value written through when the source was written, not when the store was', async () => {
    const { cache, store } = rig.open('one');
    const bump = store.bump.bind(store);
    store.bump = async (scopes) => {
      rig.clock.advance(300);
      return bump(scopes);
    };
    const writtenAt = rig.clock.now();
    const reading = await cache.write(rig.request('m1'), { ...INVALIDATION, apply: async () => 'new' });
    expect(reading).toMatchObject({ data: 'new', fetchedAt: writtenAt });
    expect(await cache.peek(rig.request('m1'))).toMatchObject({ data: 'new', fetchedAt: writtenAt });
  });

  it('tells other instances why entries went, and is not told of its own', async () => {
    const one = rig.open('one').cache;
    const two = rig.open('two').cache;
    const told: unknown[] = [];
    two.onDidChange((change) => told.push(change));
    await one.invalidate(INVALIDATION);
    await turn();
    expect(told).toMatchObject([{ type: 'invalidated', by: 'one', cause: 'test' }]);
    await two.invalidate({ ...INVALIDATION, cause: 'own' });
    await turn();
    expect(told).toHaveLength(2);
  });

  it('removes what is no entry, and leaves what a later version wrote', async () => {
    const { cache } = rig.open('one');
    rig.server.set(minerKey('m1', 'status'), 'garbage', 60_000);
    rig.server.set(minerKey('m2', 'status'), '{"v":2,"data":1,"gen":[]}', 60_000);
    expect((await cache.getOrFetch(rig.request('m1'))).origin).toBe('source');
    expect((await cache.getOrFetch(rig.request('m2'))).origin).toBe('source');
    await turn();
    expect(rig.server.get(minerKey('m2', 'status'))).toBe('{"v":2,"data":1,"gen":[]}');
    expect(cache.metrics.counts('start').errors).toBe(1);
  });

  it('G7: knows the mean age of what it served from either tier, one by one and in batches, and what fetching cost', async () => {
    const { cache } = rig.open('one');
    const { metrics } = cache;
    const age = () => metrics.meanHitAgeMs('miner:status');
    const slow = {
      ...rig.request(),
      fetch: () => new Promise((resolve) => rig.clock.setTimeout(() => resolve({}), 40)),
    };
    await rig.ended(cache.getOrFetch(slow));
    expect([age(), metrics.meanFetchMs('miner:status')]).toEqual([undefined, 40]);
    rig.clock.advance(1_000);
    await rig.ended(cache.getOrFetch(slow));
    expect([age(), metrics.counts('start').l2Hits]).toEqual([1_000, 1]);
    rig.clock.advance(2_000);
    await rig.ended(cache.getManyOrFetch([slow]));
    expect([age(), metrics.counts('start').lookups]).toEqual([2_000, 3]);
    await rig.ended(cache.getOrFetch(slow));
    await rig.ended(cache.getOrFetch(slow, { background: true }));
    const { l1Hits, l2Hits } = metrics.counts('start');
    expect([age(), l1Hits + l2Hits]).toEqual([(1_000 + 3_000 + 3_000) / 3, 3]);
  });
});

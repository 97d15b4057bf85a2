import { beforeEach, describe, expect, it } from 'vitest';
import { Emitter } from '../../../src/base/emitter';
import type { EventBus } from '../../../src/cache/eventBus';
import type { FlightLocks } from '../../../src/cache/flightLocks';
import { generationKeys } from '../../../src/cache/keys';
import { type CacheStore, StoreError, type StoreHealth } from '../../../src/cache/store';
import { Deferred, Rig } from './rig';

type Calls = Pick<CacheStore, 'read' | 'readMany' | 'write' | 'remove' | 'bump'>;

const TIMEOUT_MS = 500;

function storeOf(calls: Calls): CacheStore {
  const changes = new Emitter<StoreHealth>();
  return {
    ...calls,
    commandTimeoutMs: TIMEOUT_MS,
    health: { state: 'up' },
    onDidChangeHealth: changes.event,
    dispose() {},
  };
}

const fails = () => Promise.reject(new StoreError('redis://127.0.0.1:6379 is gone.'));

const FAILING = storeOf({ read: fails, readMany: fails, write: fails, remove: fails, bump: fails });

/** A store that says nonsense: texts of anything, generations by any number. */
function lying(text: string | undefined, generations: readonly number[]): CacheStore {
  return storeOf({
    read: async () => ({ text, generations }),
    readMany: async (keys) => ({ texts: keys.slice(1).map(() => text), generations }),
    write: async () => {},
    remove: async () => -1,
    bump: async () => [],
  });
}

function locksOf(claim: FlightLocks['claim']): FlightLocks {
  return { isInStepWithStore: false, claim, renew: async () => true, release: fails, fail: fails };
}

const MUTE_BUS: EventBus = {
  publish: fails,
  subscribe: () => ({ dispose() {} }),
  subscribePattern: () => ({ dispose() {} }),
  publishToShard: fails,
  subscribeToShard: () => ({ dispose() {} }),
  onDidMiss: () => ({ dispose() {} }),
  dispose() {},
};

const ENTRY = '{"v":1,"data":"from the store","at":1800000000000,"ttl":10,"cost":1,"by":"i","gen":[1,2,3,4]}';

describe('G3: no fault of the store, the locks or the bus fails a read or keeps it waiting', () => {
  let rig: Rig;

  beforeEach(() => {
    rig = new Rig();
  });

  async function expectServed(options: Parameters<Rig['open']>[1], withinMs = 0): Promise<void> {
    // The store is none that could give up a lock of theirs.
    const locks = Object.assign(rig.server.openLocks(), { isInStepWithStore: false });
    const { cache } = rig.open('one', { locks, ...options });
    const startedAt = rig.clock.now();
    for (let round = 0; round < 3; round++) {
      expect(await rig.ended(cache.getOrFetch(rig.request()))).toMatchObject({ status: 'fulfilled' });
      const batch = await rig.ended(cache.getManyOrFetch([rig.request('m2'), rig.request('m3')]));
      expect(batch).toMatchObject({ value: [{ status: 'fulfilled' }, { status: 'fulfilled' }] });
      expect((await rig.ended(cache.peek(rig.request()))).status).toBe('fulfilled');
      expect((await rig.ended(cache.warm(rig.request()))).status).toBe('fulfilled');
      const written = cache.write(rig.request(), {
        scopes: [generationKeys.miner('m1')],
        cause: 'test',
        apply: async () => 1,
      });
      expect(await rig.ended(written)).toMatchObject({ value: { data: 1 } });
      const voided = cache.invalidate({
        scopes: [generationKeys.miner('m1')],
        keys: [rig.request().key],
        cause: 'test',
      });
      expect((await rig.ended(voided)).status).toBe('fulfilled');
    }
    expect(rig.clock.now() - startedAt).toBeLessThanOrEqual(withinMs);
    cache.dispose();
  }

  it('a store that always fails', () => expectServed({ store: FAILING }));

  it('a store that always fails, and a bus', () => expectServed({ store: FAILING, bus: MUTE_BUS }));

  it('a store that answers nothing before its timeout', () => {
    const late = () =>
      new Promise<never>((_, reject) => rig.clock.setTimeout(() => reject(new StoreError('No answer.')), TIMEOUT_MS));
    const store = storeOf({ read: late, readMany: late, write: late, remove: late, bump: late });
    // Six calls a round, of which the write waits a second time, for its invalidation, and a third, for its entry.
    return expectServed({ store }, 3 * 8 * TIMEOUT_MS);
  });

  describe('a store that is only just in time', () => {
    const DELAY_MS = 300;

    function late<T>(give: () => T): Promise<T> {
      return new Promise((resolve) => rig.clock.setTimeout(() => resolve(give()), DELAY_MS));
    }

    function open(isInStepWithStore: boolean, claim: FlightLocks['claim']) {
      const generationsOf = (scopes: readonly string[]) => scopes.map(() => 1);
      const store = storeOf({
        read: (_, scopes) => late(() => ({ text: undefined, generations: generationsOf(scopes) })),
        readMany: (keys, scopes) =>
          late(() => ({ texts: keys.map(() => undefined), generations: generationsOf(scopes) })),
        write: () => late(() => undefined),
        remove: () => late(() => 0),
        bump: fails,
      });
      return rig.open('one', { store, locks: { ...locksOf(claim), isInStepWithStore } }).cache;
    }

    it.each([true, false])('costs a miss no more than one timeout (locks in step with it: %s)', async (isInStep) => {
      const cache = open(isInStep, () => late(() => ({ type: 'acquired' })));
      const startedAt = rig.clock.now();
      expect(await rig.ended(cache.getOrFetch(rig.request()))).toMatchObject({ status: 'fulfilled' });
      expect(rig.clock.now() - startedAt).toBeLessThanOrEqual(TIMEOUT_MS);
    });

    it.each([true, false])('costs a batch of many rounds no more (locks in step with it: %s)', async (isInStep) => {
      const cache = open(isInStep, () => late(() => ({ type: 'acquired' })));
      const startedAt = rig.clock.now();
      const requests = Array.from({ length: 1_000 }, (_, index) => rig.request(`m${index}`));
      await rig.ended(cache.getManyOrFetch(requests));
      expect(rig.fetched).toHaveLength(1_000);
      expect(rig.clock.now() - startedAt).toBeLessThanOrEqual(TIMEOUT_MS);
    });

    it('is not asked beyond that whether another has fetched', async () => {
      const cache = open(false, () => late(() => ({ type: 'held' })));
      const startedAt = rig.clock.now();
      expect(await rig.ended(cache.getOrFetch(rig.request()))).toMatchObject({ status: 'fulfilled' });
      expect(rig.clock.now() - startedAt).toBeLessThanOrEqual(TIMEOUT_MS + 25);
    });

    it('leaves no lock that it gave too late', async () => {
      const released: string[] = [];
      const cache = rig.open('one', {
        store: storeOf({
          read: (_, scopes) => late(() => ({ text: undefined, generations: scopes.map(() => 1) })),
          readMany: fails,
          write: async () => {},
          remove: fails,
          bump: fails,
        }),
        locks: {
          ...locksOf(() => late(() => ({ type: 'acquired' }))),
          release: async ({ lock }) => {
            released.push(lock);
          },
        },
      }).cache;
      await rig.ended(cache.getOrFetch(rig.request()));
      expect(released).toEqual([]);
      await rig.pass(DELAY_MS);
      expect(released).toHaveLength(1);
    });
  });

  it.each<[string, CacheStore]>([
    ['nothing', lying(undefined, [])],
    ['no generations', lying(ENTRY, [])],
    ['too few generations', lying(ENTRY, [1, 2])],
    ['too many generations', lying(ENTRY, [1, 2, 3, 4, 5, 6])],
    ['generations that are no numbers', lying(ENTRY, [Number.NaN, Number.NaN, Number.NaN, Number.NaN])],
    ['garbage', lying('\u0000\ud800{"v":1', [1, 2, 3, 4])],
    ['a foreign value', lying('{"state":"normal"}', [1, 2, 3, 4])],
    ['an entry of a later version', lying('{"v":9,"data":1,"gen":[]}', [1, 2, 3, 4])],
    ['an entry from the far future', lying(ENTRY.replace('1800000000000', '9e15'), [1, 2, 3, 4])],
    ['an entry without age', lying(ENTRY.replace('1800000000000', '"x"'), [1, 2, 3, 4])],
  ])('a store that gives %s', (_, store) =>
    expectServed({ store, link: rig.server.openLink(() => rig.clock.monotonic()) }),
  );

  it('locks that always fail', () => expectServed({ locks: locksOf(fails) }));

  it('locks that everybody gets', () => expectServed({ locks: locksOf(async () => ({ type: 'acquired' })) }));

  it('locks that somebody else always has', () =>
    // Each of the calls that miss waits its ten seconds.
    expectServed({ locks: locksOf(async () => ({ type: 'held' })) }, 3 * 5 * 10_200));

  it('locks that always tell of an error tell it to readers as the source’s', async () => {
    const { cache } = rig.open('one', { locks: locksOf(async () => ({ type: 'failed', error: 'away' })) });
    expect(await rig.ended(cache.getOrFetch(rig.request()))).toMatchObject({ reason: { message: 'away' } });
  });

  it('a bus that publishes nothing, and one that says anything', async () => {
    await expectServed({ bus: MUTE_BUS });
    const bus = rig.server.openBus();
    const { cache } = rig.open('two', { bus });
    const told: unknown[] = [];
    cache.onDidChange((change) => told.push(change));
    for (const text of ['', 'null', '{"type":"invalidated","scopes":[{}]}', '[[[[']) {
      await bus.publish('events:cache', text);
    }
    expect(told).toEqual([]);
  });

  it('a source that never answers keeps nobody who is cancelled', async () => {
    const { cache } = rig.open('one', { store: FAILING });
    const controller = new AbortController();
    const held = new Deferred<unknown>();
    const reading = cache.getOrFetch(
      rig.request('m1', () => held.promise),
      { signal: controller.signal },
    );
    controller.abort();
    expect(await rig.ended(reading)).toMatchObject({ status: 'rejected' });
  });
});

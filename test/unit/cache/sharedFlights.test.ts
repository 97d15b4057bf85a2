import { beforeEach, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/base/errors';
import { generationKeys } from '../../../src/cache/keys';
import { Deferred, Rig, turn } from './rig';

describe('flights across instances', () => {
  let rig: Rig;

  beforeEach(() => {
    rig = new Rig();
  });

  it('one fetches, the others wait for its entry, and the lock is gone afterwards', async () => {
    const caches = ['one', 'two', 'three'].map((name) => rig.open(name).cache);
    const held = new Deferred<string>();
    const reads = caches.map((cache) => cache.getOrFetch(rig.request('m1', () => held.promise)));
    await rig.pass(3_000);
    expect(rig.fetched).toHaveLength(1);
    held.resolve('data');
    const results = await rig.ended(Promise.all(reads));
    expect(results).toMatchObject({ value: [{ data: 'data' }, { data: 'data' }, { data: 'data' }] });
    expect(rig.fetched).toHaveLength(1);
    expect(rig.server.keys().filter((key) => key.startsWith('v1:lock:'))).toEqual([]);
    const counts = caches.map((cache) => cache.metrics.counts('start'));
    expect(counts.map(({ fetches }) => fetches).sort()).toEqual([0, 0, 1]);
    expect(counts.map(({ coalesced }) => coalesced).sort()).toEqual([0, 1, 1]);
  });

  it('a holder that died is taken over from when its lock expires', async () => {
    const dead = rig.open('dead', {
      // Its timers have stopped: nothing renews the lock.
      clock: {
        now: () => rig.clock.now(),
        monotonic: () => rig.clock.monotonic(),
        setTimeout: () => ({ dispose() {} }),
      },
    });
    void dead.cache.getOrFetch(rig.request('m1', () => new Promise(() => {})));
    await turn();
    const startedAt = rig.clock.now();
    const result = await rig.ended(rig.open('two').cache.getOrFetch(rig.request('m1', () => 'data')));
    expect(result).toMatchObject({ value: { data: 'data', origin: 'source' } });
    expect(rig.clock.now() - startedAt).toBeLessThanOrEqual(1_000);
  });

  it('a holder that lives keeps the lock for as long as its fetch takes', async () => {
    const held = new Deferred<string>();
    void rig.open('one').cache.getOrFetch(rig.request('m1', () => held.promise));
    await turn();
    const waiting = rig.open('two').cache.getOrFetch(rig.request('m1', () => 'other'));
    await rig.pass(8_000);
    held.resolve('data');
    expect(await rig.ended(waiting)).toMatchObject({ value: { data: 'data', origin: 'l2' } });
  });

  it('nobody waits for another for more than ten seconds', async () => {
    void rig.open('one').cache.getOrFetch(rig.request('m1', () => new Promise(() => {})));
    await turn();
    const startedAt = rig.clock.now();
    const result = await rig.ended(rig.open('two').cache.getOrFetch(rig.request('m1', () => 'data')));
    expect(result).toMatchObject({ value: { data: 'data', origin: 'source' } });
    expect(rig.clock.now() - startedAt).toBeLessThanOrEqual(10_200);
  });

  it('who waits gets the error of the one who fetches, and does not try again', async () => {
    const held = new Deferred<string>();
    const reads = ['one', 'two'].map((name) =>
      rig
        .open(name)
        .cache.getOrFetch(rig.request('m1', () => held.promise))
        .catch((error: Error) => error.message),
    );
    await rig.pass(500);
    held.reject(new Error('away'));
    expect(await rig.ended(Promise.all(reads))).toMatchObject({ value: ['away', 'away'] });
    expect(rig.fetched).toHaveLength(1);
  });

  it('who claims after an invalidation does not wait for one who began before it', async () => {
    const held = new Deferred<string>();
    const early = rig.open('one').cache.getOrFetch(rig.request('m1', () => held.promise));
    await turn();
    const two = rig.open('two').cache;
    await two.invalidate({ scopes: [generationKeys.miner('m1')], cause: 'test' });
    const startedAt = rig.clock.now();
    expect(await rig.ended(two.getOrFetch(rig.request('m1', () => 'new')))).toMatchObject({ value: { data: 'new' } });
    expect(rig.clock.now()).toBe(startedAt);
    held.resolve('old');
    await early;
    await turn();
    expect(await rig.ended(two.getOrFetch(rig.request('m1', () => 'newer')))).not.toMatchObject({
      value: { data: 'old' },
    });
  });

  it('who is cancelled leaves at once, and the others keep their flight', async () => {
    const one = rig.open('one').cache;
    const held = new Deferred<string>();
    const controller = new AbortController();
    const leaving = one.getOrFetch(
      rig.request('m1', () => held.promise),
      { signal: controller.signal },
    );
    const staying = one.getOrFetch(rig.request('m1', () => held.promise));
    await turn();
    controller.abort();
    await expect(leaving).rejects.toBeInstanceOf(CancelledError);
    held.resolve('data');
    expect((await staying).data).toBe('data');
    expect(rig.fetched).toHaveLength(1);
    expect(one.metrics.counts('start')).toMatchObject({ lookups: 1, fetches: 1 });
  });

  it('when the last one leaves, the fetch is cancelled and the lock given up', async () => {
    const controller = new AbortController();
    const request = rig.request();
    const leaving = rig.open('one').cache.getOrFetch(
      {
        ...request,
        fetch: (signal) =>
          new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new CancelledError()))),
      },
      { signal: controller.signal },
    );
    await turn();
    controller.abort();
    await expect(leaving).rejects.toBeInstanceOf(CancelledError);
    await turn();
    expect(rig.server.keys().filter((key) => key.startsWith('v1:lock:'))).toEqual([]);
    const startedAt = rig.clock.now();
    expect(await rig.ended(rig.open('two').cache.getOrFetch(request))).toMatchObject({ status: 'fulfilled' });
    expect(rig.clock.now()).toBe(startedAt);
  });

  it('who waits for another and is cancelled does not go on polling', async () => {
    void rig.open('one').cache.getOrFetch(rig.request('m1', () => new Promise(() => {})));
    await turn();
    const controller = new AbortController();
    const leaving = rig.open('two').cache.getOrFetch(rig.request(), { signal: controller.signal });
    await rig.pass(200);
    controller.abort();
    await expect(leaving).rejects.toBeInstanceOf(CancelledError);
    await rig.pass(200);
    rig.server.commands.length = 0;
    await rig.pass(200);
    expect(rig.server.commands.filter((command) => command.startsWith('claim'))).toEqual([]);
  });
});

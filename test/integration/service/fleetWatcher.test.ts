import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CacheChange } from '../../../src/cache/changeFeed';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { streamsStand } from '../../fixtures/streamsStand';

const MINERS = 12;
const LONG_MS = 30_000;

describe('a watched fleet', { timeout: 90_000 }, () => {
  let test: TestFleet;

  beforeEach(async () => {
    test = await startTestFleet({ miners: MINERS, tenants: 2 });
    for (const miner of test.fleet.miners) {
      miner.setState('normal');
    }
  });

  afterEach(() => test.stop());

  function soon<T>(check: () => T | Promise<T>): Promise<T> {
    return eventually(check, LONG_MS);
  }

  function open(options: Parameters<TestFleet['open']>[0] = {}): Promise<FleetServices> {
    return test.open(options);
  }

  /** Resolves when the instance has heard of each of its miners. */
  async function openWatching(options: Parameters<TestFleet['open']>[0] = {}, share = MINERS): Promise<FleetServices> {
    const services = await open({ watch: true, ...options });
    await eventually(() => expect(services.watcher?.watched.size).toBe(share), LONG_MS);
    return services;
  }

  function minerOf(services: FleetServices, index = 0) {
    const miner = services.inventory.current.miners[index];
    if (miner === undefined) {
      throw new Error(`the fleet has no miner ${index}`);
    }
    return miner;
  }

  it('has the new status in the cache, without asking the miner, and voids the summaries', async () => {
    const watching = await openWatching();
    const reading = await open();
    await streamsStand(test.fleet, LONG_MS);
    const miner = minerOf(watching);
    const simulated = test.fleet.miner(miner.id);
    await reading.reads.miner(miner, 'status');
    await reading.reads.summary('global');
    await soon(async () => expect((await reading.reads.summary('global')).origin).not.toBe('source'));
    const calls = simulated.callCount('GetMinerStatus');
    simulated.setState('paused');
    // Looked at without reading: who reads between the end of the former entry and the next one asks the miner.
    await soon(async () => {
      const { state, entry } = await reading.reads.inspect(miner, 'status');
      expect([state, entry?.data]).toEqual(['valid', { state: 'paused' }]);
    });
    const { data, origin } = await reading.reads.miner(miner, 'status');
    expect(data).toEqual({ state: 'paused' });
    expect(origin).toMatch(/^l[12]$/);
    expect(simulated.callCount('GetMinerStatus')).toBe(calls);
    await soon(async () => expect((await reading.reads.summary('global')).data.byState.paused).toBe(1));
    expect((await reading.reads.inspect(miner, 'status')).entry?.by).toContain(String(process.pid));
  });

  it('is shown as it is by a view that only listens to events', async () => {
    await openWatching();
    const looking = await open();
    await streamsStand(test.fleet, LONG_MS);
    const { miners } = looking.inventory.current;
    await looking.monitor.refresh(miners);
    const following = looking.followEvents();
    const stateOf = (index: number) => {
      const view = looking.monitor.view(minerOf(looking, index).id);
      return view.type === 'online' ? view.status.data.state : view.type;
    };
    test.fleet.miner(minerOf(looking, 0).id).setState('paused');
    await test.fleet.miner(minerOf(looking, 1).id).goOffline();
    await soon(() => expect([stateOf(0), stateOf(1), stateOf(2)]).toEqual(['paused', 'failed', 'normal']));
    following.dispose();
    test.fleet.miner(minerOf(looking, 2).id).setState('paused');
    // What is cached says so already; the view, which nobody looks at any more, does not.
    await soon(async () =>
      expect((await looking.reads.miner(minerOf(looking, 2), 'status')).data.state).toBe('paused'),
    );
    expect(stateOf(2)).toBe('normal');
    expect(looking.cache.metrics.counts('start').lookups).toBeGreaterThan(0);
  });

  it('says nothing of what has not changed, also when another instance takes over', async () => {
    const first = await openWatching();
    await streamsStand(test.fleet, LONG_MS);
    for (const miner of first.inventory.current.miners) {
      await first.reads.miner(miner, 'status');
    }
    const changes: CacheChange[] = [];
    const listening = await open();
    listening.cache.onDidChange((change) => changes.push(change));
    const calls = test.fleet.callCount('GetMinerStatus');
    await first.close();
    await openWatching();
    await soon(() => expect(test.fleet.callCount('GetMinerStatus')).toBe(calls + MINERS));
    test.fleet.miner(minerOf(listening).id).setState('paused');
    await soon(() => expect(changes).toHaveLength(1));
    expect(changes[0]).toMatchObject({ type: 'invalidated', cause: 'miner:status:updated' });
  });

  it('is heard of after a change that nobody saw', async () => {
    const first = await openWatching();
    await streamsStand(test.fleet, LONG_MS);
    const miner = minerOf(first);
    await first.reads.miner(miner, 'status');
    await first.close();
    test.fleet.miner(miner.id).setState('paused');
    const next = await openWatching();
    await soon(async () => expect((await next.reads.miner(miner, 'status')).data.state).toBe('paused'));
    expect((await next.reads.miner(miner, 'status')).origin).toMatch(/^l[12]$/);
  });

  it('is shared only with instances that list the same miners and watch', async () => {
    const inventoryPath = join(test.redis.directory, 'other.json');
    const miners = test.fleet.miners.slice(0, 4).map(({ miner }) => miner);
    await writeFile(inventoryPath, JSON.stringify({ miners }));
    const all = await openWatching();
    await open({ watch: false });
    const some = await open({ watch: true, inventoryPath });
    await soon(() => expect(some.instances.watchers?.size).toBe(2));
    await soon(() => {
      const [ours, theirs] = [all.watcher?.watched ?? new Set(), some.watcher?.watched ?? new Set()];
      expect([...ours, ...theirs].sort()).toEqual(test.fleet.miners.map(({ id }) => id).sort());
      expect([...theirs].every((id) => miners.some((miner) => miner.id === id))).toBe(true);
    });
    expect((await all.instances.list()).map(({ kind }) => kind)).toEqual(['server', 'server', 'server']);
  });

  it('follows the inventory', async () => {
    const watching = await openWatching();
    const miners = test.fleet.miners.slice(1).map(({ miner }) => miner);
    await writeFile(test.inventoryPath, JSON.stringify({ miners }));
    await watching.inventory.reload();
    expect(watching.watcher?.watched.size).toBe(MINERS - 1);
  });

  it('is watched again after a refused login as soon as a login is taken', async () => {
    let password = 'wrong';
    const watching = await openWatching({ credentials: { find: async () => ({ username: 'test', password }) } });
    await soon(() => expect(test.fleet.callCount('Login')).toBe(MINERS));
    password = 'test-password';
    await watching.monitor.refresh(watching.inventory.current.miners, { refresh: true });
    const miner = minerOf(watching);
    // A stream and a read each.
    await soon(() => expect(test.fleet.miner(miner.id).callCount('GetMinerStatus')).toBe(2));
    test.fleet.miner(miner.id).setState('paused');
    await soon(async () =>
      expect((await watching.reads.inspect(miner, 'status')).entry?.data).toEqual({ state: 'paused' }),
    );
  });

  it('is watched only after the first view was read', async () => {
    test.fleet.miners[1]?.setDelay(1_200);
    const watching = await open({ watch: true });
    await watching.monitor.refresh(watching.inventory.current.miners);
    const calls = () => test.fleet.miners.map((miner) => miner.callCount('GetMinerStatus'));
    expect(calls()).toEqual(Array(MINERS).fill(1));
    await soon(() => expect(calls()).toEqual(Array(MINERS).fill(2)));
  });

  it('G7: counts none of it as lookups', async () => {
    const watching = await openWatching();
    await streamsStand(test.fleet, LONG_MS);
    test.fleet.miner(minerOf(watching).id).setState('paused');
    await soon(async () =>
      expect((await watching.reads.inspect(minerOf(watching), 'status')).entry?.data).toEqual({ state: 'paused' }),
    );
    expect(watching.cache.metrics.counts('start')).toMatchObject({ lookups: 0, backgroundFetches: 0 });
  });

  it('G3: is watched on while Redis hangs, and what was missed is made good', async () => {
    const watching = await openWatching({ commandTimeoutMs: 2_000 });
    await streamsStand(test.fleet, LONG_MS);
    const miner = minerOf(watching);
    await watching.reads.miner(miner, 'status');
    test.redis.hang();
    test.fleet.miner(miner.id).setState('paused');
    await soon(async () => expect((await watching.reads.miner(miner, 'status')).data.state).toBe('paused'));
    test.redis.resume();
    const other = await open();
    await soon(async () => expect((await other.reads.miner(miner, 'status')).data.state).toBe('paused'));
    await soon(() => expect(watching.watcher?.watched.size).toBe(MINERS));
  });
});

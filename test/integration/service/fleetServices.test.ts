import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Miner } from '../../../src/fleet/miner';
import { SourceError } from '../../../src/fleet/minerSource';
import { minersInScope } from '../../../src/fleet/scope';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';

const MINERS = 12;

describe('the services on a simulated fleet', () => {
  let test: TestFleet;
  let services: FleetServices;

  beforeEach(async () => {
    test = await startTestFleet({ miners: MINERS, tenants: 3 });
    services = await test.open();
  });

  afterEach(() => test.stop());

  function miners() {
    return services.inventory.current.miners;
  }

  function miner(index = 0) {
    const found = miners()[index];
    if (found === undefined) {
      throw new Error(`the fleet has no miner ${index}`);
    }
    return found;
  }

  it('read a miner once for all instances', async () => {
    const other = await test.open();
    const first = await services.reads.miner(miner(), 'details');
    expect(first.origin).toBe('source');
    await eventually(async () => expect((await other.reads.miner(miner(), 'details')).origin).toBe('l2'));
    expect(test.fleet.miner(miner().id).callCount('GetMinerDetails')).toBeLessThanOrEqual(2);
  });

  it('summarise the fleet with offline miners counted as such, and cache the summary', async () => {
    await test.fleet.miner(miner().id).goOffline();
    const { data, origin } = await services.reads.summary('global');
    expect(origin).toBe('source');
    expect(data.miners).toBe(MINERS);
    expect(data.byState.offline).toBe(1);
    expect(data.reporting).toBe(MINERS - 1);
    expect(data.worst[0]).toEqual({ minerId: miner().id, reason: expect.stringContaining(miner().host) });
    expect(data.freshness).toMatchObject({ fresh: MINERS - 1, stale: 0, unknown: 1 });
    await eventually(async () => expect((await services.reads.summary('global')).origin).toBe('l2'));
    const tenant = miner().tenant;
    const ofTenant = miners().filter((each) => each.tenant === tenant);
    expect((await services.reads.summary(tenant)).data.miners).toBe(ofTenant.length);
  });

  it('void the summaries with a miner, but not its neighbours', async () => {
    await services.warmer.warm(miners(), ['status']);
    await services.reads.summary('global');
    await eventually(async () => expect((await services.reads.summary('global')).origin).toBe('l2'));
    await services.invalidator.invalidate({ type: 'miner', miner: miner(0) }, 'test');
    expect((await services.reads.summary('global')).origin).toBe('source');
    expect((await services.reads.miner(miner(1), 'status')).origin).toMatch(/^l[12]$/);
  });

  it('warm what is missing, leave what is fresh, and report failures by cause', async () => {
    await test.fleet.miner(miner(0).id).goOffline();
    const progress: number[] = [];
    const report = await services.warmer.warm(miners(), ['status', 'stats'], {
      onProgress: (done, total) => progress.push(done / total),
    });
    expect(report).toMatchObject({
      total: 2 * MINERS,
      warmed: 2 * MINERS - 2,
      notStored: 0,
      fresh: 0,
      failed: 2,
      cancelled: false,
    });
    const tasks = [
      { miner: miner(0), kind: 'status' },
      { miner: miner(0), kind: 'stats' },
    ];
    expect(report.failures).toEqual([{ cause: 'unreachable', tasks: expect.arrayContaining(tasks) }]);
    expect(progress).toHaveLength(2 * MINERS);
    expect(progress.at(-1)).toBe(1);
    const again = await services.warmer.warm(miners(), ['status', 'stats']);
    expect(again).toMatchObject({ warmed: 0, fresh: 2 * MINERS - 2, failed: 2 });
    expect(services.cache.metrics.counts('start').lookups).toBe(0);
  });

  it('try again at once what failed to be warmed, and nothing else', async () => {
    await test.fleet.miner(miner(0).id).goOffline();
    const report = await services.warmer.warm(miners(), ['status', 'stats']);
    expect(report.failed).toBe(2);
    // Long enough in vain for it to be left alone for a while, whoever else asks.
    await services.warmer.warm([miner(0)], ['status']);
    await test.fleet.miner(miner(0).id).goOnline();
    await eventually(async () => {
      const again = await services.warmer.retry(report);
      expect(again).toMatchObject({ total: 2, failed: 0, failures: [] });
      expect(again.warmed + again.fresh).toBe(2);
    });
    expect(await services.warmer.retry({ failures: [] })).toMatchObject({ total: 0, failed: 0, cancelled: false });
  });

  it('warm and void the miners with a tag, and no others', async () => {
    const tag = miner().tags[0] ?? '';
    const scope = { type: 'tag', tag } as const;
    const tagged = minersInScope(miners(), scope);
    const others = miners().filter(({ tags }) => !tags.includes(tag));
    expect([tagged.length, others.length].every((count) => count > 0)).toBe(true);
    await services.warmer.warm(miners(), ['details']);
    await services.reads.summary('global');
    expect(await services.invalidator.plan(scope)).toMatchObject({ miners: tagged.length });
    await services.invalidator.invalidate(scope, 'test');
    const states = async (of: readonly Miner[]) =>
      Promise.all(of.map(async (each) => (await services.reads.inspect(each, 'details')).state));
    expect(new Set(await states(tagged))).toEqual(new Set(['absent']));
    expect(new Set(await states(others))).toEqual(new Set(['valid']));
    expect((await services.reads.summary('global')).origin).toBe('source');
  });

  it('stop warming when cancelled', async () => {
    const cancellation = new AbortController();
    const report = await services.warmer.warm(miners(), ['status', 'stats', 'details'], {
      concurrency: 2,
      signal: cancellation.signal,
      onProgress: (done) => done === 5 && cancellation.abort(),
    });
    expect(report.cancelled).toBe(true);
    expect(report.warmed).toBeLessThan(10);
  });

  it('refuse to warm into a Redis that is down, with the reason, and keep what is to be invalidated', async () => {
    process.kill(test.redis.pid, 'SIGKILL');
    await eventually(() => expect(services.cache.storeHealth.state).toBe('down'));
    await expect(services.warmer.warm(miners(), ['status'])).rejects.toThrow(`127.0.0.1:${test.redis.port}`);
    expect(await services.invalidator.plan({ type: 'fleet' })).toMatchObject({ miners: MINERS, entries: undefined });
    expect(await services.invalidator.invalidate({ type: 'fleet' }, 'test')).toEqual({ deferred: true });
    expect((await services.reads.miner(miner(), 'status')).origin).toBe('source');
  });

  it('plan an invalidation by what is cached, and carry it out for every instance', async () => {
    await services.warmer.warm(miners(), ['status', 'stats']);
    const other = await test.open();
    const tenant = miner().tenant;
    const inTenant = miners().filter((each) => each.tenant === tenant).length;
    await eventually(async () =>
      expect(await services.invalidator.plan({ type: 'fleet' })).toMatchObject({ miners: MINERS, entries: 2 * MINERS }),
    );
    expect(await services.invalidator.plan({ type: 'tenant', tenant })).toMatchObject({ entries: 2 * inTenant });
    await services.invalidator.invalidate({ type: 'tenant', tenant }, 'test');
    expect(await services.invalidator.plan({ type: 'tenant', tenant })).toMatchObject({ entries: 0 });
    expect((await other.reads.miner(miner(), 'status')).origin).toBe('source');
    await services.invalidator.invalidate({ type: 'fleet' }, 'test');
    expect(await services.invalidator.plan({ type: 'fleet' })).toMatchObject({ entries: 0 });
  });

  it('show a miner that is down with the reason, never with its last figures', async () => {
    const { monitor } = services;
    await monitor.refresh(miners());
    expect(monitor.view(miner().id)).toMatchObject({ type: 'online', stats: { data: expect.any(Object) } });
    await test.fleet.miner(miner().id).goOffline();
    await monitor.refresh([miner()], { refresh: true });
    expect(monitor.view(miner().id)).toMatchObject({ type: 'failed', failure: 'unreachable' });
    await test.fleet.miner(miner().id).goOnline();
    await eventually(async () => {
      await monitor.refresh([miner()], { refresh: true });
      expect(monitor.view(miner().id).type).toBe('online');
    });
  });

  it('tell views of changes together, and only of miners that are listed', async () => {
    const told: ReadonlySet<string>[] = [];
    services.monitor.onDidChange((ids) => told.push(ids));
    await services.monitor.refresh(miners());
    // A miner whose figures come much later than its status is told of twice.
    const changed = told.flatMap((ids) => [...ids]);
    expect(new Set(changed)).toEqual(new Set(miners().map(({ id }) => id)));
    expect(told.length).toBeLessThan(changed.length);
  });

  it('try a refused login once, and again only when a person asks', async () => {
    const wrong = await test.open({ credentials: { find: async () => ({ username: 'test', password: 'wrong' }) } });
    const target = test.fleet.miner(miner().id);
    for (let round = 0; round < 5; round++) {
      await wrong.monitor.refresh([miner()]);
    }
    expect(wrong.monitor.view(miner().id)).toMatchObject({ type: 'failed', failure: 'login-refused' });
    expect(target.callCount('Login')).toBe(1);
    await wrong.monitor.refresh([miner()], { refresh: true });
    expect(target.callCount('Login')).toBe(2);
  });

  it('follow the inventory, and keep what they know of the miners that stay', async () => {
    await services.monitor.refresh(miners());
    const [first, second] = [miner(0), miner(1)];
    const inventory = JSON.parse(await readFile(test.inventoryPath, 'utf8'));
    inventory.miners.splice(0, 1);
    await writeFile(test.inventoryPath, JSON.stringify(inventory));
    await services.inventory.reload();
    expect(services.inventory.find(first.id)).toBeUndefined();
    expect(services.monitor.view(first.id)).toEqual({ type: 'unread' });
    expect(services.monitor.view(second.id).type).toBe('online');
  });

  it('take an edited address for another machine, and drop what was cached of the former one', async () => {
    await services.warmer.warm([miner(0), miner(1)], ['details']);
    const inventory = JSON.parse(await readFile(test.inventoryPath, 'utf8'));
    Object.assign(inventory.miners[0], { host: miner(1).host, port: miner(1).port });
    await writeFile(test.inventoryPath, JSON.stringify(inventory));
    await services.inventory.reload();
    await eventually(async () => {
      const [moved, same] = [await services.reads.inspectMiner(miner(0)), await services.reads.inspectMiner(miner(1))];
      expect(moved.get('details')?.state).toBe('absent');
      expect(same.get('details')?.state).toBe('valid');
    });
  });

  it('count a summary as one lookup', async () => {
    await services.reads.summary('global');
    expect(services.cache.metrics.counts('start')).toMatchObject({ lookups: 1, backgroundFetches: 3 * MINERS });
  });

  it('say nothing of an inventory that was read again and is the same', async () => {
    let changes = 0;
    services.inventory.onDidChange(() => changes++);
    await Promise.all([services.inventory.reload(), services.inventory.reload()]);
    expect(changes).toBe(0);
  });

  it('describe an inventory that is missing', async () => {
    await rm(test.inventoryPath);
    await services.inventory.reload();
    expect(services.inventory.current.miners).toEqual([]);
    expect(services.inventory.current.problems[0]?.message).toContain(
      `There is no fleet.json at ${test.inventoryPath}`,
    );
  });

  it('fail with the source’s own error where nothing is cached', async () => {
    await test.fleet.miner(miner().id).goOffline();
    await expect(services.reads.miner(miner(), 'stats')).rejects.toThrow(SourceError);
    expect(services.cache.metrics.counts('start')).toMatchObject({ lookups: 1, misses: 1, fetches: 1, errors: 1 });
  });
});

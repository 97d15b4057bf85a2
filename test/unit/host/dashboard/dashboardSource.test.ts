import { beforeEach, describe, expect, it } from 'vitest';
import { columnsOfSamples } from '../../../../src/host/dashboard/sampleColumns';
import type { HeardState, LoggedEvent } from '../../../../src/service/loggedEvents';
import { samplesOf } from '../../../../src/webview/sampleColumns';
import { Deferred, turn } from '../../cache/rig';
import { DashboardStand, eventOf, minerOf, sampleAt, TestPage } from './dashboardStand';

describe('the dashboard', () => {
  let stand: DashboardStand;

  beforeEach(() => {
    stand = new DashboardStand();
  });

  it('shows what the cache, the monitor, the history and Redis tell', async () => {
    stand.samples = [sampleAt(1_000, 100), sampleAt(6_000, 50)];
    stand.overview = async () => ({
      ratios: { hitRatio: { '1m': 0.9 }, sourceOffload: { '1m': 0.8 } },
      instances: 3,
      redis: { latencyMs: 0.4, memoryBytes: 1_000 },
    });
    await stand.readMiners();
    await stand.services.cache.getOrFetch(stand.rig.request());
    const { page } = await stand.openHydrated();
    const [snapshot] = page.snapshots;
    const { metrics } = stand.services.cache;
    expect(snapshot?.availability).toEqual({ state: 'running' });
    expect(snapshot?.head).toMatchObject({
      own: { hitRatio: { '5m': metrics.hitRatio('5m') }, sourceOffload: { start: metrics.sourceOffload('start') } },
      all: { hitRatio: { '1m': 0.9 } },
      lookupsPerSecond: 15,
      instances: 3,
      redis: { state: 'up', latencyMs: 0.4, memoryBytes: 1_000 },
      miners: { total: 3, online: 3, offline: 0 },
    });
    expect(
      samplesOf(page.snapshots[0]?.samples ?? columnsOfSamples([])).map(({ at, total }) => [at, total.lookups]),
    ).toEqual([
      [1_000, 100],
      [6_000, 50],
    ]);
    expect(snapshot?.samples.datasets).toHaveProperty(['miner:status', 'l1Hits'], [100, 50]);
    expect(snapshot?.miners[2]).toMatchObject({ id: 'm3', tenant: 'south', state: 'normal', powerW: 3_000, ttlS: 10 });
    expect(snapshot?.policies.find(({ dataset }) => dataset === 'miner:status')).toMatchObject({
      strategy: 'EPHEMERAL',
      ttlS: 10,
      lookups: metrics.counts('start', 'miner:status').lookups,
    });
  });

  it.each([
    [{ type: 'noFolder' }, 'No folder is open.'],
    [{ type: 'untrusted' }, 'not trusted'],
    [{ type: 'noInventory', path: '/fleet.json' }, 'no fleet.json'],
    [{ type: 'starting' }, 'starting'],
    [{ type: 'failed', reason: 'The address is wrong.' }, 'The address is wrong.'],
  ] as const)('says why there is nothing to show: %o', async (state, reason) => {
    const { page } = await stand.openHydrated();
    await stand.setState(state);
    await stand.rig.pass(100);
    expect(page.snapshots.at(-1)).toMatchObject({
      availability: { state: 'unavailable', reason: expect.stringContaining(reason) },
      miners: [],
      samples: { at: [] },
      events: [],
    });
    expect(stand.looking).toEqual({ fleet: 0, events: 0 });
    await stand.setState({ type: 'running', services: stand.services });
    await stand.rig.pass(100);
    expect(page.snapshots.at(-1)).toMatchObject({ availability: { state: 'running' }, miners: { length: 3 } });
    expect(stand.looking).toEqual({ fleet: 1, events: 1 });
  });

  it('G9: shows events of before and new ones without a double or a gap, in whichever order they are heard of', async () => {
    const history = new Deferred<readonly ReturnType<typeof eventOf>[]>();
    stand.recent = () => history.promise;
    const opening = stand.openHydrated();
    stand.logged.fire([eventOf(3), eventOf(4)]);
    // The history is read when it has the third already, and not yet the fourth.
    history.resolve([eventOf(1), eventOf(2), eventOf(3)]);
    const { page } = await opening;
    // And the follower is as late as it may be.
    stand.logged.fire([eventOf(2), eventOf(3)]);
    stand.logged.fire([eventOf(5, 'gap')]);
    await stand.rig.pass(100);
    const shown = [...(page.snapshots[0]?.events ?? []), ...page.updates.flatMap(({ events = [] }) => events)];
    expect(shown.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5].map((sequence) => eventOf(sequence).id));
    expect(shown.at(-1)?.kind).toBe('gap');
    expect(page.updates.flatMap(({ eventCounts }) => eventCounts ?? [])).toEqual([{ gap: 1 }]);
  });

  it('shows the state that an event tells of at once, until the miner was read anew', async () => {
    await stand.readMiners();
    const { page } = await stand.openHydrated();
    await stand.rig.pass(100);
    const view = stand.services.monitor.view('m1');
    const readAt = view.type === 'online' ? view.status.fetchedAt : Number.NaN;
    const heard = (state: HeardState['state'], at: number, sequence: number): LoggedEvent => {
      return { ...eventOf(sequence), at, heard: { state, ...(state === 'offline' ? { reason: 'no route' } : {}) } };
    };
    const told = async (...events: readonly LoggedEvent[]) => {
      stand.logged.fire(events);
      await stand.rig.pass(100);
      const { miners, minerStates } = page.updates.findLast(({ eventCounts }) => eventCounts !== undefined) ?? {};
      return { miners, minerStates };
    };
    expect(await told(heard('paused', readAt - 1, 1))).toEqual({ minerStates: { normal: ['m1'] } });
    expect(await told(heard('normal', readAt + 1, 2), heard('paused', readAt + 2, 3))).toEqual({
      minerStates: { paused: ['m1'] },
    });
    expect(await told(heard('offline', readAt + 3, 4))).toEqual({
      miners: [{ id: 'm1', tenant: 'north', state: 'offline', reason: 'no route' }],
    });
    expect(await told(heard('paused', readAt + 4, 5))).toMatchObject({
      miners: [{ id: 'm1', state: 'paused', powerW: 3_000, fetchedAt: readAt }],
    });
    await stand.readMiners();
    await stand.rig.pass(1_000);
    expect(page.updates.findLast(({ miners }) => miners !== undefined)?.miners).toContainEqual(
      expect.objectContaining({ id: 'm1', state: 'normal' }),
    );
  });

  it('tells of a miner in all, once, when it was read and heard of', async () => {
    await stand.readMiners();
    const { page } = await stand.openHydrated();
    await stand.rig.pass(100);
    const later = stand.clock.now() + 10_000;
    const taken = new Deferred<boolean>();
    page.take = () => taken.promise;
    stand.logged.fire([eventOf(1)]);
    await stand.rig.pass(100);
    stand.logged.fire([{ ...eventOf(2), at: later, heard: { state: 'paused' } }]);
    await stand.readMiners();
    await stand.rig.pass(1_000);
    taken.resolve(true);
    await stand.rig.pass(100);
    const { miners = [], minerStates } = page.updates.findLast((update) => update.miners !== undefined) ?? {};
    expect(miners.filter(({ id }) => id === 'm1')).toMatchObject([{ state: 'paused' }]);
    expect(minerStates).toBeUndefined();
  });

  it('shows what was read of a miner that does not answer, whatever an event tells of it', async () => {
    const { page } = await stand.openHydrated();
    stand.logged.fire([{ ...eventOf(1), heard: { state: 'normal' } }]);
    await stand.rig.pass(100);
    expect(page.updates.at(-1)).not.toHaveProperty('minerStates');
    expect(page.updates.flatMap(({ miners = [] }) => miners)).toEqual([]);
  });

  it('does not wait long for a history that does not come, and shows it when it does', async () => {
    const history = new Deferred<readonly ReturnType<typeof eventOf>[]>();
    stand.recent = () => history.promise;
    const { page } = await stand.openHydrated();
    await stand.rig.pass(499);
    expect(page.snapshots).toEqual([]);
    await stand.rig.pass(1);
    expect(page.snapshots.map(({ events }) => events.length)).toEqual([0]);
    stand.logged.fire([eventOf(9)]);
    history.resolve([eventOf(1)]);
    await stand.rig.pass(200);
    expect(page.snapshots.at(-1)?.events.map(({ id }) => id)).toEqual([eventOf(1).id, eventOf(9).id]);
  });

  it('does not take history that comes late for news', async () => {
    const { page } = await stand.openHydrated();
    await stand.rig.pass(100);
    const old = { ...eventOf(1), id: '1700000000000-0', at: 1_700_000_000_000 };
    stand.logged.fire([old, eventOf(2)]);
    await stand.rig.pass(100);
    expect(page.updates.filter(({ events }) => events !== undefined)).toEqual([]);
    expect(page.snapshots.at(-1)?.events.map(({ id }) => id)).toEqual([old.id, eventOf(2).id]);
    stand.logged.fire([eventOf(4)]);
    await stand.rig.pass(100);
    stand.logged.fire([eventOf(3)]);
    await stand.rig.pass(100);
    expect(page.updates.flatMap(({ events = [] }) => events.map(({ id }) => id))).toEqual([eventOf(4).id]);
    expect(page.snapshots.at(-1)?.events.map(({ id }) => id)).toEqual(
      [old, ...[2, 3, 4].map((n) => eventOf(n))].map(({ id }) => id),
    );
  });

  it('G3: shows the fleet and its own figures when Redis knows nothing, and recalls events when it is back', async () => {
    stand.recent = async () => {
      throw new Error('Redis is away.');
    };
    stand.overview = stand.recent as never;
    stand.store.notice({ state: 'down', reason: 'Redis at h:1 does not answer.' });
    const { page } = await stand.openHydrated();
    expect(page.snapshots[0]).toMatchObject({
      miners: { length: 3 },
      head: { redis: { state: 'down', reason: 'Redis at h:1 does not answer.' } },
    });
    expect(page.snapshots[0]?.head.all).toBeUndefined();
    stand.recent = async () => [eventOf(1)];
    stand.store.notice({ state: 'up' });
    await stand.rig.pass(100);
    expect(page.snapshots.at(-1)?.events).toHaveLength(1);
    expect(page.snapshots.at(-1)?.head.redis.state).toBe('up');
  });

  it('recalls events with the next round where Redis, which is up, answered too late', async () => {
    stand.recent = async () => {
      throw new Error('Redis did not answer within 500 ms.');
    };
    const { page } = await stand.openHydrated();
    expect(page.snapshots.at(-1)?.events).toEqual([]);
    let recalls = 0;
    stand.recent = async () => {
      recalls++;
      return [eventOf(1)];
    };
    await stand.rig.pass(5_100);
    expect(page.snapshots.at(-1)?.events).toHaveLength(1);
    await stand.rig.pass(15_000);
    expect(recalls).toBe(1);
  });

  it('tells of a lost Redis at once, and without figures that are not so any more', async () => {
    stand.overview = async () => ({ redis: { latencyMs: 1 } });
    const { page } = await stand.openHydrated();
    await stand.rig.pass(100);
    stand.store.notice({ state: 'down', reason: 'gone' });
    await turn();
    expect(page.updates.at(-1)?.head?.redis).toEqual({ state: 'down', reason: 'gone' });
  });

  it.each(['refusing-writes', 'refusing-reads'] as const)('tells of a Redis that is %s, and why', async (state) => {
    stand.overview = async () => ({ redis: { latencyMs: 1 } });
    const { page } = await stand.openHydrated();
    await stand.rig.pass(100);
    stand.store.notice({ state, reason: 'The user may not.' });
    await turn();
    expect(page.updates.at(-1)?.head?.redis).toEqual({ state, reason: 'The user may not.', latencyMs: 1 });
  });

  it('tells of miners that come, go or move, and of no others', async () => {
    const { page } = await stand.openHydrated();
    await stand.rig.pass(100);
    stand.miners = [minerOf('m1'), minerOf('m3', 'north'), minerOf('m4')];
    stand.inventoryChanges.fire({ miners: stand.miners, problems: [] });
    await stand.rig.pass(100);
    const update = page.updates.find(({ miners }) => miners !== undefined);
    expect(update?.removedMiners).toEqual(['m2']);
    expect(update?.miners).toEqual([
      { id: 'm3', tenant: 'north', state: 'unread' },
      { id: 'm4', tenant: 'north', state: 'unread' },
    ]);
  });

  it('asks Redis every five seconds, and not again before it has answered', async () => {
    const { page } = await stand.openHydrated();
    expect(stand.overviews).toBe(1);
    await stand.rig.pass(5_000);
    expect(stand.overviews).toBe(2);
    stand.overview = () => new Promise(() => {});
    await stand.rig.pass(30_000);
    expect(stand.overviews).toBe(3);
    expect(page.updates.every((update) => Object.keys(update).length > 1)).toBe(true);
  });

  it('sends a head only when it has changed', async () => {
    const { page } = await stand.openHydrated();
    await stand.rig.pass(4_000);
    expect(page.updates).toEqual([]);
    await stand.readMiners();
    await stand.rig.pass(2_000);
    expect(page.updates.filter(({ head }) => head !== undefined)).toHaveLength(1);
    expect(page.updates.findLast(({ head }) => head !== undefined)?.head?.miners.online).toBe(3);
  });

  it('reads temperatures for the tab, of miners that are online, every half minute and as no lookups', async () => {
    await stand.readMiners();
    const lookups = stand.services.cache.metrics.counts('start').lookups;
    const compact = new TestPage();
    stand.open(compact, 'compact');
    await stand.rig.pass(60_000);
    const cooling = () => stand.asked.filter((call) => call.endsWith(' cooling'));
    expect(cooling()).toEqual([]);
    const { page } = await stand.openHydrated();
    await stand.rig.pass(200);
    expect(cooling()).toEqual(['m1 cooling', 'm2 cooling', 'm3 cooling']);
    expect(page.updates.flatMap(({ miners = [] }) => miners).at(-1)).toMatchObject({ id: 'm3', temperatureC: 61 });
    stand.tempC = 70;
    await stand.rig.pass(30_000);
    expect(page.updates.flatMap(({ miners = [] }) => miners).at(-1)).toMatchObject({ id: 'm3', temperatureC: 70 });
    page.setVisible(false);
    const asked = cooling().length;
    await stand.rig.pass(120_000);
    expect(cooling()).toHaveLength(asked);
    expect(stand.services.cache.metrics.counts('start').lookups).toBe(lookups);
    compact.setVisible(false);
    expect(stand.clock.pending).toEqual([]);
  });

  it('sends each sample as it comes', async () => {
    const { page } = await stand.openHydrated();
    await stand.rig.pass(100);
    stand.sampled.fire({ ...sampleAt(11_000, 4), hitMs: 0.5, redisMemoryBytes: 7, redisWasDown: true });
    await turn();
    expect(page.updates.at(-1)?.samples).toEqual([
      expect.objectContaining({ at: 11_000, hitMs: 0.5, redisMemoryBytes: 7, redisWasDown: true }),
    ]);
    expect(page.updates.at(-1)?.samples?.[0]).not.toHaveProperty('missMs');
  });
});

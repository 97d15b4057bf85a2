import { beforeEach, describe, expect, it } from 'vitest';
import type { LoggedEvent } from '../../../../src/service/eventLog';
import { Deferred, turn } from '../../cache/rig';
import { DashboardStand, eventOf, minerOf, sampleAt, TestPage } from './dashboardStand';

const PACE_MS = 40;

describe('the channel to a page', () => {
  let stand: DashboardStand;

  beforeEach(() => {
    stand = new DashboardStand();
  });

  /** A hundred events in the time of each message. */
  async function pour(times: number): Promise<void> {
    for (let time = 0; time < times; time++) {
      stand.logged.fire(Array.from({ length: 100 }, (_, index) => eventOf(1 + time * 100 + index)));
      await stand.rig.pass(PACE_MS);
    }
  }

  it('says nothing before the page is ready, and then all there is', async () => {
    const page = new TestPage();
    stand.open(page);
    await stand.rig.pass(10_000);
    expect(page.messages).toEqual([]);
    page.say({ type: 'ready' });
    await turn();
    expect(page.messages).toEqual([{ type: 'snapshot', number: 1, snapshot: expect.anything() }]);
    expect(page.snapshots[0]?.miners.map(({ id }) => id)).toEqual(['m1', 'm2', 'm3']);
  });

  describe('of a large fleet', () => {
    beforeEach(() => {
      stand.miners = Array.from({ length: 400 }, (_, index) => minerOf(`m${index}`));
    });

    const typesOf = (page: TestPage) => page.messages.map(({ type }) => type);

    it('sends what the charts need at once, and the rest when that is drawn and Redis has answered', async () => {
      const recalled = new Deferred<readonly LoggedEvent[]>();
      stand.recent = () => recalled.promise;
      const page = new TestPage();
      page.draws = false;
      stand.open(page);
      page.say({ type: 'ready' });
      await turn();
      expect(page.messages).toEqual([{ type: 'snapshot', number: 1, snapshot: expect.anything() }]);
      expect(page.messages[0]).not.toHaveProperty('snapshot.miners');
      page.draws = true;
      page.sayDrawn();
      await turn();
      expect(typesOf(page)).toEqual(['snapshot']);
      recalled.resolve([eventOf(1)]);
      await turn();
      const rest = page.messages.flatMap((message) => (message.type === 'rest' ? [message.rest] : []));
      expect(rest[0]?.miners).toHaveLength(400);
      expect(rest[0]?.events.map(({ id }) => id)).toEqual([eventOf(1).id]);
    });

    it('loses nothing that happens between the two, and tells nothing of it twice', async () => {
      const page = new TestPage();
      page.draws = false;
      stand.open(page);
      page.say({ type: 'ready' });
      await turn();
      stand.logged.fire([eventOf(1), eventOf(2, 'fill')]);
      stand.sampled.fire(sampleAt(5_000));
      stand.powerW = 17;
      await stand.readMiners();
      page.draws = true;
      page.sayDrawn();
      await turn();
      await stand.rig.pass(PACE_MS);
      const [, rest, ...updates] = page.messages;
      expect(rest).toMatchObject({ type: 'rest', rest: { eventCounts: { status: 1, fill: 1 } } });
      expect(rest?.type === 'rest' && rest.rest.miners.find(({ id }) => id === 'm1')?.powerW).toBe(17);
      expect(rest?.type === 'rest' && rest.rest.events).toHaveLength(2);
      expect(updates).toEqual(page.messages.slice(2).filter(({ type }) => type === 'update'));
      expect(page.updates.flatMap(({ samples = [] }) => samples.map(({ at }) => at))).toEqual([5_000]);
      expect(page.updates.flatMap(({ eventCounts }) => eventCounts ?? [])).toEqual([]);
    });

    it('begins anew when all is another while the first part is drawn', async () => {
      const page = new TestPage();
      page.draws = false;
      stand.open(page);
      page.say({ type: 'ready' });
      await turn();
      await stand.setState({ type: 'starting' });
      page.draws = true;
      page.sayDrawn();
      await turn();
      await stand.rig.pass(PACE_MS);
      expect(typesOf(page)).toEqual(['snapshot', 'snapshot']);
      expect(page.snapshots[0]).toMatchObject({ availability: { state: 'unavailable' }, miners: [] });
    });

    it('sends all of it again, every event counted, when the rest was not taken', async () => {
      const page = new TestPage();
      page.take = async ({ type }) => type === 'snapshot';
      stand.open(page);
      page.say({ type: 'ready' });
      await turn();
      expect(typesOf(page)).toEqual(['snapshot', 'rest']);
      page.take = async () => true;
      stand.logged.fire([eventOf(1)]);
      await stand.rig.pass(1_000);
      expect(typesOf(page).slice(0, 4)).toEqual(['snapshot', 'rest', 'snapshot', 'rest']);
      expect(page.messages[3]).toMatchObject({ rest: { eventCounts: { status: 1 } } });
    });
  });

  it('asks and follows nothing while the page is hidden, and begins with all there is when it shows', async () => {
    const page = new TestPage();
    page.isVisible = false;
    stand.open(page);
    page.say({ type: 'ready' });
    await stand.rig.pass(60_000);
    expect(page.messages).toEqual([]);
    expect(stand.looking).toEqual({ fleet: 0, events: 0 });
    expect(stand.overviews).toBe(0);
    expect(stand.clock.pending).toEqual([]);
    page.setVisible(true);
    expect(stand.looking).toEqual({ fleet: 1, events: 1 });
    page.say({ type: 'ready' });
    await turn();
    expect(page.snapshots).toHaveLength(1);
    page.setVisible(false);
    const { overviews } = stand;
    stand.logged.fire([eventOf(1)]);
    await stand.readMiners();
    await stand.rig.pass(60_000);
    expect(page.messages).toHaveLength(1);
    expect(stand.looking).toEqual({ fleet: 0, events: 0 });
    expect(stand.overviews).toBe(overviews);
  });

  it('tells a page that was kept while it was hidden, and so does not say that it is ready again', async () => {
    const { page } = await stand.openHydrated();
    page.setVisible(false);
    page.setVisible(true);
    await stand.rig.pass(999);
    expect(page.snapshots).toHaveLength(1);
    await stand.rig.pass(1);
    expect(page.snapshots).toHaveLength(2);
  });

  it('follows the fleet once for two pages', async () => {
    const { page: first } = await stand.openHydrated();
    const { page: second, channel } = await stand.openHydrated();
    expect(stand.looking).toEqual({ fleet: 1, events: 1 });
    stand.logged.fire([eventOf(1)]);
    await stand.rig.pass(PACE_MS);
    expect(first.updates.at(-1)?.eventCounts).toEqual({ status: 1 });
    expect(second.updates.at(-1)?.eventCounts).toEqual({ status: 1 });
    channel.dispose();
    expect(stand.looking).toEqual({ fleet: 1, events: 1 });
    first.setVisible(false);
    expect(stand.looking).toEqual({ fleet: 0, events: 0 });
  });

  it('gathers changes: at most 25 messages a second, the last state of each miner, every event counted', async () => {
    const { page } = await stand.openHydrated();
    await stand.rig.pass(PACE_MS);
    const begun = page.messages.length;
    for (let step = 0; step < 100; step++) {
      stand.powerW = step;
      await stand.readMiners();
      stand.logged.fire([eventOf(2 * step), eventOf(2 * step + 1, 'fill')]);
      await stand.rig.pass(10);
    }
    await stand.rig.pass(PACE_MS);
    const updates = page.updates;
    expect(page.messages.length - begun).toBeLessThanOrEqual(27);
    expect(updates.reduce((sum, { eventCounts }) => sum + (eventCounts?.status ?? 0), 0)).toBe(100);
    expect(updates.reduce((sum, { eventCounts }) => sum + (eventCounts?.fill ?? 0), 0)).toBe(100);
    const shown = updates.flatMap(({ events = [] }) => events.map(({ id }) => id));
    expect(shown).toEqual(Array.from({ length: 200 }, (_, sequence) => eventOf(sequence).id));
    const last = updates.flatMap(({ miners = [] }) => miners).findLast(({ id }) => id === 'm1');
    expect(last).toMatchObject({ state: 'normal', powerW: 99 });
  });

  it('sends nothing before the page took what was sent last, and then one message with all that came', async () => {
    const { page } = await stand.openHydrated();
    const taken = new Deferred<boolean>();
    page.take = () => taken.promise;
    stand.logged.fire([eventOf(0)]);
    await stand.rig.pass(PACE_MS);
    const waiting = page.messages.length;
    await pour(20);
    expect(page.messages).toHaveLength(waiting);
    page.take = async () => true;
    taken.resolve(true);
    await turn();
    expect(page.messages).toHaveLength(waiting + 1);
    const update = page.updates.at(-1);
    expect(update?.eventCounts).toEqual({ status: 2_000 });
    expect(update?.events).toHaveLength(500);
    expect(update?.events?.at(-1)?.id).toBe(eventOf(2_000).id);
  });

  it('sends all there is again when a message was not taken', async () => {
    const { page } = await stand.openHydrated();
    page.take = async () => false;
    stand.logged.fire([eventOf(1)]);
    await stand.rig.pass(PACE_MS);
    page.take = async () => true;
    await stand.rig.pass(999);
    expect(page.snapshots).toHaveLength(1);
    await stand.rig.pass(1);
    expect(page.snapshots).toHaveLength(2);
    expect(page.snapshots[1]?.events.map(({ id }) => id)).toEqual([eventOf(1).id]);
  });

  it('sends nothing before the page has drawn what it took, and then one message with all that came', async () => {
    const { page } = await stand.openHydrated();
    await stand.rig.pass(PACE_MS);
    page.draws = false;
    stand.logged.fire([eventOf(0)]);
    await stand.rig.pass(PACE_MS);
    const waiting = page.messages.length;
    await pour(20);
    expect(page.messages).toHaveLength(waiting);
    page.sayDrawn(page.messages.at(-2));
    await stand.rig.pass(PACE_MS);
    expect(page.messages).toHaveLength(waiting);
    page.sayDrawn();
    await stand.rig.pass(PACE_MS);
    expect(page.messages).toHaveLength(waiting + 1);
    expect(page.updates.at(-1)?.eventCounts).toEqual({ status: 2_000 });
  });

  it('waits ten seconds for a page that does not draw, and tells it all there is a minute later, with all counts', async () => {
    const { page } = await stand.openHydrated();
    page.draws = false;
    stand.logged.fire([eventOf(1)]);
    await stand.rig.pass(PACE_MS);
    stand.logged.fire([eventOf(2)]);
    await stand.rig.pass(10_000);
    stand.logged.fire([eventOf(3, 'fill')]);
    await stand.rig.pass(59_000);
    expect(page.snapshots).toHaveLength(1);
    await stand.rig.pass(1_000);
    expect(page.snapshots).toHaveLength(2);
    expect(page.snapshots[1]).toMatchObject({ eventCounts: { status: 1, fill: 1 } });
    expect(page.snapshots[1]?.events).toHaveLength(3);
  });

  it('goes on at once with a page that draws late', async () => {
    const { page } = await stand.openHydrated();
    page.draws = false;
    stand.logged.fire([eventOf(1)]);
    await stand.rig.pass(PACE_MS + 15_000);
    const update = page.messages.at(-1);
    expect(update?.type).toBe('update');
    page.draws = true;
    page.sayDrawn(update);
    await stand.rig.pass(PACE_MS);
    expect(page.messages.at(-1)?.type).toBe('snapshot');
    stand.logged.fire([eventOf(2)]);
    await stand.rig.pass(PACE_MS);
    expect(page.updates.at(-1)?.eventCounts).toEqual({ status: 1 });
  });

  it('waits for nothing that a page was to draw which is loaded anew', async () => {
    const { page } = await stand.openHydrated();
    page.draws = false;
    stand.logged.fire([eventOf(1)]);
    await stand.rig.pass(PACE_MS);
    page.draws = true;
    page.say({ type: 'ready' });
    await stand.rig.pass(PACE_MS);
    expect(page.snapshots).toHaveLength(2);
    expect(page.snapshots[1]).not.toHaveProperty('eventCounts');
    stand.logged.fire([eventOf(2)]);
    await stand.rig.pass(PACE_MS);
    expect(page.updates.at(-1)?.events?.map(({ id }) => id)).toEqual([eventOf(2).id]);
  });

  it('tells once what there is to a page that is loaded anew while that is still got', async () => {
    const overview = new Deferred<{ redis: object }>();
    stand.overview = () => overview.promise;
    const page = new TestPage();
    stand.open(page);
    page.say({ type: 'ready' });
    await turn();
    page.say({ type: 'ready' });
    await turn();
    overview.resolve({ redis: {} });
    await stand.rig.pass(PACE_MS);
    expect(page.messages).toHaveLength(1);
  });

  it('is not misled by numbers that were never sent', async () => {
    const { page } = await stand.openHydrated();
    page.draws = false;
    stand.logged.fire([eventOf(1)]);
    await stand.rig.pass(PACE_MS);
    const waiting = page.messages.length;
    page.say({ type: 'drawn', number: 1_000_000 });
    page.say({ type: 'drawn', number: -1 });
    page.say({ type: 'drawn' });
    stand.logged.fire([eventOf(2)]);
    await stand.rig.pass(PACE_MS);
    expect(page.messages).toHaveLength(waiting);
  });

  it('does not wait for a page that went away with a message', async () => {
    const { page } = await stand.openHydrated();
    page.take = () => new Promise(() => {});
    stand.logged.fire([eventOf(1)]);
    await stand.rig.pass(PACE_MS);
    page.setVisible(false);
    page.take = async () => true;
    page.setVisible(true);
    page.say({ type: 'ready' });
    await stand.rig.pass(PACE_MS);
    expect(page.snapshots).toHaveLength(2);
  });

  it('begins anew when the page was loaded anew', async () => {
    const { page } = await stand.openHydrated();
    page.say({ type: 'ready' });
    await stand.rig.pass(PACE_MS);
    expect(page.snapshots).toHaveLength(2);
  });

  it('sends all there is in place of more than is gathered for a page that takes nothing', async () => {
    const { page } = await stand.openHydrated();
    const taken = new Deferred<boolean>();
    page.take = () => taken.promise;
    stand.logged.fire([eventOf(0)]);
    await stand.rig.pass(PACE_MS);
    for (let at = 0; at < 200; at++) {
      stand.sampled.fire(sampleAt(at));
    }
    page.take = async () => true;
    taken.resolve(true);
    await stand.rig.pass(PACE_MS);
    expect(page.messages.at(-1)?.type).toBe('snapshot');
  });

  it('answers each request once, by its id, and refuses with the reason', async () => {
    const { page } = await stand.openHydrated();
    page.say({ type: 'request', id: 7, request: { kind: 'revealMiner', minerId: 'm1' } });
    await turn();
    stand.handle = async () => {
      throw new Error('There is no such miner.');
    };
    page.say({ type: 'request', id: 8, request: { kind: 'openPanel' } });
    await turn();
    expect(stand.handled).toEqual([{ kind: 'revealMiner', minerId: 'm1' }, { kind: 'openPanel' }]);
    expect(page.messages.filter(({ type }) => type === 'answer' || type === 'refused')).toEqual([
      { type: 'answer', id: 7, answer: { kind: 'done' } },
      { type: 'refused', id: 8, reason: 'There is no such miner.' },
    ]);
  });

  it('refuses what it does not understand, passes over what cannot be answered, and takes only so much at a time', async () => {
    const { page } = await stand.openHydrated();
    page.say({ type: 'request', id: 1, request: { kind: 'runCommand', command: 'workbench.action.quit' } });
    page.say(null);
    page.say({ type: 'request', id: 'one', request: { kind: 'openPanel' } });
    await turn();
    expect(stand.handled).toEqual([]);
    expect(page.messages.filter(({ type }) => type === 'refused')).toEqual([
      { type: 'refused', id: 1, reason: expect.stringContaining('request.command') },
    ]);
    stand.handle = () => new Promise(() => {});
    for (let id = 100; id < 120; id++) {
      page.say({ type: 'request', id, request: { kind: 'openPanel' } });
    }
    await turn();
    expect(stand.handled).toHaveLength(16);
    expect(page.messages.filter(({ type }) => type === 'refused')).toHaveLength(5);
  });

  it('ends with all that it began', async () => {
    const { channel, page } = await stand.openHydrated();
    channel.dispose();
    stand.logged.fire([eventOf(1)]);
    stand.miners = [minerOf('m1')];
    stand.inventoryChanges.fire({ miners: stand.miners, problems: [] });
    page.say({ type: 'ready' });
    await stand.rig.pass(60_000);
    expect(page.messages).toHaveLength(1);
    expect(stand.clock.pending).toEqual([]);
    expect(stand.looking).toEqual({ fleet: 0, events: 0 });
  });
});

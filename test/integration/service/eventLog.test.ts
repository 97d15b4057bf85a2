import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Miner } from '../../../src/fleet/miner';
import type { LoggedEvent } from '../../../src/service/eventLog';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';

const KEY = 'v1:events';

describe('EventLog', () => {
  let test: TestFleet;
  let admin: Redis;
  let services: FleetServices;
  let other: FleetServices;
  let told: LoggedEvent[];

  beforeEach(async () => {
    test = await startTestFleet({ miners: 2 });
    admin = new Redis(test.redis.port, '127.0.0.1', { retryStrategy: () => 50 });
    admin.on('error', () => {});
    await open();
  });

  /** Two instances, in the place of those that there are. */
  async function open(commandTimeoutMs?: number): Promise<void> {
    const options = commandTimeoutMs === undefined ? {} : { commandTimeoutMs };
    [services, other] = await Promise.all([test.open(options), test.open(options)]);
    told = [];
    services.events.onDidLog((events) => told.push(...events));
  }

  afterEach(async () => {
    admin.disconnect();
    await test.stop();
  });

  const texts = () => told.map(({ text }) => text);
  const gaps = () => told.filter(({ kind }) => kind === 'gap');
  const invalidate = (cause: string, by = other) => by.invalidator.invalidate({ type: 'fleet' }, cause);
  const voided = (cause: string) => `Everything was voided: ${cause}`;

  function first(): Miner {
    return services.inventory.current.miners[0] as Miner;
  }

  /** No event was told twice, and each came behind the one before it. */
  function expectInOrder(): void {
    const numbers = told.map(({ id }) => id.split('-').map(Number));
    for (const [index, each] of numbers.entries()) {
      const before = numbers[index - 1];
      const differing = before?.findIndex((part, at) => part !== each[at]) ?? 0;
      if (before !== undefined) {
        expect(
          differing === -1 ? each.length > before.length : (each[differing] ?? -1) > (before[differing] ?? -1),
        ).toBe(true);
      }
    }
  }

  it('tells what happened before somebody looked, and then what happens, through any instance', async () => {
    await invalidate('before');
    await eventually(async () =>
      expect((await services.events.recent(10)).map(({ text }) => text)).toContain(voided('before')),
    );
    services.events.follow();
    expect((await services.events.recent(1)).map(({ text }) => text)).toEqual([voided('before')]);
    await invalidate('from another');
    await invalidate('from here', services);
    await other.writer.change(first(), { type: 'pause' });
    await eventually(() => {
      expect(texts()).toEqual(
        expect.arrayContaining([voided('from another'), voided('from here'), `${first().id} was paused`]),
      );
    });
    expect(told.find(({ kind }) => kind === 'config')).toMatchObject({
      minerId: first().id,
      tenant: first().tenant,
      by: other.instances.id,
    });
    expect(texts()).not.toContain(voided('before'));
    expectInOrder();
    expect(gaps()).toEqual([]);
  });

  it('tells when the cache is filled ahead, with what came of it, through any instance', async () => {
    services.events.follow();
    await services.events.recent(1);
    const { miners } = other.inventory.current;
    await other.warmer.warm(miners, ['config', 'pools']);
    await eventually(() => {
      const warmings = told.filter(({ kind }) => kind === 'warm');
      expect(warmings.map(({ text }) => text)).toEqual([
        'Warming began: 4 entries of config, pools',
        'Warming ended: 4 fetched, 0 fresh already, 0 failed',
      ]);
      expect(warmings.every(({ by }) => by === other.instances.id)).toBe(true);
    });
    // A periodic round that finds all of it fresh is no news; one that has to fetch is.
    await other.warmer.warm(miners, ['config', 'pools'], { origin: 'periodic' });
    await other.warmer.warm(miners, ['details'], { origin: 'periodic' });
    await eventually(() =>
      expect(texts().filter((text) => text.includes('periodic'))).toEqual([
        'A round of periodic warming ended: 2 fetched, 0 fresh already, 0 failed',
      ]),
    );
    expectInOrder();
  });

  it('tells how many entries this instance wrote, together for each dataset', async () => {
    services.events.follow();
    await services.monitor.refresh(services.inventory.current.miners);
    await eventually(() => {
      const counts = texts().map(
        (text) => /^(One|\d+) entr(?:y|ies) of miner:status w(?:as|ere) written$/.exec(text)?.[1],
      );
      const total = counts.reduce((sum, count) => sum + (count === 'One' ? 1 : Number(count ?? 0)), 0);
      expect(total).toBe(2);
    });
    expect(told.find(({ kind }) => kind === 'fill')).toMatchObject({ by: services.instances.id });
    expect(await admin.xlen(KEY)).toBe(0);
  });

  it('asks Redis nothing when nobody looks', async () => {
    const following = services.events.follow();
    await services.events.recent(1);
    following.dispose();
    await invalidate('unseen');
    await eventually(async () => expect(await admin.xlen(KEY)).toBeGreaterThan(0));
    const reads = async () =>
      /cmdstat_(?:xrange|xrevrange):calls=(\d+)/.exec(String(await admin.info('commandstats')))?.[1];
    const before = await reads();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await reads()).toBe(before);
    expect(told).toEqual([]);
  });

  it('G9: tells each of many events once, while they are recorded faster than they are read', async () => {
    services.events.follow();
    await services.events.recent(1);
    const text = (index: number) => JSON.stringify({ minerId: `m${index}`, status: 'normal', by: 'x' });
    for (let burst = 0; burst < 6; burst++) {
      const pipeline = admin.pipeline();
      for (let index = burst * 700; index < (burst + 1) * 700; index++) {
        pipeline.xadd(KEY, '*', 'kind', 'status', 'text', text(index));
      }
      await pipeline.exec();
    }
    const expected = Array.from({ length: 4_200 }, (_, index) => `m${index} is normal`);
    await eventually(() => expect(told).toHaveLength(4_200));
    expect(texts()).toEqual(expected);
    expectInOrder();
    expect((await services.events.recent(100_000)).map(({ text: each }) => each)).toEqual(expected.slice(-1_000));
  });

  it('G9: tells a gap once when the history was trimmed beyond what was seen, and none of its events twice', async () => {
    await invalidate('seen');
    await eventually(async () => expect(await admin.xlen(KEY)).toBe(2));
    services.events.follow();
    await services.events.recent(10);
    const transaction = admin.multi();
    for (const minerId of ['m1', 'm2', 'm3']) {
      transaction.xadd(KEY, '*', 'kind', 'status', 'text', JSON.stringify({ minerId, status: 'normal', by: 'x' }));
    }
    await transaction.xtrim(KEY, 'MAXLEN', 1).exec();
    await invalidate('after');
    await eventually(() => expect(texts()).toContain(voided('after')));
    expect(told.map(({ kind }) => kind)).toEqual(['gap', 'status', 'invalidated']);
    expect(told[1]?.minerId).toBe('m3');
    expectInOrder();
  });

  it('G9: tells a gap when Redis was killed and came back empty, and goes on', async () => {
    await invalidate('seen');
    services.events.follow();
    await eventually(async () => expect((await services.events.recent(9)).length + told.length).toBeGreaterThan(1));
    test.redis.kill();
    await eventually(() =>
      expect(
        gaps()
          .map(({ text }) => text)
          .join(),
      ).toContain('cannot be read'),
    );
    await test.redis.restart();
    await eventually(async () => {
      await invalidate('afterwards');
      expect(texts()).toContain(voided('afterwards'));
    });
    expect(
      gaps()
        .map(({ text }) => text)
        .join(),
    ).toContain('Redis lost its data');
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
  });

  it('G9: tells what is missing when Redis hung and kept its data', async () => {
    await open(1_500);
    await invalidate('seen');
    services.events.follow();
    await services.events.recent(9);
    test.redis.hang();
    await eventually(() => expect(gaps()).toHaveLength(1));
    await invalidate('into the void');
    await eventually(() => expect(other.cache.storeHealth.state).toBe('down'));
    test.redis.resume();
    await eventually(() =>
      expect(
        gaps()
          .map(({ text }) => text)
          .join(),
      ).toMatch(/missing before this: Redis did not take/),
    );
    await invalidate('afterwards');
    await eventually(() => expect(texts()).toContain(voided('afterwards')));
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
  });

  it('tells nothing of what is no event, and goes on', async () => {
    services.events.follow();
    await services.events.recent(1);
    await admin.xadd(KEY, '*', 'kind', 'status', 'text', '{"minerId":{}}');
    await admin.xadd(KEY, '*', 'kind', 'status', 'text', 'x'.repeat(1_000_000));
    await admin.xadd(KEY, '18446744073709551610-0', 'anything', 'else');
    await invalidate('afterwards');
    await eventually(() => expect(texts()).toContain(voided('afterwards')));
    expect(told.filter(({ kind }) => kind !== 'invalidated')).toEqual([]);
    expect(told.every(({ at }) => at <= Date.now())).toBe(true);
  });
});

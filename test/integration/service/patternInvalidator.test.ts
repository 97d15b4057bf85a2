import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/base/errors';
import { minerEntryPattern, minerKey, SUMMARY_PATTERN } from '../../../src/cache/keys';
import { StoreError } from '../../../src/cache/store';
import type { Miner } from '../../../src/fleet/miner';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { ManualClock } from '../../fixtures/manualClock';

const MINERS = 6;
/** By the miners' clock, which stands still until the test moves it. */
const SLOW_MS = 1_500;

describe('an invalidation by pattern', () => {
  let test: TestFleet;
  let clock: ManualClock;
  let admin: Redis;
  let services: FleetServices;
  let other: FleetServices;

  beforeEach(async () => {
    clock = new ManualClock();
    test = await startTestFleet({ miners: MINERS, tenants: 2, clock });
    admin = new Redis(test.redis.port, '127.0.0.1');
    [services, other] = [await open(), await open()];
  });

  afterEach(async () => {
    admin.disconnect();
    await test.stop();
  });

  function open() {
    return test.open();
  }

  function miners(): readonly Miner[] {
    return services.inventory.current.miners;
  }

  const firstMiner = () => miners()[0] as Miner;
  const statuses = minerEntryPattern({ kind: 'status' });

  async function warm(): Promise<void> {
    expect((await services.warmer.warm(miners(), ['status', 'details'])).warmed).toBe(2 * MINERS);
  }

  it('counts first, with a sample, and changes nothing', async () => {
    await warm();
    const before = (await admin.keys('v1:cache:*')).sort();
    const progress: [number, number][] = [];
    const options = { onProgress: (...step: [number, number]) => progress.push(step) };
    const counted = await services.patternInvalidator.count([statuses], options);
    expect(counted).toMatchObject({ matched: MINERS, cancelled: false });
    expect([...counted.sample].sort()).toEqual(
      miners()
        .map(({ id }) => minerKey(id, 'status'))
        .sort(),
    );
    expect(progress.at(-1)?.[0]).toBe(progress.at(-1)?.[1]);
    expect((await admin.keys('v1:cache:*')).sort()).toEqual(before);
  });

  it('removes what matches and nothing else, for every instance, with the figures over it', async () => {
    await warm();
    await services.reads.summary('global');
    // In the first tier of both.
    await eventually(async () => {
      expect((await services.reads.miner(firstMiner(), 'status')).origin).toBe('l1');
      expect((await other.reads.miner(miners()[1] as Miner, 'status')).origin).toBe('l1');
    });
    const report = await services.patternInvalidator.invalidate([statuses], 'test');
    expect(report).toMatchObject({ removed: MINERS, cancelled: false });
    expect(report.known.map(({ miner, kind }) => `${miner.id} ${kind}`).sort()).toEqual(
      miners()
        .map(({ id }) => `${id} status`)
        .sort(),
    );
    expect((await services.reads.miner(firstMiner(), 'status')).origin).toBe('source');
    const second = miners()[1] as Miner;
    await eventually(async () => expect((await other.reads.miner(second, 'status')).origin).toBe('source'));
    expect((await services.reads.summary('global')).origin).toBe('source');
    expect((await services.reads.miner(firstMiner(), 'details')).origin).not.toBe('source');
  });

  it('is told to the others and kept in the history, with the pattern and the cause', async () => {
    await warm();
    const told: unknown[] = [];
    other.cache.onDidChange((change) => told.push(change));
    await services.patternInvalidator.invalidate([statuses, SUMMARY_PATTERN], 'by hand');
    await eventually(() =>
      expect(told).toContainEqual(
        expect.objectContaining({ type: 'invalidated', patterns: [statuses, SUMMARY_PATTERN], cause: 'by hand' }),
      ),
    );
    await eventually(async () =>
      expect((await services.events.recent(100)).map(({ text }) => text)).toContain(
        `What matches ${statuses}, ${SUMMARY_PATTERN} was removed: by hand`,
      ),
    );
  });

  it('has views read again what was removed', async () => {
    await warm();
    const following = other.followEvents();
    await other.monitor.refresh(miners());
    const calls = test.fleet.callCount('GetMinerStatus');
    await services.patternInvalidator.invalidate([minerEntryPattern({ minerId: firstMiner().id })], 'test');
    await eventually(() => expect(test.fleet.callCount('GetMinerStatus')).toBeGreaterThan(calls));
    following.dispose();
  });

  it.each(['this instance', 'another instance'] as const)(
    'G2: does not let in what %s was fetching when it began',
    async (who) => {
      const reader = who === 'this instance' ? services : other;
      const target = test.fleet.miner(firstMiner().id);
      target.setState('normal');
      target.setDelay(SLOW_MS);
      const slow = reader.reads.miner(firstMiner(), 'details');
      await eventually(() => {
        if (target.callCount('GetMinerDetails') === 0) {
          // The login comes first, and is as slow.
          clock.advance(SLOW_MS);
        }
        expect(target.callCount('GetMinerDetails')).toBeGreaterThan(0);
      });
      const { removed } = await services.patternInvalidator.invalidate(['v1:cache:*'], 'test');
      expect(removed).toBe(0);
      clock.advance(SLOW_MS);
      await slow;
      target.setDelay(0);
      const isWritten = async () => expect(await admin.exists(minerKey(firstMiner().id, 'details'))).toBe(1);
      if (who === 'another instance') {
        // It is written, and void as it lands.
        await eventually(isWritten);
        expect((await services.reads.inspect(firstMiner(), 'details')).state).toBe('void');
      }
      expect((await services.reads.miner(firstMiner(), 'details')).origin).toBe('source');
    },
  );

  it('stops when it is cancelled, and says so', async () => {
    await warm();
    const cancellation = new AbortController();
    cancellation.abort();
    const report = await services.patternInvalidator.invalidate([statuses], 'test', { signal: cancellation.signal });
    expect(report).toEqual({ removed: 0, known: [], cancelled: true });
    expect(await admin.keys(statuses)).toHaveLength(MINERS);
  });

  it.each(['*', 'v1:*', 'v1:gen:*', 'v1:cach?:*', ''])(
    'refuses the pattern %s, which may reach other keys',
    async (pattern) => {
      await expect(services.patternInvalidator.count([statuses, pattern])).rejects.toThrow(ConfigurationError);
      await expect(services.patternInvalidator.invalidate([statuses, pattern], 'test')).rejects.toThrow('v1:cache:');
    },
  );

  it('fails while Redis is away, and tells nobody of what did not happen', async () => {
    const told: unknown[] = [];
    services.cache.onDidChange((change) => told.push(change));
    test.redis.kill();
    await eventually(() => expect(services.cache.storeHealth.state).toBe('down'));
    await expect(services.patternInvalidator.count([statuses])).rejects.toThrow(StoreError);
    await expect(services.patternInvalidator.invalidate([statuses], 'test')).rejects.toThrow(StoreError);
    expect(told).toEqual([]);
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatedState } from '../../../src/simulator/machine/ownWays';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { HeardStatuses } from '../../fixtures/heardStatuses';
import { streamsStand } from '../../fixtures/streamsStand';
import { type WatchProcess, WatchProcessBundle } from '../../fixtures/watchProcesses';

const MINERS = 60;
/** A bound for what takes some heartbeats, on a machine that others use as well. */
const LONG_MS = 30_000;
/** Messages that come twice come nearly at once. */
const ECHO_MS = 500;

describe('instances that watch one fleet', () => {
  let bundle: WatchProcessBundle;
  let test: TestFleet;
  let heard: HeardStatuses;

  beforeAll(async () => {
    bundle = await WatchProcessBundle.build();
  });

  afterAll(() => bundle.remove());

  beforeEach(async () => {
    test = await startTestFleet({ miners: MINERS });
    heard = await HeardStatuses.listen(test.redis.port);
    setAll('normal');
  });

  afterEach(async () => {
    heard.dispose();
    await bundle.killAll();
    await test.stop();
  });

  function start(count: number): WatchProcess[] {
    return Array.from({ length: count }, () => bundle.start(test.redis.url, test.inventoryPath));
  }

  function setAll(state: SimulatedState): void {
    for (const miner of test.fleet.miners) {
      miner.setState(state);
    }
  }

  /** Resolves when each miner is the share of exactly one of the processes. */
  async function expectShared(processes: readonly WatchProcess[]): Promise<void> {
    await eventually(async () => {
      const reports = await Promise.all(processes.map((each) => each.report()));
      expect(reports.map(({ knowsOthers }) => knowsOthers)).toEqual(processes.map(() => true));
      const shares = reports.map(({ watched }) => watched);
      expect(shares.flat().sort()).toEqual(test.fleet.miners.map(({ id }) => id).sort());
      expect(shares.every((share) => share.length > 0)).toBe(true);
    }, LONG_MS);
  }

  /** Changes the state of all miners, and expects one message of each: nobody watches it twice, and somebody does. */
  async function expectHeardOnce(state: SimulatedState): Promise<void> {
    await heard.hears();
    heard.forget();
    setAll(state);
    await eventually(() => expect(heard.minerIds.size).toBe(MINERS), LONG_MS);
    await new Promise((resolve) => setTimeout(resolve, ECHO_MS));
    expect(heard.all).toHaveLength(MINERS);
    expect(new Set(heard.all.map(({ status }) => status))).toEqual(new Set([state]));
    expect(heard.all.every(({ timestamp }) => new Date(timestamp).toISOString() === timestamp)).toBe(true);
  }

  it('take over the miners of one that leaves', async () => {
    const [first, second] = start(2) as [WatchProcess, WatchProcess];
    await expectShared([first, second]);
    await streamsStand(test.fleet, LONG_MS);
    await expectHeardOnce('paused');
    await second.leave();
    await expectShared([first]);
    await expectHeardOnce('normal');
  }, 90_000);

  it('leave a newcomer its share, and keep the others', async () => {
    const [first] = start(1) as [WatchProcess];
    await expectShared([first]);
    const [second] = start(1) as [WatchProcess];
    await expectShared([first, second]);
    await streamsStand(test.fleet, LONG_MS);
    // Every miner was asked once, and those that moved twice.
    const moved = (await second.report()).watched.length;
    await eventually(() => expect(test.fleet.callCount('GetMinerStatus')).toBe(MINERS + moved));
    await expectHeardOnce('paused');
  }, 60_000);

  it('keep their shares while Redis is away, and share as before when it is back without its data', async () => {
    const processes = start(3);
    await expectShared(processes);
    await streamsStand(test.fleet, LONG_MS);
    const shares = await Promise.all(processes.map((each) => each.report()));
    const calls = test.fleet.callCount('GetMinerStatus');
    test.redis.kill();
    await eventually(async () => {
      const reports = await Promise.all(processes.map((each) => each.report()));
      expect(reports.map(({ knowsOthers }) => knowsOthers)).toEqual([false, false, false]);
      expect(reports.map(({ watched }) => watched)).toEqual(shares.map(({ watched }) => watched));
    }, LONG_MS);
    await test.redis.restart();
    await expectShared(processes);
    expect(test.fleet.callCount('GetMinerStatus')).toBe(calls);
    await expectHeardOnce('paused');
  }, 90_000);
});

import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatedState } from '../../../src/simulator/machine/ownWays';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
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
  let listener: Redis;
  let heard: { readonly minerId: string; readonly status: string; readonly timestamp: string }[];

  beforeAll(async () => {
    bundle = await WatchProcessBundle.build();
  });

  afterAll(() => bundle.remove());

  beforeEach(async () => {
    test = await startTestFleet({ miners: MINERS });
    listener = new Redis(test.redis.port, '127.0.0.1', { retryStrategy: () => 50 });
    listener.on('error', () => {});
    listener.on('pmessage', (_, channel: string, text: string) => {
      const message = JSON.parse(text);
      expect(channel).toBe(`events:miner:${message.minerId}:status`);
      heard.push(message);
    });
    await listener.psubscribe('events:miner:*');
    setAll('normal');
    heard = [];
  });

  afterEach(async () => {
    listener.disconnect();
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
    heard = [];
    setAll(state);
    await eventually(() => expect(new Set(heard.map(({ minerId }) => minerId)).size).toBe(MINERS), LONG_MS);
    await new Promise((resolve) => setTimeout(resolve, ECHO_MS));
    expect(heard).toHaveLength(MINERS);
    expect(new Set(heard.map(({ status }) => status))).toEqual(new Set([state]));
    expect(heard.every(({ timestamp }) => new Date(timestamp).toISOString() === timestamp)).toBe(true);
  }

  it('take over the miners of one that is killed, and of one that leaves', async () => {
    const [first, second, third] = start(3) as [WatchProcess, WatchProcess, WatchProcess];
    await expectShared([first, second, third]);
    await streamsStand(test.fleet, LONG_MS);
    await expectHeardOnce('paused');
    await third.kill();
    await expectShared([first, second]);
    await expectHeardOnce('normal');
    await second.leave();
    await expectShared([first]);
    await expectHeardOnce('paused');
  }, 120_000);

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

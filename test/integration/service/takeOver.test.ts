import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatedState } from '../../../src/simulator/machine/ownWays';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { HeardStatuses } from '../../fixtures/heardStatuses';
import { streamsStand } from '../../fixtures/streamsStand';
import { WatchProcessBundle } from '../../fixtures/watchProcesses';

const MINERS = 200;
const INSTANCES = 3;
/** What is promised, from the death of an instance to the first word of the last of its miners. */
const PROMISED_MS = 10_000;
/** Of this, until the others know of the death (`InstanceRegistry`). The rest is for streams that have to be opened. */
const KNOWN_MS = 5_500;
/** A bound for everything else, on a machine that others use as well. */
const LONG_MS = 120_000;

describe('three instances that watch one fleet, of which one is killed', () => {
  let bundle: WatchProcessBundle;
  let test: TestFleet;
  let heard: HeardStatuses;

  beforeAll(async () => {
    [bundle, test] = await Promise.all([WatchProcessBundle.build(), startTestFleet({ miners: MINERS })]);
    heard = await HeardStatuses.listen(test.redis.port);
  }, LONG_MS);

  afterAll(async () => {
    heard?.dispose();
    await bundle?.remove();
    await test?.stop();
  });

  function setAll(state: SimulatedState): void {
    for (const miner of test.fleet.miners) {
      miner.setState(state);
    }
  }

  /** How often each miner was asked for its status stream, since it is there. */
  function openings(): ReadonlyMap<string, number> {
    return new Map(test.fleet.miners.map((miner) => [miner.id, miner.callCount('GetMinerStatus')]));
  }

  it('watch each of its miners again within ten seconds, and no miner twice', { timeout: 4 * LONG_MS }, async () => {
    setAll('normal');
    const startedAt = Date.now();
    const processes = Array.from({ length: INSTANCES }, () => bundle.start(test.redis.url, test.inventoryPath));
    const [victim] = processes as [(typeof processes)[number]];
    await eventually(async () => {
      const reports = await Promise.all(processes.map((each) => each.report()));
      const shares = reports.map(({ watched }) => watched);
      expect(shares.flat().sort()).toEqual([...openings().keys()].sort());
      expect(shares.every((share) => share.length > 0)).toBe(true);
    }, LONG_MS);
    await streamsStand(test.fleet, LONG_MS);
    // What it takes this machine now to open the streams of all, with all that comes before.
    const openedMs = Date.now() - startedAt;
    heard.forget();
    setAll('paused');
    await eventually(() => expect(heard.minerIds.size).toBe(MINERS), LONG_MS);
    expect(heard.all).toHaveLength(MINERS);
    const orphans = new Set((await victim.report()).watched);
    const before = openings();

    heard.forget();
    const killedAt = Date.now();
    await victim.kill();
    // Everybody has something to tell: the survivors' miners at once, the others as soon as somebody listens to them.
    setAll('normal');
    await eventually(() => expect(heard.minerIds.size).toBe(MINERS), LONG_MS);
    const waits = heard.all.map(({ timestamp }) => Date.parse(timestamp) - killedAt);
    expect(Math.max(...waits)).toBeLessThanOrEqual(Math.max(PROMISED_MS, KNOWN_MS + openedMs));

    await streamsStand(test.fleet, LONG_MS);
    expect(heard.all).toHaveLength(MINERS);
    // One stream more for each miner of the dead one, and none for any other, from its death to now.
    const expected = [...before].map(([id, count]) => [id, orphans.has(id) ? count + 1 : count]);
    expect(openings()).toEqual(new Map(expected as [string, number][]));
    expect(orphans.size).toBeGreaterThan(0);
  });
});

import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/base/clock';
import { MINER_KINDS } from '../../../src/fleet/minerData';
import type { Fault } from '../../../src/simulator/faults';
import { SimulatedFleet } from '../../../src/simulator/simulatedFleet';
import type { SimulatedMiner } from '../../../src/simulator/simulatedMiner';
import { ManualClock } from '../../fixtures/manualClock';
import { eventually, failure, newFleet, newSource, readAgain } from '../braiins/sources';

/** A miner that did not answer is asked again with every read. */
const NO_PAUSE = { firstPauseMs: 1, longestPauseMs: 1 };

async function minerWith(fault: Fault | undefined, clock?: Clock): Promise<SimulatedMiner> {
  const faults = fault === undefined ? [] : [{ ...fault, percent: 100 }];
  return (await newFleet({ faults, ...(clock && { clock }) })).miners[0] as SimulatedMiner;
}

describe('a fault, set from the start or at run time, and cleared', () => {
  it.each<[Fault, string, RegExp]>([
    [{ kind: 'offline', durationMs: 0 }, 'unreachable', /refused the connection|lost the connection/],
    [{ kind: 'slow', durationMs: 60_000 }, 'timeout', /did not answer/],
    [{ kind: 'hang', durationMs: 0 }, 'timeout', /did not answer/],
    [{ kind: 'hangconnect', durationMs: 0 }, 'timeout', /could not be connected to within 2\.5 s/],
    [{ kind: 'wrongtype', durationMs: 0 }, 'failed', /with what cannot be read/],
  ])('%j', async (fault, kind, message) => {
    // Long enough for a connection, which comes before what a miner may do wrong.
    const source = newSource({ deadlineMs: 2_500, ...NO_PAUSE });
    const miner = await minerWith(fault);
    const first = await failure(source.read(miner.miner, 'stats'));
    expect(first.failure).toBe(kind);
    expect(first.message).toMatch(message);

    await miner.setFault(undefined);
    await readAgain(source, miner.miner);
    await miner.setFault(fault);

    const again = await failure(source.read(miner.miner, 'stats'));
    expect(again.failure).toBe(kind);
    expect(again.message).toMatch(message);
  });
});

describe('hang', () => {
  it('takes every call and answers none, and the deadline ends it', async () => {
    const miner = await minerWith(undefined);
    const source = newSource({ deadlineMs: 2_500 });
    await readAgain(source, miner.miner);
    await miner.setFault({ kind: 'hang', durationMs: 0 });

    const errors = await Promise.all(MINER_KINDS.map((kind) => failure(source.read(miner.miner, kind))));

    expect(errors.map((error) => error.failure)).toEqual(MINER_KINDS.map(() => 'timeout'));
    for (const method of ['GetMinerStatus', 'GetMinerDetails', 'GetHashboards', 'GetErrors', 'GetCoolingState']) {
      expect([method, miner.callCount(method)]).toEqual([method, 1]);
    }
  });
});

describe('wrongtype', () => {
  it('is no answer, whatever is asked and however it is garbled', async () => {
    const miner = await minerWith(undefined);
    const source = newSource(NO_PAUSE);
    // The login has to succeed, to get to the rest.
    await source.read(miner.miner, 'stats');
    await miner.setFault({ kind: 'wrongtype', durationMs: 0 });

    for (let round = 0; round < 3; round++) {
      for (const kind of MINER_KINDS) {
        const error = await failure(source.read(miner.miner, kind));
        expect([kind, round, error.failure, error.message]).toEqual([
          kind,
          round,
          'failed',
          expect.stringContaining('with what cannot be read'),
        ]);
      }
      expect((await failure(source.log(miner.miner, 'errors'))).failure).toBe('failed');
      expect((await failure(source.apiVersion(miner.miner))).failure).toBe('failed');
    }
    await miner.setFault(undefined);
    await source.read(miner.miner, 'stats');
  });
});

describe('dropstream', () => {
  it('cuts the status stream over and over, and the client opens it again', async () => {
    const miner = await minerWith({ kind: 'dropstream', durationMs: 200 });
    const states: string[] = [];
    const lost: string[] = [];
    newSource({ firstPauseMs: 10, longestPauseMs: 10 }).watchStatus(miner.miner, {
      onStatus: ({ state }) => states.push(state),
      onLost: ({ message }) => lost.push(message),
    });

    await eventually(() => lost.length).toBeGreaterThanOrEqual(2);

    expect(lost[0]).toContain('The stream was cut.');
    await eventually(() => states.length).toBeGreaterThanOrEqual(3);
    await miner.setFault(undefined);
    miner.setState('paused');
    await eventually(() => states.at(-1)).toBe('paused');
  });
});

describe('expire', () => {
  it('ends a token in use, and one more login makes up for it', async () => {
    const clock = new ManualClock();
    const miner = await minerWith({ kind: 'expire', durationMs: 300 }, clock);
    const source = newSource();

    for (let logins = 1; logins <= 3; logins++) {
      await source.read(miner.miner, 'stats');
      expect(miner.callCount('Login')).toBe(logins);
      clock.advance(200);
      // Use does not prolong it.
      await source.read(miner.miner, 'stats');
      expect(miner.callCount('Login')).toBe(logins);
      clock.advance(100);
    }
  });
});

it('expire is refused where no login is asked for', async () => {
  const faults = [{ kind: 'expire', percent: 100, durationMs: 1_000 }] as const;

  await expect(SimulatedFleet.start({ miners: 1, faults })).rejects.toThrow('needs a fleet with a login');
});

describe('reboot', () => {
  it('goes away, comes back with an uptime of 0 and without its tokens, and goes away again', async () => {
    const clock = new ManualClock();
    const miner = await minerWith(undefined, clock);
    const source = newSource(NO_PAUSE);
    const before = await source.read(miner.miner, 'details');
    expect(before.systemUptimeS).toBeGreaterThan(60);

    await miner.setFault({ kind: 'reboot', durationMs: 1_500 });
    clock.advance(0);
    await eventually(() => miner.isOnline).toBe(false);
    expect((await failure(source.read(miner.miner, 'details'))).failure).toBe('unreachable');
    clock.advance(1_500);
    await eventually(() => miner.isOnline).toBe(true);

    await readAgain(source, miner.miner);
    const after = await source.read(miner.miner, 'details');
    // proto3 does not send a 0.
    expect(after.systemUptimeS ?? 0).toBeLessThan(30);
    expect(miner.callCount('Login')).toBeGreaterThanOrEqual(2);
    // It stays for some times as long as it was away.
    clock.advance(6_000);
    await eventually(() => miner.isOnline).toBe(false);
  });

  it('ends at once, with an uptime of 0, when it is cleared meanwhile', async () => {
    const miner = await minerWith(undefined);
    const source = newSource(NO_PAUSE);
    await miner.setFault({ kind: 'reboot', durationMs: 3_600_000 });
    await eventually(() => miner.isOnline).toBe(false);

    await miner.setFault(undefined);

    expect(miner.isOnline).toBe(true);
    await readAgain(source, miner.miner);
    expect((await source.read(miner.miner, 'details')).systemUptimeS ?? 0).toBeLessThan(30);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignFaults, FAULT_KINDS, type FaultShare, makeFault, parseFaults } from '../../../src/simulator/faults';

describe('parseFaults', () => {
  it('reads shares with and without durations', () => {
    expect(parseFaults('offline=5%,slow=2.5%:300ms, flap=1%:30s')).toEqual([
      { kind: 'offline', percent: 5, durationMs: 0 },
      { kind: 'slow', percent: 2.5, durationMs: 300 },
      { kind: 'flap', percent: 1, durationMs: 30_000 },
    ]);
    expect(parseFaults('slow=1%')).toEqual([{ kind: 'slow', percent: 1, durationMs: 3_000 }]);
    expect(parseFaults('hang=1%,hangconnect=1%,wrongtype=1%').map(({ durationMs }) => durationMs)).toEqual([0, 0, 0]);
    expect(parseFaults('dropstream=1%,expire=1%:5s,reboot=1%').map(({ durationMs }) => durationMs)).toEqual([
      20_000, 5_000, 120_000,
    ]);
  });

  it.each([
    ['', 'does not know ""'],
    ['fire=5%', 'does not know "fire"'],
    ['offline', 'cannot read "offline"'],
    ['offline=5', 'cannot read "offline=5"'],
    ['offline=0%', 'cannot read "offline=0%"'],
    ['offline=101%', 'cannot read "offline=101%"'],
    ['offline=5%:3s', 'no duration for offline'],
    ['slow=5%:3', 'duration "3"'],
    ['slow=5%:fast', 'duration "fast"'],
    ['slow=5%:0ms', 'duration "0ms"'],
    ['slow=5%:1s:2s', 'cannot read'],
    ['flap=5%:1ms', '100ms'],
    ['reboot=5%:99ms', 'cannot use "reboot=5%:99ms"'],
    ['slow=5%:1441m', '24 hours'],
    ['hang=1%:3s', 'no duration for hang'],
    ['wrongtype=1%:3s', 'no duration for wrongtype'],
    ['tired=1%', 'Use offline, slow, flap, hang, hangconnect, dropstream, expire, wrongtype or reboot.'],
    ['slow=5%,slow=6%', '"slow" twice'],
    ['offline=60%,slow=60%', '120%'],
    ['offline=5%,', 'does not know ""'],
  ])('refuses %j and says why', (text, reason) => {
    expect(() => parseFaults(text)).toThrow(reason);
  });
});

describe('makeFault', () => {
  it.each(FAULT_KINDS)('has a usual duration for %s that it accepts', (kind) => {
    const { durationMs } = makeFault(kind);

    expect(makeFault(kind, durationMs === 0 ? undefined : durationMs)).toEqual({ kind, durationMs });
  });

  it.each([Number.NaN, -1, 0, 0.5, Number.POSITIVE_INFINITY])('refuses a delay of %d ms', (durationMs) => {
    expect(() => makeFault('slow', durationMs)).toThrow('duration of slow');
  });
});

describe('assignFaults', () => {
  const shares: FaultShare[] = [
    { kind: 'offline', percent: 5, durationMs: 0 },
    { kind: 'slow', percent: 2, durationMs: 3_000 },
    { kind: 'flap', percent: 1, durationMs: 30_000 },
  ];

  function countsOf(miners: number, seed = 1): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { kind } of assignFaults(shares, miners, seed).values()) {
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  }

  it('gives each fault its share', () => {
    expect(countsOf(1_000)).toEqual({ offline: 50, slow: 20, flap: 10 });
  });

  it('gives each fault at least one miner', () => {
    expect(countsOf(5)).toEqual({ offline: 1, slow: 1, flap: 1 });
  });

  it('is the same for the same seed and another for another', () => {
    expect([...assignFaults(shares, 500, 7)]).toEqual([...assignFaults(shares, 500, 7)]);
    expect([...assignFaults(shares, 500, 7)]).not.toEqual([...assignFaults(shares, 500, 8)]);
  });

  it('refuses a fleet that is too small', () => {
    expect(() => assignFaults(shares, 2, 1)).toThrow('at least 3 miners');
  });

  it('never takes a miner that is not there, nor more than there are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 300 }),
        fc.integer({ min: 1, max: 99 }),
        fc.integer(),
        (miners, part, seed) => {
          const two: FaultShare[] = [
            { kind: 'offline', percent: part, durationMs: 0 },
            { kind: 'slow', percent: 100 - part, durationMs: 1 },
          ];
          const faults = assignFaults(two, miners, seed);
          expect(faults.size).toBeLessThanOrEqual(miners);
          expect([...faults.keys()].every((index) => index >= 0 && index < miners)).toBe(true);
        },
      ),
    );
  });
});

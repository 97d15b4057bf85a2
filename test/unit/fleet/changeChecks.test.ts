import { describe, expect, it } from 'vitest';
import { isConstrained, problemsOf } from '../../../src/fleet/changeChecks';
import type { MinerConstraints } from '../../../src/fleet/minerConstraints';

const LIMITS: MinerConstraints = {
  tuner: { powerTargetW: { min: 1_000, max: 3_500 }, hashrateTargetThs: { min: 40 } },
  cooling: { targetTempC: { min: 30, max: 70 }, hotTempC: { max: 90 }, fanSpeedRatio: { min: 0.1, max: 1 } },
  hashboards: { hashboardIds: ['1', '2', '3'] },
};

describe('problemsOf', () => {
  it.each([
    [{ type: 'power-target', powerW: 900 }, 'The power target is 900 W; this miner takes 1000 to 3500 W.'],
    [{ type: 'power-target', powerW: Number.NaN }, 'The power target is NaN W; this miner takes 1000 to 3500 W.'],
    [{ type: 'hashrate-target', hashrateThs: 39 }, 'The hashrate target is 39 TH/s; this miner takes 40 TH/s or more.'],
    [{ type: 'hashboards', ids: ['2', '4'], on: true }, 'There is no hashboard 4; this miner has 1, 2, 3.'],
    [{ type: 'hashboards', ids: [], on: true }, 'No hashboard is named.'],
    [
      { type: 'cooling', mode: { mode: 'auto', targetTempC: 80 } },
      'The target temperature is 80 °C; this miner takes 30 to 70 °C.',
    ],
    [
      { type: 'cooling', mode: { mode: 'manual', fanSpeedRatio: 1.5 } },
      'The fan speed is 150 % of full speed; this miner takes 10 to 100 % of full speed.',
    ],
    [
      { type: 'cooling', mode: { mode: 'immersion', targetTempC: 60, hotTempC: 50 } },
      'The temperatures are 60, 50 °C; target, hot and dangerous have to rise in this order.',
    ],
    [{ type: 'pool-groups', groups: [] }, 'There is no pool group; a miner needs one with a pool.'],
    [{ type: 'pool-groups', groups: [{ name: 'a', pools: [] }] }, 'The pool group "a" has no pool.'],
    [
      { type: 'pool-groups', groups: [{ name: 'a', pools: [{ url: 'stratum+tcp://p:3333', user: '' }] }] },
      'A pool of "a" has no user.',
    ],
  ] as const)('%j: %s', (change, problem) => {
    expect(problemsOf(change, LIMITS)).toEqual([problem]);
  });

  it('quotes no pool URL, since a password may stand in it', () => {
    const pool = { url: 'http://user:hunter2@pool', user: 'u' };
    const problems = problemsOf({ type: 'pool-groups', groups: [{ name: 'a', pools: [pool] }] }, LIMITS);
    expect(problems).toHaveLength(1);
    expect(problems.join()).not.toContain('hunter2');
  });

  it.each([
    { type: 'power-target', powerW: 1_000 },
    { type: 'power-target', powerW: 3_500 },
    { type: 'hashrate-target', hashrateThs: 1_000 },
    { type: 'cooling', mode: { mode: 'hydro', targetTempC: 40, hotTempC: 60, dangerousTempC: 70 } },
    { type: 'hashboards', ids: ['1', '3'], on: false },
    {
      type: 'pool-groups',
      groups: [{ name: 'a', pools: [{ url: 'stratum2+tcp://pool.example/key', user: 'u', password: 'x' }] }],
    },
    { type: 'pause' },
    { type: 'reboot' },
  ] as const)('finds nothing wrong with %j', (change) => {
    expect(problemsOf(change, LIMITS)).toEqual([]);
  });

  it('limits nothing that the machine does not limit, but takes no nonsense', () => {
    expect(problemsOf({ type: 'power-target', powerW: 1 }, undefined)).toEqual([]);
    expect(problemsOf({ type: 'hashboards', ids: ['9'], on: true }, {})).toEqual([]);
    expect(problemsOf({ type: 'power-target', powerW: Number.POSITIVE_INFINITY }, undefined)).toEqual([
      'The power target is Infinity W; this miner takes a number of W.',
    ]);
  });

  it('needs the constraints only of what the machine limits', () => {
    expect(isConstrained({ type: 'power-target', powerW: 1 })).toBe(true);
    expect(isConstrained({ type: 'pause' })).toBe(false);
  });
});

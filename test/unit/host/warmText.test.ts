import { describe, expect, it } from 'vitest';
import type { Miner } from '../../../src/fleet/miner';
import { describeFailures, describeWarming } from '../../../src/host/warmText';
import type { WarmReport, WarmTask } from '../../../src/service/warmReport';

const REPORT: WarmReport = {
  total: 4,
  warmed: 3,
  notStored: 0,
  fresh: 1,
  failed: 0,
  failures: [],
  cancelled: false,
  storeProblem: undefined,
};

function task(id: string, kind: WarmTask['kind'] = 'status'): WarmTask {
  const miner: Miner = { id, host: 'h', port: 1, tenant: 'global', tags: [], tls: false, credentials: 'default' };
  return { miner, kind };
}

describe('what is said of warming', () => {
  it('is what was fetched, what was fresh, and what failed', () => {
    expect(describeWarming('the whole fleet', REPORT)).toBe(
      'Warmed the whole fleet. 3 fetched, 1 were fresh, 0 failed.',
    );
    expect(describeWarming('tenant north', { ...REPORT, cancelled: true, total: 1_200 })).toBe(
      'Cancelled after 4 of 1,200 entries of tenant north. 3 fetched, 1 were fresh, 0 failed.',
    );
  });

  it('hides no failure: what has no room is counted, and in the log', () => {
    const failures = ['a', 'b', 'c', 'd', 'e', 'f'].map((cause) => ({ cause, tasks: [task('m1'), task('m2')] }));
    const report = { ...REPORT, failed: 12, failures };
    expect(describeWarming('miner m1', report)).toContain(
      '12 failed. Causes: a (2), b (2), c (2), d (2), and 2 others that the log names.',
    );
    expect(describeFailures('miner m1', report)).toHaveLength(6);
  });

  it('names what did not reach Redis, with the reason', () => {
    const report = { ...REPORT, notStored: 2, storeProblem: 'Redis is full.' };
    expect(describeWarming('miner m1', report)).toContain('2 were fetched but did not reach Redis. Redis is full.');
  });

  it('names in the log each miner once, with the datasets that failed, and counts those beyond a hundred', () => {
    const few = { cause: 'unreachable', tasks: [task('m1'), task('m2'), task('m1', 'stats')] };
    const many = { cause: 'timeout', tasks: Array.from({ length: 150 }, (_, index) => task(`n${index}`)) };
    const [first, second] = describeFailures('the whole fleet', { ...REPORT, failures: [few, many] });
    expect(first).toBe('Warming the whole fleet: 3 reads failed, unreachable: m1 (status, stats), m2 (status).');
    expect(second).toMatch(
      /^Warming the whole fleet: 150 reads failed, timeout: n0 \(status\), .* and 50 more miners\.$/,
    );
  });
});

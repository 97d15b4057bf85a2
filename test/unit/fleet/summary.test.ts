import { describe, expect, it } from 'vitest';
import { currentHashrateThs } from '../../../src/fleet/minerReport';
import { summarize } from '../../../src/fleet/summary';
import { report } from './reports';

const HASHING = { hashrateThs: { last1m: 100 }, nominalHashrateThs: 110, powerW: 3_000 };

describe('summarize', () => {
  it('counts offline and stale miners as such, and averages nothing as zero', () => {
    const summary = summarize('north', [
      report('a', { status: { state: 'normal' }, stats: HASHING, tempC: 70, fetchedAt: [2_000, 2_500] }),
      report('b', {
        status: { state: 'normal' },
        stats: { ...HASHING, hashrateThs: { last5m: 50 } },
        fetchedAt: [1_000],
      }),
      report('c', { failure: 'refused the connection' }),
      report('d', { status: { state: 'paused' } }),
      report('e', { failure: 'timed out', lastState: 'normal' }),
    ]);
    expect(summary).toEqual({
      tenant: 'north',
      miners: 5,
      byState: { normal: 2, offline: 2, paused: 1 },
      reporting: 2,
      hashrateThs: 150,
      nominalHashrateThs: 220,
      nominalRatio: 150 / 220,
      powerW: 6_000,
      efficiencyJPerTh: 40,
      hottest: { minerId: 'a', tempC: 70 },
      worst: [
        { minerId: 'c', reason: 'refused the connection' },
        { minerId: 'e', reason: 'timed out (it was normal when it last answered)' },
        { minerId: 'b', reason: 'slow: 50.0 of 110.0 TH/s, 45 % of nominal' },
      ],
      freshness: { fresh: 3, stale: 1, unknown: 1, oldestPartAt: 1_000, newestPartAt: 2_500 },
    });
  });

  it('knows nothing of a fleet that does not answer, rather than zero', () => {
    const summary = summarize('north', [report('a', { failure: 'down' })]);
    expect(summary).toMatchObject({
      hashrateThs: undefined,
      nominalRatio: undefined,
      powerW: undefined,
      efficiencyJPerTh: undefined,
      hottest: undefined,
    });
  });

  it('takes an empty fleet', () => {
    expect(summarize('none', [])).toMatchObject({
      miners: 0,
      byState: {},
      worst: [],
      freshness: { fresh: 0, stale: 0, unknown: 0, oldestPartAt: undefined },
    });
  });

  it('compares with the nominal hashrate only where both are known', () => {
    const summary = summarize('north', [
      report('a', { status: { state: 'normal' }, stats: { hashrateThs: { last1m: 100 } } }),
      report('b', { status: { state: 'normal' }, stats: { hashrateThs: { last1m: 55 }, nominalHashrateThs: 110 } }),
      report('c', { status: { state: 'normal' }, stats: { nominalHashrateThs: 110 } }),
    ]);
    expect(summary).toMatchObject({ hashrateThs: 155, nominalHashrateThs: 110, nominalRatio: 0.5, reporting: 2 });
  });

  it('keeps a miner that hashes nothing, with a hashrate of zero, out of no sum', () => {
    const idle = { hashrateThs: { last1m: 0 }, powerW: 50 };
    const summary = summarize('north', [report('a', { status: { state: 'paused' }, stats: idle })]);
    expect(summary).toMatchObject({ hashrateThs: 0, powerW: 50, reporting: 1, efficiencyJPerTh: undefined });
  });
});

describe('currentHashrateThs', () => {
  it('prefers the minute', () => {
    expect(currentHashrateThs({ hashrateThs: { last5s: 1, last1m: 2, last5m: 3 } })).toBe(2);
    expect(currentHashrateThs({ hashrateThs: { last5s: 1 } })).toBe(1);
    expect(currentHashrateThs({})).toBeUndefined();
  });
});

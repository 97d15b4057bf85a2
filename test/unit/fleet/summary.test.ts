import { describe, expect, it } from 'vitest';
import { currentHashrateThs, type MinerReport, summarize } from '../../../src/fleet/summary';

function report(id: string, parts: Partial<MinerReport>): MinerReport {
  const miner = { id, host: 'h', port: 1, tenant: 'north', tags: [], tls: false, credentials: 'default' };
  return { miner, status: undefined, stats: undefined, failure: undefined, fetchedAt: undefined, ...parts };
}

const HASHING = { hashrateThs: { last1m: 100 }, nominalHashrateThs: 110, powerW: 3_000 };

describe('summarize', () => {
  it('counts offline miners as such, and averages nothing as zero', () => {
    const summary = summarize('north', [
      report('a', { status: { state: 'normal' }, stats: HASHING, fetchedAt: 2_000 }),
      report('b', {
        status: { state: 'normal' },
        stats: { ...HASHING, hashrateThs: { last5m: 50 } },
        fetchedAt: 1_000,
      }),
      report('c', { failure: 'refused the connection' }),
      report('d', { status: { state: 'paused' } }),
    ]);
    expect(summary).toEqual({
      tenant: 'north',
      miners: 4,
      byState: { normal: 2, offline: 1, paused: 1 },
      reporting: 2,
      hashrateThs: 150,
      nominalHashrateThs: 220,
      powerW: 6_000,
      efficiencyJPerTh: 40,
      offline: [{ minerId: 'c', reason: 'refused the connection' }],
      oldestPartAt: 1_000,
    });
  });

  it('knows nothing of a fleet that does not answer, rather than zero', () => {
    const summary = summarize('north', [report('a', { failure: 'down' })]);
    expect(summary).toMatchObject({ hashrateThs: undefined, powerW: undefined, efficiencyJPerTh: undefined });
  });

  it('takes an empty fleet', () => {
    expect(summarize('none', [])).toMatchObject({ miners: 0, byState: {}, offline: [], oldestPartAt: undefined });
  });

  it('lists ten offline miners at most', () => {
    const reports = Array.from({ length: 30 }, (_, index) => report(`m${index}`, { failure: 'down' }));
    expect(summarize('north', reports).offline).toHaveLength(10);
    expect(summarize('north', reports).byState.offline).toBe(30);
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

import { describe, expect, it } from 'vitest';
import { CacheMetrics, type LookupOutcome } from '../../../src/cache/metrics';
import { statusOfFigures, statusWithoutFleet } from '../../../src/host/statusText';
import { ManualClock } from '../../fixtures/manualClock';

function metricsOf(clock = new ManualClock()) {
  const metrics = new CacheMetrics(clock);
  const record = (outcome: LookupOutcome, count: number, dataset: 'miner:status' | 'miner:stats' = 'miner:status') => {
    for (let each = 0; each < count; each++) {
      metrics.recordLookup(dataset, outcome, 1);
    }
  };
  return { metrics, record, clock };
}

describe('statusOfFigures', () => {
  it('says that nobody has read', () => {
    const { metrics } = metricsOf();
    expect(statusOfFigures(metrics)).toMatchObject({ text: '$(database) Fleet Cache', mood: 'normal', datasets: [] });
  });

  it('tells the ratio, and each dataset by how often it was read', () => {
    const { metrics, record } = metricsOf();
    record('l1Hit', 90, 'miner:stats');
    record('fetched', 10, 'miner:stats');
    record('l2Hit', 300);
    const { text, details, mood, datasets } = statusOfFigures(metrics);
    expect(text).toBe('$(database) 98 % hits');
    expect(details).toContain('390 hits, 10 misses (10 fetched from miners, 0 waited');
    expect(mood).toBe('normal');
    expect(datasets).toEqual([
      { dataset: 'miner:status', lookups: 300, hitRatio: 1, sourceOffload: 1 },
      { dataset: 'miner:stats', lookups: 100, hitRatio: 0.9, sourceOffload: 0.9 },
    ]);
  });

  it('is under the target once there are lookups enough to say so', () => {
    const { metrics, record } = metricsOf();
    record('fetched', 99);
    expect(statusOfFigures(metrics).mood).toBe('normal');
    record('fetched', 1);
    const { mood, details } = statusOfFigures(metrics);
    expect(mood).toBe('under-target');
    expect(details).toContain('Under the target of 80 %');
  });

  it.each([
    ['fetched', 'l1Hit', '$(arrow-up)', 'rising'],
    ['l1Hit', 'fetched', '$(arrow-down)', 'falling'],
  ] as const)('shows where the last minute goes: from %s to %s', (before, after, icon, words) => {
    const { metrics, record, clock } = metricsOf();
    record(before, 50);
    clock.advance(120_000);
    record(after, 50);
    const { text, details } = statusOfFigures(metrics);
    expect(text).toBe(`$(database) 50 % hits ${icon}`);
    expect(details).toContain(`50 % hits, ${words}`);
  });

  it('shows no trend where there is none, nor where nobody read in the last minute', () => {
    const { metrics, record, clock } = metricsOf();
    record('l1Hit', 50);
    clock.advance(120_000);
    expect(statusOfFigures(metrics).text).toBe('$(database) 100 % hits');
    record('l1Hit', 50);
    expect(statusOfFigures(metrics).text).toBe('$(database) 100 % hits');
  });
});

describe('statusWithoutFleet', () => {
  it('says that there is none, and why', () => {
    const reason = 'No folder is open.';
    expect(statusWithoutFleet({ state: 'unavailable', reason })).toMatchObject({
      text: '$(database) no fleet',
      details: reason,
    });
    expect(statusWithoutFleet({ state: 'running' })).toBeUndefined();
  });

  it('says that it is paused', () => {
    const reason = 'Fleet Cache is paused in this workspace.';
    expect(statusWithoutFleet({ state: 'unavailable', reason }, true)).toMatchObject({
      text: '$(debug-pause) paused',
      details: reason,
    });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../../src/cache/histogram';
import { CacheMetrics, type LookupOutcome } from '../../../src/cache/metrics';
import { ManualClock } from '../../fixtures/manualClock';

const OUTCOMES: readonly LookupOutcome[] = [
  'l1Hit',
  'l2Hit',
  'staleHit',
  'staleAsked',
  'fetched',
  'coalesced',
  'bypass',
];

describe('CacheMetrics', () => {
  it('G7: adds up after any sequence of outcomes, in every window', () => {
    const step = fc.record({ outcome: fc.constantFrom(...OUTCOMES), pauseMs: fc.nat(400_000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const clock = new ManualClock();
        const metrics = new CacheMetrics(clock);
        for (const { outcome, pauseMs } of steps) {
          clock.advance(pauseMs);
          metrics.recordLookup('miner:status', outcome, 1);
        }
        for (const window of ['1m', '5m', 'start'] as const) {
          const c = metrics.counts(window);
          expect(c.lookups).toBe(c.l1Hits + c.l2Hits + c.staleHits + c.misses + c.bypasses);
          expect(c.misses).toBe(c.fetches + c.coalesced);
        }
        expect(metrics.counts('start').lookups).toBe(steps.length);
      }),
    );
  });

  it('forgets in the windows what is older than they are', () => {
    const clock = new ManualClock();
    const metrics = new CacheMetrics(clock);
    metrics.recordLookup('miner:status', 'fetched', 1);
    clock.advance(65_000);
    metrics.recordLookup('miner:status', 'l2Hit', 1);
    expect(metrics.counts('1m').lookups).toBe(1);
    expect(metrics.counts('5m').lookups).toBe(2);
    clock.advance(300_000);
    expect(metrics.counts('5m').lookups).toBe(0);
    expect(metrics.counts('start').lookups).toBe(2);
  });

  it('turns its windows also when nothing but first-tier hits come, and after a pause longer than the ring', () => {
    const clock = new ManualClock();
    const metrics = new CacheMetrics(clock);
    for (let minute = 0; minute < 12; minute++) {
      metrics.recordFirstTierHit('miner:status', clock.monotonic(), 0);
      clock.advance(60_000);
    }
    metrics.recordFirstTierHit('miner:status', clock.monotonic(), 0);
    expect(metrics.counts('1m').l1Hits).toBe(1);
    expect(metrics.counts('5m').l1Hits).toBe(5);
    clock.advance(3_600_000);
    metrics.recordFirstTierHit('miner:status', clock.monotonic(), 0);
    expect(metrics.counts('5m').lookups).toBe(1);
    expect(metrics.counts('start').l1Hits).toBe(14);
  });

  it('begins anew after a reset, and counts on', () => {
    const metrics = new CacheMetrics(new ManualClock());
    metrics.recordLookup('miner:status', 'fetched', 5);
    metrics.recordFetch('miner:status', 5);
    metrics.reset();
    expect(metrics.counts('5m').lookups).toBe(0);
    expect(metrics.hitRatio('start')).toBeUndefined();
    expect([metrics.hitLatency, metrics.missLatency, metrics.fetchLatency].map(({ count }) => count)).toEqual([
      0, 0, 0,
    ]);
    metrics.recordLookup('miner:status', 'l2Hit', 1);
    expect(metrics.hitRatio('1m')).toBe(1);
  });

  it('times some of the first-tier hits, each for all that it stands for', () => {
    const clock = new ManualClock();
    const metrics = new CacheMetrics(clock);
    for (let hit = 0; hit < 640; hit++) {
      metrics.recordFirstTierHit('miner:status', clock.monotonic(), 0);
    }
    expect(metrics.hitLatency.count).toBe(640);
    expect(metrics.counts('start')).toMatchObject({ lookups: 640, l1Hits: 640 });
  });

  it('takes a stale hit that asked in vain for a source read in the offload, and for a hit in the ratio', () => {
    const metrics = new CacheMetrics(new ManualClock());
    metrics.recordLookup('miner:status', 'staleAsked', 1);
    metrics.recordLookup('miner:status', 'staleHit', 1);
    expect(metrics.hitRatio('start')).toBe(1);
    expect(metrics.sourceOffload('start')).toBe(0.5);
  });

  it('keeps datasets apart and sums them', () => {
    const metrics = new CacheMetrics(new ManualClock());
    metrics.recordLookup('miner:status', 'l2Hit', 1);
    metrics.recordLookup('miner:stats', 'fetched', 1);
    expect(metrics.counts('start', 'miner:status').l2Hits).toBe(1);
    expect(metrics.counts('start', 'miner:stats').l2Hits).toBe(0);
    expect(metrics.hitRatio('start')).toBe(0.5);
  });

  it('knows the mean age of what was served and the mean cost of a fetch, by dataset', () => {
    const clock = new ManualClock();
    const metrics = new CacheMetrics(clock);
    expect([metrics.meanHitAgeMs('miner:status'), metrics.meanFetchMs('miner:status')]).toEqual([undefined, undefined]);
    metrics.recordFirstTierHit('miner:status', clock.monotonic(), 1_000);
    metrics.recordLookup('miner:status', 'l2Hit', 1, 2_000);
    metrics.recordLookup('miner:status', 'staleHit', 1, 6_000);
    metrics.recordLookup('miner:status', 'fetched', 1);
    metrics.recordFetch('miner:status', 10);
    metrics.recordFetch('miner:status', 30);
    metrics.recordFetch('miner:stats', 500);
    expect([metrics.meanHitAgeMs('miner:status'), metrics.meanFetchMs('miner:status')]).toEqual([3_000, 20]);
    expect(metrics.meanHitAgeMs('miner:stats')).toBeUndefined();
    expect(metrics.countedDatasets).toEqual(['miner:status', 'miner:stats']);
    metrics.reset();
    expect(metrics.meanHitAgeMs('miner:status')).toBeUndefined();
  });

  it('knows no ratio without lookups, and counts background fetches as none', () => {
    const metrics = new CacheMetrics(new ManualClock());
    metrics.recordBackgroundFetch('miner:status');
    expect(metrics.hitRatio('start')).toBeUndefined();
    expect(metrics.sourceOffload('start')).toBeUndefined();
  });

  it('takes bypasses for source reads in the offload', () => {
    const metrics = new CacheMetrics(new ManualClock());
    for (const outcome of ['l2Hit', 'l2Hit', 'coalesced', 'bypass'] as const) {
      metrics.recordLookup('miner:status', outcome, 1);
    }
    expect(metrics.sourceOffload('start')).toBe(0.75);
  });
});

describe('LatencyHistogram', () => {
  it('gives quantiles that are never below the true one, and at most one bucket above', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.01, max: 9_000, noNaN: true }), { minLength: 1 }), (latencies) => {
        const histogram = new LatencyHistogram();
        for (const latency of latencies) {
          histogram.observe(latency);
        }
        const sorted = [...latencies].sort((a, b) => a - b);
        for (const share of [0.5, 0.95, 0.99]) {
          const exact = sorted[Math.ceil(share * sorted.length) - 1] as number;
          const estimate = histogram.quantile(share) as number;
          expect(estimate).toBeGreaterThanOrEqual(exact);
          expect(estimate).toBeLessThanOrEqual(exact * 2.5 + 0.01);
        }
      }),
    );
  });

  it('has no quantile when empty, and an open last bucket', () => {
    const histogram = new LatencyHistogram();
    expect(histogram.quantile(0.5)).toBeUndefined();
    histogram.observe(60_000);
    expect(histogram.quantile(0.5)).toBe(Number.POSITIVE_INFINITY);
  });
});

import { describe, expect, it } from 'vitest';
import type { Sample, SampleCounts } from '../../../src/protocol/dashboard';
import { columnsOf } from '../../../src/webview/charts/columns';
import { HIT_RATIO, LATENCY, LOOKUPS } from '../../../src/webview/charts/specs';
import { hitRatio, type Piece, timeline } from '../../../src/webview/charts/timeline';
import { bucketMs, TimeWindow } from '../../../src/webview/charts/timeWindow';

const SPAN = 5_000;

function counts(l1Hits: number, misses: number): SampleCounts {
  return { lookups: l1Hits + misses, l1Hits, l2Hits: 0, staleHits: 0, misses, bypasses: 0 };
}

function sample(at: number, change: Partial<Sample> = {}): Sample {
  return {
    at,
    spanMs: SPAN,
    total: counts(8, 2),
    datasets: { 'miner:status': counts(8, 2) },
    invalidations: 1,
    evictions: 0,
    redisWasDown: false,
    ...change,
  };
}

function kinds(pieces: readonly Piece[]): string {
  return pieces.map(({ kind }) => kind).join(' ');
}

describe('the timeline', () => {
  it('has a span for each sample while they follow on each other', () => {
    expect(kinds(timeline([sample(5_000), sample(10_000), sample(15_400)], 0, 16_000, SPAN))).toBe('span span span');
  });

  it('G9 has a gap where samples are missing', () => {
    const pieces = timeline([sample(5_000), sample(10_000), sample(40_000)], 0, 41_000, SPAN);
    expect(kinds(pieces)).toBe('span span gap span');
    expect(pieces[2]).toEqual({ kind: 'gap', from: 10_000, to: 35_000 });
  });

  it('G9 bridges no gap, however wide the buckets are', () => {
    const pieces = timeline([sample(5_000), sample(40_000), sample(45_000)], 0, 46_000, 60_000);
    expect(kinds(pieces)).toBe('span gap span');
  });

  it('ends in a gap when no sample has come for a while', () => {
    expect(kinds(timeline([sample(5_000)], 0, 19_000, SPAN))).toBe('span');
    expect(timeline([sample(5_000)], 0, 21_000, SPAN).at(-1)).toEqual({ kind: 'gap', from: 5_000, to: 21_000 });
  });

  it('knows where a coarse part of the history goes over into a fine one', () => {
    const coarse = [30_000, 60_000].map((at) => sample(at, { spanMs: 30_000 }));
    expect(kinds(timeline([...coarse, sample(65_000)], 0, 66_000, SPAN))).toBe('span span span');
  });

  it('adds up what is in one bucket', () => {
    const first = sample(65_000, { total: counts(90, 10), hitMs: 1, missMs: 10, redisMemoryBytes: 100 });
    const second = sample(70_000, { total: counts(10, 90), hitMs: 3, redisWasDown: true, evictions: 2 });
    const [piece] = timeline([first, second], 0, 70_000, 60_000);
    expect(piece).toMatchObject({
      kind: 'span',
      span: {
        at: 70_000,
        spanMs: 10_000,
        total: counts(100, 100),
        datasets: { 'miner:status': counts(16, 4) },
        hitMs: 1.2,
        missMs: 10,
        invalidations: 2,
        evictions: 2,
        redisMemoryBytes: 100,
        redisWasDown: true,
      },
    });
  });

  it('leaves out what is before and after', () => {
    expect(kinds(timeline([sample(5_000), sample(10_000), sample(15_000)], 9_000, 9_500, SPAN))).toBe('span');
  });

  it('is empty when nothing is known', () => {
    expect(timeline([], 0, 60_000, SPAN)).toEqual([]);
  });

  it('takes a dataset by any name, also one that objects have by themselves', () => {
    const named = JSON.parse('{"__proto__":{"lookups":1,"l1Hits":1,"l2Hits":0,"staleHits":0,"misses":0,"bypasses":0}}');
    const [piece] = timeline(
      [sample(65_000, { datasets: named }), sample(70_000, { datasets: named })],
      0,
      70_000,
      60_000,
    );
    expect(piece?.kind === 'span' ? Object.keys(piece.span.datasets) : []).toEqual(['__proto__']);
    expect('lookups' in {}).toBe(false);
  });
});

describe('the columns of a chart', () => {
  const pieces = timeline([sample(5_000), sample(40_000, { total: counts(0, 0) })], 0, 41_000, SPAN);
  const nothingHidden = () => false;

  it('have nothing at a gap, nor where nothing was looked up', () => {
    const { values, times } = columnsOf(pieces, HIT_RATIO.series([]), HIT_RATIO, nothingHidden);
    expect(values).toEqual([[0.8, null, null]]);
    expect(times).toEqual([5_000, 20_000, 40_000]);
  });

  it('stand on each other in a stack, and are told as they are', () => {
    const { values, heights } = columnsOf(pieces, LOOKUPS.series([]), LOOKUPS, nothingHidden);
    expect(values.map(([first]) => first)).toEqual([1.6, 0, 0, 0.4, 0]);
    expect(heights.map(([first]) => first)).toEqual([1.6, 1.6, 1.6, 2, 2]);
  });

  it('leave a hidden layer out of the stack', () => {
    const { heights } = columnsOf(pieces, LOOKUPS.series([]), LOOKUPS, ({ key }) => key === 'l1');
    expect(heights.map(([first]) => first).slice(1)).toEqual([0, 0, 0.4, 0.4]);
  });

  it('have no zero on a logarithmic scale, and still tell it', () => {
    const fast = timeline([sample(5_000, { hitMs: 0 })], 0, 6_000, SPAN);
    const { values, heights } = columnsOf(fast, LATENCY.series([]), LATENCY, nothingHidden);
    expect([values[0], heights[0]]).toEqual([[0], [0.01]]);
    expect([values[1], heights[1]]).toEqual([[null], [null]]);
  });

  it('know no ratio without lookups', () => {
    expect(hitRatio(counts(0, 0))).toBeUndefined();
    expect(hitRatio(undefined)).toBeUndefined();
    expect(hitRatio(counts(3, 1))).toBe(0.75);
  });
});

describe('the time shown', () => {
  it('goes with the time, stands still while paused, and follows again', () => {
    const window = new TimeWindow('1m');
    expect(window.at(100_000)).toEqual({ from: 40_000, to: 100_000 });
    window.pause(100_000);
    expect(window.at(500_000)).toEqual({ from: 40_000, to: 100_000 });
    window.resume();
    expect(window.at(500_000)).toEqual({ from: 440_000, to: 500_000 });
  });

  it('zooms to no less than can be seen, and out to six hours', () => {
    const window = new TimeWindow('5m');
    window.zoomTo(100_000, 100_100);
    expect(window.at(0)).toEqual({ from: 90_050, to: 110_050 });
    for (let step = 0; step < 20; step++) {
      window.zoomBy(2, 0);
    }
    expect([window.isZoomed, window.range]).toEqual([false, '6h']);
  });

  it('never has more buckets than can be told apart', () => {
    for (const minutes of [1, 5, 15, 60, 360]) {
      expect((minutes * 60_000) / bucketMs({ from: 0, to: minutes * 60_000 })).toBeLessThanOrEqual(180);
    }
    expect(bucketMs({ from: 0, to: 60_000 })).toBe(5_000);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareMeasures, compareReports } from '../../../src/service/benchmarkComparison';
import { median, noise, percentile } from '../../../src/service/benchmarkReport';
import { benchmarkReport, measure } from '../../fixtures/benchmarkReport';

const values = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 5, maxLength: 11 });

describe('the figures of a benchmark', () => {
  it('are medians, their noise, and percentiles', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
    // The middle half of them, whatever became of a single one.
    expect(noise([3, 1, 2, 4, 5])).toBe(2);
    expect(noise([3, 1, 2, 4, 500])).toBe(2);
    expect(noise([7])).toBe(0);
    expect(noise([])).toBeNaN();
    expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3);
    expect(percentile([5, 1, 4, 2, 3], 0.99)).toBe(5);
    expect(percentile([10, 9], 0)).toBe(9);
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe('a comparison', () => {
  it('judges only what exceeds the noise of both', () => {
    const earlier = measure([9, 10, 11, 12, 90]);
    expect(compareMeasures(measure([5, 5, 6, 6.5, 7]), earlier)).toEqual({
      earlierMedian: 11,
      change: 6 / 11 - 1,
      verdict: 'better',
    });
    expect(compareMeasures(measure([15, 15, 15.5, 16, 16]), earlier).verdict).toBe('worse');
    // As far away as the noise of both, and no further.
    expect(compareMeasures(measure([13, 13, 14, 14, 14]), earlier).verdict).toBe('noise');
    const rate = { unit: '/s', better: 'higher' } as const;
    expect(compareMeasures(measure([20, 20, 21, 22, 22], rate), measure([10, 10, 10, 10, 10], rate)).verdict).toBe(
      'better',
    );
    expect(compareMeasures(measure([2, 2, 2, 2, 2], rate), measure([10, 10, 10, 10, 10], rate)).verdict).toBe('worse');
  });

  it('judges nothing that was repeated too seldom, and finds equal what is equal', () => {
    expect(compareMeasures(measure([1, 1, 1, 1]), measure([10, 10, 10, 10, 10])).verdict).toBe('unknown');
    expect(compareMeasures(measure([1, 1, 1, 1, 1]), measure([1, 1, 1, 1, 1]))).toEqual({
      earlierMedian: 1,
      change: 0,
      verdict: 'noise',
    });
    expect(compareMeasures(measure([1, 1, 1, 1, 1]), measure([0, 0, 0, 0, 0])).change).toBeUndefined();
  });

  it('never judges a run against itself, and judges the other way round the other way', () => {
    fc.assert(
      fc.property(values, values, (first, second) => {
        expect(compareMeasures(measure(first), measure(first)).verdict).toBe('noise');
        const opposite = { better: 'worse', worse: 'better', noise: 'noise', unknown: 'unknown' } as const;
        const there = compareMeasures(measure(first), measure(second)).verdict;
        expect(compareMeasures(measure(second), measure(first)).verdict).toBe(opposite[there]);
      }),
    );
  });

  it('names what was different beside the figures', () => {
    const earlier = benchmarkReport();
    expect(compareReports(earlier, earlier).conditions).toEqual([]);
    const now = benchmarkReport({
      size: 'full',
      redis: { ...earlier.redis, version: undefined },
      machine: { ...earlier.machine, cpus: 2 },
    });
    expect(compareReports(now, earlier).conditions).toEqual([
      'benchmark: full, was quick',
      'Redis version: unknown, was 7.2.1',
      'CPU: 2 × Test CPU, was 8 × Test CPU',
    ]);
  });

  it('finds a measure by its scenario, and nothing for what one of both lacks', () => {
    const comparison = compareReports(benchmarkReport({}, 2), benchmarkReport());
    expect(comparison.of('l2-latency', 'p50')).toMatchObject({ verdict: 'worse' });
    expect(comparison.of('l2-throughput', 'c10')).toMatchObject({ verdict: 'better' });
    expect(comparison.of('messages', 'p50')).toBeUndefined();
    expect(comparison.of('nothing', 'p50')).toBeUndefined();
  });
});

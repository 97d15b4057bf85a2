import { describe, expect, it } from 'vitest';
import { present } from '../../../../src/host/benchmark/present';
import { benchmarkReport } from '../../../fixtures/benchmarkReport';

describe('what the page of a benchmark shows', () => {
  it('has charts of what was measured, and none of what was not', () => {
    const report = benchmarkReport();
    const { charts, noise } = present(report, undefined);
    expect(charts.map(({ id, bars }) => [id, bars.map(({ label }) => label)])).toEqual([
      ['reads', ['From the miners', 'From Redis (L2)', 'From the process (L1)']],
      ['throughput', ['From Redis (L2)', 'From the process (L1)']],
      ['between', ['Invalidation']],
    ]);
    expect(charts[1]?.bars[0]).toMatchObject({ medians: [9_000, expect.any(Number), 90_000] });
    expect(noise.map(({ label, shares }) => [label, shares])).toContainEqual([
      'Invalidation, p50',
      [0.97, 0.99, 1, 1.01, 1.03],
    ]);
    expect(present({ ...report, scenarios: [] }, undefined)).toMatchObject({ charts: [], noise: [], sections: [] });
  });

  it('says for each figure what became of it, where there is an earlier one', () => {
    const earlier = benchmarkReport({ run: 'then', size: 'full' });
    const view = present(benchmarkReport({ run: 'now' }, 2), {
      ...earlier,
      scenarios: earlier.scenarios.filter(({ id }) => id !== 'direct'),
    });
    expect(view).toMatchObject({
      run: 'now',
      comparedWith: 'then',
      comparison: { conditions: ['benchmark: quick, was full'] },
    });
    const rows = (id: string) => view.sections.find((section) => section.id === id)?.rows;
    expect(rows('direct')?.[0]?.compared).toBeUndefined();
    expect(rows('l2-latency')?.[0]?.compared).toEqual({
      earlier: '100 µs',
      change: '+100 %, worse',
      verdict: 'worse',
    });
    expect(view.charts[0]?.bars.map(({ earlier: before }) => before)).toEqual([
      [null, null, null],
      [expect.closeTo(0.1), expect.closeTo(0.2), expect.closeTo(0.4)],
      [expect.closeTo(0.0003), expect.closeTo(0.0006), expect.closeTo(0.0012)],
    ]);
    expect(present(benchmarkReport(), undefined)).not.toHaveProperty('comparedWith');
  });
});

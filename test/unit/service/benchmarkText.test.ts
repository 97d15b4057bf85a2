import { describe, expect, it } from 'vitest';
import { compareReports } from '../../../src/service/benchmarkComparison';
import { parseReport, readReport, reportJson } from '../../../src/service/benchmarkFormat';
import { benchmarkMarkdown } from '../../../src/service/benchmarkMarkdown';
import {
  describeFacts,
  formatComparison,
  formatFigure,
  formatNoise,
  summarise,
} from '../../../src/service/benchmarkText';
import { benchmarkReport, measure } from '../../fixtures/benchmarkReport';

describe('the text of a benchmark', () => {
  it('gives figures three digits and the unit that suits them', () => {
    expect(formatFigure(0.000_31, 'ms')).toBe('310 ns');
    expect(formatFigure(0.095_92, 'ms')).toBe('95.9 µs');
    expect(formatFigure(22.062, 'ms')).toBe('22.1 ms');
    expect(formatFigure(3_210, 'ms')).toBe('3.21 s');
    expect(formatFigure(92_520, '/s')).toBe('92,500/s');
    expect(formatFigure(1, 'fetches')).toBe('1');
  });

  it('tells how far the repeats are apart, and what a comparison came to', () => {
    expect(formatNoise(measure([0.09, 0.1, 0.113]))).toBe('12 %, from 90 µs to 113 µs');
    expect(formatNoise(measure([0.1, 0.102, 0.101]))).toBe('1 %, from 100 µs to 102 µs');
    expect(formatNoise(measure([1, 1, 1]))).toBe('always the same');
    expect(formatNoise(measure([1]))).toBe('one repeat');
    expect(formatComparison({ earlierMedian: 1, change: -0.2, verdict: 'better' })).toBe('−20 %, better');
    expect(formatComparison({ earlierMedian: 1, change: 0.031, verdict: 'noise' })).toBe('+3.1 %, within the noise');
    expect(formatComparison({ earlierMedian: 1, change: 0, verdict: 'noise' })).toBe('the same');
    expect(formatComparison({ earlierMedian: 0, change: undefined, verdict: 'worse' })).toBe('worse');
  });

  it('says in a few sentences what the figures come to, and nothing of what is not known', () => {
    const report = benchmarkReport();
    expect(summarise(report)).toEqual([
      'A read from a miner takes 12 ms.',
      'A read from Redis takes 100 µs, 120 times as fast as from a miner.',
      'A read from the process takes 300 ns, 40,000 times as fast as from a miner.',
      'When 100 readers miss at once, the source is read once.',
      'Another instance notices an invalidation after 200 µs.',
    ]);
    const scenarios = report.scenarios.filter(({ id }) => id === 'l2-latency');
    expect(summarise({ ...report, scenarios })).toEqual(['A read from Redis takes 100 µs.']);
    expect(summarise({ ...report, scenarios: [] })).toEqual([]);
  });

  it('says what Redis tells, and what it does not tell to this login', () => {
    const report = benchmarkReport();
    const facts = Object.fromEntries(describeFacts(report));
    expect(facts).toMatchObject({
      Redis: '7.2.1, standalone',
      'Redis memory': '12 MiB, no limit',
      'Keys in Redis': '12,345',
    });
    const denied = Object.fromEntries(describeFacts({ ...report, redis: { masters: 3, denied: ['INFO', 'DBSIZE'] } }));
    expect(denied).toMatchObject({
      Redis: 'not told to this login, 3 masters',
      'Redis memory': 'not told to this login',
      'Keys in Redis': 'not told to this login',
      'Refused to this login': 'INFO, DBSIZE',
    });
  });
});

describe('an exported benchmark', () => {
  it('is Markdown with a table for each scenario, and what became of each figure', () => {
    const text = benchmarkMarkdown(benchmarkReport({}, 2), compareReports(benchmarkReport({}, 2), benchmarkReport()));
    expect(text).toContain('# Fleet Cache benchmark, 2026-03-04 05:06 UTC\n');
    expect(text).toContain('| Figure | Median | Noise | Earlier | Change |\n| --- | --- | --- | --- | --- |\n');
    expect(text).toContain('| p50 | 200 µs | 2 %, from 194 µs to 206 µs | 100 µs | +100 %, worse |');
    expect(text).toContain('| Fetches from the source | 1 | always the same | 1 | the same |');
    expect(text).toContain('*No message arrived.*');
    expect(benchmarkMarkdown(benchmarkReport())).toContain('| Figure | Median | Noise |\n');
  });

  it('lets no name become mark-up', () => {
    const connection = { name: 'a | <b>[c](d)\n# e', address: '`f`' };
    expect(benchmarkMarkdown(benchmarkReport({ connection }))).toContain(
      '| Connection | a \\| \\<b\\>\\[c\\](d) \\# e, \\`f\\` |',
    );
  });

  it('is read again as it was written, and nothing else is taken for one', () => {
    const report = benchmarkReport();
    expect(parseReport(reportJson(report), 'a.json')).toEqual(report);
    expect(() => parseReport('{', 'a.json')).toThrow('a.json is not JSON.');
    expect(() => parseReport('{"version":2}', 'a.json')).toThrow('a.json is no benchmark of this version');
    expect(readReport({ ...report, size: 'huge' })).toBeUndefined();
    expect(readReport({ ...report, startedAt: '<b>' })).toBeUndefined();
    expect(readReport(undefined)).toBeUndefined();
  });
});

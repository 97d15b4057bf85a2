import { describe, expect, it } from 'vitest';
import { columnsOfSamples } from '../../../../src/host/dashboard/sampleColumns';
import type { Sample, SampleColumns } from '../../../../src/protocol/dashboard';
import { samplesOf } from '../../../../src/webview/sampleColumns';

const COUNTS = { lookups: 9, l1Hits: 4, l2Hits: 2, staleHits: 1, misses: 1, bypasses: 1 };
const PLAIN = { spanMs: 5_000, total: COUNTS, invalidations: 0, evictions: 0, redisWasDown: false };

function overTheWire(samples: readonly Sample[]): Sample[] {
  return samplesOf(JSON.parse(JSON.stringify(columnsOfSamples(samples))) as SampleColumns);
}

describe('samples in columns', () => {
  it('come out as they went in, whatever is absent', () => {
    const samples: Sample[] = [
      { at: 5_000, ...PLAIN, datasets: {} },
      { at: 10_000, ...PLAIN, datasets: { a: COUNTS }, hitMs: 0.25, redisMemoryBytes: 17, redisWasDown: true },
      { at: 40_000, ...PLAIN, spanMs: 30_000, datasets: { b: COUNTS }, missMs: 20, invalidations: 3, evictions: 2 },
    ];
    expect(overTheWire(samples)).toEqual(samples);
    expect(overTheWire(samples)[0]).not.toHaveProperty('hitMs');
    expect(overTheWire([])).toEqual([]);
  });

  it('takes any name of a dataset for nothing but a name', () => {
    const datasets = Object.fromEntries(['__proto__', 'constructor', 'hasOwnProperty'].map((name) => [name, COUNTS]));
    const [sample] = overTheWire([{ at: 5_000, ...PLAIN, datasets }]);
    expect(Object.keys(sample?.datasets ?? {}).sort()).toEqual(['__proto__', 'constructor', 'hasOwnProperty']);
  });

  it('tells medians to a thousandth of a millisecond', () => {
    expect(overTheWire([{ at: 5_000, ...PLAIN, datasets: {}, hitMs: 0.123456 }])[0]?.hitMs).toBe(0.123);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HistorySample, NO_COUNTS } from '../../../src/service/metricsSample';
import { SampleRings } from '../../../src/service/sampleRings';

function sampleAt(at: number): HistorySample {
  const total = { ...NO_COUNTS, lookups: 1, misses: 1 };
  const datasets = new Map([['miner:status' as const, total]]);
  return { at, spanMs: 5_000, total, datasets, invalidations: 1, evictions: 0, redisWasDown: false };
}

describe('SampleRings', () => {
  it('give samples of six hours in one order and bounded number, however the clock goes', () => {
    const steps = fc.array(fc.integer({ min: -4_000_000, max: 4_000_000 }), { maxLength: 300 });
    fc.assert(
      fc.property(steps, (jumps) => {
        const rings = new SampleRings();
        let at = 1_800_000_000_000;
        for (const jump of jumps) {
          at += jump;
          rings.add(sampleAt(at));
        }
        const samples = rings.all();
        expect(samples.at(-1)?.at).toBe(jumps.length === 0 ? undefined : at);
        expect(samples.every((each, index) => each.at > (samples[index - 1]?.at ?? 0))).toBe(true);
        expect(samples.every((each) => each.at > at - 6 * 3_600_000)).toBe(true);
      }),
    );
  });

  it('hold no more than they may when samples come faster than they should', () => {
    const rings = new SampleRings();
    for (let index = 0; index < 5_000; index++) {
      rings.add(sampleAt(1_800_000_000_000 + index));
    }
    expect(rings.all().length).toBeLessThanOrEqual(1_001);
    expect(rings.all().reduce((sum, { total }) => sum + total.lookups, 0)).toBe(5_000);
  });
});

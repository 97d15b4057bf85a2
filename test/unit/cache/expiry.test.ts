import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDueEarly, jitteredTtlS } from '../../../src/cache/expiry';

const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('jitteredTtlS', () => {
  it('stays within a tenth of the TTL, either way', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 43_200 }), anyRandom, (ttlS, random) => {
        const jittered = jitteredTtlS(ttlS, () => random);
        expect(jittered).toBeGreaterThanOrEqual(ttlS * 0.9 - 0.001);
        expect(jittered).toBeLessThanOrEqual(ttlS * 1.1 + 0.001);
      }),
    );
    expect([0, 0.5].map((random) => jitteredTtlS(10, () => random))).toEqual([9, 10]);
  });
});

describe('isDueEarly', () => {
  it('comes true as XFetch has it: with a probability of e to the power of -left/cost', () => {
    for (const share of [0.1, 0.5, 1, 2, 4]) {
      const tries = 100_000;
      let due = 0;
      for (let index = 0; index < tries; index++) {
        // Evenly spread, so that the outcome is always the same.
        due += isDueEarly(share * 40, 40, () => index / tries) ? 1 : 0;
      }
      expect(due / tries).toBeCloseTo(Math.exp(-share), 3);
    }
  });

  it('is never true before the window that is worth asking in, but once in ten million times', () => {
    expect(isDueEarly(40 * 16, 40, () => 1 - 1.5e-7)).toBe(false);
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 60_000, noNaN: true }), anyRandom, (costMs, random) => {
        fc.pre(random < 1 - 2e-7);
        return !isDueEarly(costMs * 16, costMs, () => random);
      }),
    );
  });

  it('is always true once it has expired', () => {
    fc.assert(fc.property(anyRandom, (random) => isDueEarly(-1, 40, () => random)));
  });
});

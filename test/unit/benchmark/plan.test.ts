import { describe, expect, it } from 'vitest';
import { orderOf, PLANS } from '../../../src/benchmark/plan';
import { SCENARIOS } from '../../../src/benchmark/scenarios';

describe('the plan of a benchmark', () => {
  it('begins each repeat with another scenario, and leaves none out', () => {
    expect(orderOf(['a', 'b', 'c'], 0)).toEqual(['a', 'b', 'c']);
    expect(orderOf(['a', 'b', 'c'], 1)).toEqual(['b', 'c', 'a']);
    expect(orderOf(['a', 'b', 'c'], 5)).toEqual(['c', 'a', 'b']);
    expect(orderOf([], 3)).toEqual([]);
  });

  it('repeats often enough to know the noise, and more often when there is time', () => {
    expect(PLANS.quick.repeats).toBeGreaterThanOrEqual(3);
    expect(PLANS.full.repeats).toBeGreaterThan(PLANS.quick.repeats);
  });

  it('has no two scenarios, nor two measures of one, of the same id', () => {
    const ids = SCENARIOS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { measures } of SCENARIOS) {
      expect(new Set(measures.map(({ id }) => id)).size).toBe(measures.length);
    }
  });
});

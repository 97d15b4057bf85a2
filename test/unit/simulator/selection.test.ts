import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/base/errors';
import { select, UnknownMinerError } from '../../../src/simulator/selection';

const MINERS = Array.from({ length: 200 }, (_, index) => ({ id: `m${index}` }));

function idsOf(selection: Parameters<typeof select>[1], seed = 1): string[] {
  return select(MINERS, selection, seed).map(({ id }) => id);
}

describe('select', () => {
  it('means all miners by default', () => {
    expect(select(MINERS, {}, 1)).toBe(MINERS);
  });

  it('finds the named ones, in the order of the fleet, each once', () => {
    expect(idsOf({ ids: ['m7', 'm3', 'm7'] })).toEqual(['m3', 'm7']);
    expect(idsOf({ ids: [] })).toEqual([]);
  });

  it('says whom it does not know', () => {
    expect(() => idsOf({ ids: ['m3', 'nobody'] })).toThrow(UnknownMinerError);
    expect(() => idsOf({ ids: ['m3', 'nobody'] })).toThrow('"nobody"');
  });

  it('takes always the same share, as part of any larger one', () => {
    const five = idsOf({ percent: 5 });

    expect(five).toHaveLength(10);
    expect(idsOf({ percent: 5 })).toEqual(five);
    expect(idsOf({ percent: 20 })).toEqual(expect.arrayContaining(five));
    expect(idsOf({ percent: 5 }, 2)).not.toEqual(five);
    expect(idsOf({ percent: 0.001 })).toHaveLength(1);
    expect(idsOf({ percent: 100 })).toHaveLength(200);
  });

  it.each([0, -1, 100.1, Number.NaN])('refuses a share of %d%', (percent) => {
    expect(() => idsOf({ percent })).toThrow(ConfigurationError);
  });

  it('refuses ids and a share at once', () => {
    expect(() => idsOf({ ids: ['m1'], percent: 5 })).toThrow('not by both');
  });
});

import { describe, expect, it } from 'vitest';
import { checkGroups, type PoolGroupSettings, partsOf } from '../../../../src/simulator/machine/poolGroups';

function group(name: string, share: PoolGroupSettings['share']): PoolGroupSettings {
  return { uid: name, name, share, pools: [] };
}

describe('the parts of all work', () => {
  it('are fixed ratios first; quotas share the rest', () => {
    expect(partsOf([group('a', { ratio: 0.4 }), group('b', { quota: 1 }), group('c', { quota: 2 })])).toEqual([
      0.4,
      expect.closeTo(0.2, 9),
      expect.closeTo(0.4, 9),
    ]);
  });

  it('are all for a group alone, and none without groups', () => {
    expect(partsOf([group('a', { quota: 7 })])).toEqual([1]);
    expect(partsOf([])).toEqual([]);
  });
});

describe('groups beside each other', () => {
  it('may not promise more than all work, or have the same name', () => {
    checkGroups([group('a', { ratio: 0.4 }), group('b', { ratio: 0.6 })]);
    expect(() => checkGroups([group('a', { ratio: 0.7 }), group('b', { ratio: 0.6 })])).toThrow('1 is the most');
    expect(() => checkGroups([group('a', { quota: 1 }), group('a', { quota: 1 })])).toThrow('same name');
    const many = Array.from({ length: 9 }, (_, index) => group(`g${index}`, { quota: 1 }));
    expect(() => checkGroups(many)).toThrow('8 are the most');
  });
});

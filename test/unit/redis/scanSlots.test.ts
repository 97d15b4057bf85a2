import { describe, expect, it } from 'vitest';
import { groupBySlot, keySlot } from '../../../src/redis/scanSlots';

describe('keySlot', () => {
  // What CLUSTER KEYSLOT answers.
  it.each([
    ['', 0],
    ['123456789', 12_739],
    ['foo', 12_182],
    ['{foo}bar', 12_182],
    ['x{foo}{bar}', 12_182],
    ['{}foo', 9_500],
    ['foo{', 7_673],
    ['}foo{', 8_453],
  ])('gives %j the slot that Redis gives it', (key, slot) => {
    expect(keySlot(Buffer.from(key))).toBe(slot);
  });

  it('groups keys of one slot, in their order', () => {
    const keys = ['a{t}', 'b', 'c{t}'].map((key) => Buffer.from(key));
    expect(groupBySlot(keys).map((group) => group.map(String))).toEqual([['a{t}', 'c{t}'], ['b']]);
  });
});

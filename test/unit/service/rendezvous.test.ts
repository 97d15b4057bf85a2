import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashText, memberOf, ownerOf } from '../../../src/service/rendezvous';

const KEYS = Array.from({ length: 2_000 }, (_, index) => hashText(`miner-${index}`));
const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 12 });

function owners(memberIds: readonly string[]): readonly (string | undefined)[] {
  const members = memberIds.map(memberOf);
  return KEYS.map((key) => ownerOf(key, members)?.id);
}

describe('rendezvous hashing', () => {
  it('gives nobody a key when there is nobody', () => {
    expect(ownerOf(1, [])).toBeUndefined();
  });

  it('has all who know the same members agree, in whatever order they know them', () => {
    fc.assert(
      fc.property(ids, (memberIds) => {
        expect(owners([...memberIds].reverse())).toEqual(owners(memberIds));
      }),
    );
  });

  it('moves only the keys of the member that goes, and only to the one that comes', () => {
    fc.assert(
      fc.property(ids, fc.string({ minLength: 41, maxLength: 50 }), (memberIds, newcomer) => {
        const before = owners(memberIds);
        const after = owners([...memberIds, newcomer]);
        expect(after.filter((owner, index) => owner !== before[index] && owner !== newcomer)).toEqual([]);
      }),
    );
  });

  it('shares evenly, also among names that differ in a single letter', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), fc.string({ minLength: 1, maxLength: 30 }), (count, prefix) => {
        const shares = new Map<string | undefined, number>();
        for (const owner of owners(Array.from({ length: count }, (_, index) => `${prefix}${index}`))) {
          shares.set(owner, (shares.get(owner) ?? 0) + 1);
        }
        // Seven standard deviations of a fair draw: less than once in 10¹¹ runs by chance.
        const fair = KEYS.length / count;
        const tolerance = 7 * Math.sqrt(fair * (1 - 1 / count));
        expect(shares.size).toBe(count);
        for (const share of shares.values()) {
          expect(Math.abs(share - fair)).toBeLessThan(tolerance);
        }
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf, makeOffer, NO_OFFER, readOffer } from '../../../src/service/watchOffer';

const minerIds = fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1 }), { maxLength: 50 });

describe('an offer', () => {
  it('names the miners that it is made of and no others, whatever their order', () => {
    fc.assert(
      fc.property(minerIds, fc.string({ unit: 'binary', minLength: 1 }), (ids, other) => {
        fc.pre(!ids.includes(other));
        const offer = makeOffer(ids);
        const digests = readOffer(offer);
        expect(ids.every((id) => digests.has(digestOf(id)))).toBe(true);
        expect(digests.has(digestOf(other))).toBe(false);
        expect(makeOffer([...ids].reverse())).toEqual(offer);
      }),
    );
  });

  it('has another fingerprint when it names other miners', () => {
    expect(makeOffer(['a']).fingerprint).not.toBe(makeOffer(['a', 'b']).fingerprint);
    expect(makeOffer([]).fingerprint).not.toBe(NO_OFFER.fingerprint);
  });

  it('is read without harm, whatever somebody wrote in its place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(readOffer({ fingerprint: 'x', text }).has(digestOf('miner-1'))).toBe(false);
      }),
    );
    expect(readOffer(NO_OFFER).size).toBe(0);
  });
});

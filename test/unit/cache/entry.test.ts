import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEntry, type Entry, encodeEntry, matchesGenerations } from '../../../src/cache/entry';

const entry: Entry = {
  data: { state: 'normal' },
  fetchedAt: 1_800_000_000_000,
  ttlS: 10,
  costMs: 12.5,
  by: 'host-1',
  generations: [1, 2, 3],
};

describe('entry', () => {
  it('is the documented envelope', () => {
    expect(JSON.parse(encodeEntry(entry))).toEqual({
      v: 1,
      data: { state: 'normal' },
      at: 1_800_000_000_000,
      ttl: 10,
      cost: 12.5,
      by: 'host-1',
      gen: [1, 2, 3],
    });
  });

  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        const text = encodeEntry({ ...entry, data });
        const decoded = decodeEntry(text);
        expect(decoded.type).toBe('entry');
        expect(decoded.type === 'entry' && encodeEntry(decoded.entry)).toBe(text);
      }),
    );
  });

  it('takes a bare JSON value for foreign', () => {
    expect(decodeEntry('{"hashrate":1}')).toEqual({ type: 'foreign', data: { hashrate: 1 } });
    expect(decodeEntry('42')).toEqual({ type: 'foreign', data: 42 });
    expect(decodeEntry('{"v":1,"data":2}')).toEqual({ type: 'foreign', data: { v: 1, data: 2 } });
  });

  it('leaves entries of a later version alone', () => {
    expect(decodeEntry('{"v":2,"data":1,"gen":[]}')).toEqual({ type: 'newer' });
  });

  it.each(['', '{', 'not json', '{"v":1,"data":1,"gen":[1,"2"]}', '{"v":1,"data":1,"gen":[1],"at":"x"}'])(
    'finds %j corrupt',
    (text) => {
      expect(decodeEntry(text)).toEqual({ type: 'corrupt' });
    },
  );

  it('never throws, whatever is stored', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => decodeEntry(text).type.length > 0));
  });

  it('matches only exactly its own generations', () => {
    expect(matchesGenerations(entry, [1, 2, 3])).toBe(true);
    expect(matchesGenerations(entry, [1, 2, 4])).toBe(false);
    expect(matchesGenerations(entry, [1, 2])).toBe(false);
  });
});

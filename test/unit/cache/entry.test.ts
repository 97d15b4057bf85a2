import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Entry, encodeEntry, entryOf, parseEntry } from '../../../src/cache/entry';

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
        const parsed = parseEntry(text);
        expect(typeof parsed === 'object' && encodeEntry(entryOf(parsed))).toBe(text);
      }),
    );
  });

  it('takes a bare JSON value for foreign', () => {
    for (const text of ['{"hashrate":1}', '42', 'null', '[1]', '{"v":1,"data":2}', '{"v":1,"gen":[]}']) {
      expect(parseEntry(text)).toBe('foreign');
    }
  });

  it('leaves entries of a later version alone', () => {
    expect(parseEntry('{"v":2,"data":1,"gen":[]}')).toBe('newer');
  });

  it.each(['', '{', 'not json', '{"v":1,"data":1,"gen":[1,"2"]}', '{"v":1,"data":1,"gen":[1],"at":"x"}'])(
    'finds %j corrupt',
    (text) => {
      expect(parseEntry(text)).toBe('corrupt');
    },
  );

  it('never throws, whatever is stored', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseEntry(text) !== undefined));
  });
});

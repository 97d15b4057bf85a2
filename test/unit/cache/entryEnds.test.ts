import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENTRY_ENDS, encodeEntry, headerOf, parseEntry, parseEntryEnds } from '../../../src/cache/entry';

const ends = (text: string) => {
  const bytes = Buffer.from(text);
  return parseEntryEnds(bytes.subarray(0, ENTRY_ENDS.head).toString(), bytes.subarray(-ENTRY_ENDS.tail).toString());
};

const entries = fc.record({
  data: fc.jsonValue(),
  fetchedAt: fc.integer({ min: 0, max: 2 ** 45 }),
  ttlS: fc.double({ min: 0, max: 1e6, noNaN: true }),
  costMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
  by: fc.string({ unit: 'binary', maxLength: 60 }),
  generations: fc.array(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), { maxLength: 8 }),
});

describe('parseEntryEnds', () => {
  it('says what the whole entry says', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const text = encodeEntry(entry);
        const whole = parseEntry(text);
        expect(ends(text)).toEqual(typeof whole === 'object' ? headerOf(whole) : undefined);
      }),
    );
  });

  it('is not deceived by data that looks like the end of an entry', () => {
    const entry = { fetchedAt: 5, ttlS: 6, costMs: 7, by: 'me', generations: [8] };
    const fake = ',"at":1,"ttl":2,"cost":3,"by":"x","gen":[]}';
    for (const data of [fake, { text: fake }, [fake], JSON.parse(`{"a":1${fake}`)]) {
      expect(ends(encodeEntry({ data, ...entry }))).toMatchObject({ at: 5, by: 'me' });
    }
    // The end of some data, and not of the entry.
    expect(ends(`{"v":1,"data":{"a":1${fake}}`)).toBeUndefined();
    expect(ends(`{"v":2,"data":1${fake}`)).toBeUndefined();
    expect(ends(`[1${fake}`)).toBeUndefined();
  });
});

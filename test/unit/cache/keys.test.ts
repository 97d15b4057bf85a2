import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeId, generationKeys, minerKey, summaryKey } from '../../../src/cache/keys';

const anyId = fc.string({ unit: 'binary', minLength: 1 });

describe('keys', () => {
  it('builds the documented names', () => {
    expect(minerKey('m-1', 'status')).toBe('v1:cache:miner:m-1:status');
    expect(summaryKey('north')).toBe('v1:cache:fleet:north:summary');
    expect(generationKeys.fleet('north')).toBe('v1:gen:fleet:north');
  });

  it('encodes separators, globs, hash tags and control characters', () => {
    expect(encodeId('a:b%c*d?e[f]g\\h{i}\n')).toBe('a%3Ab%25c%2Ad%3Fe%5Bf%5Dg%5Ch%7Bi%7D%0A');
    expect(encodeId('Zürich 北')).toBe('Zürich 北');
    expect(encodeId('\ud800')).toBe('%uD800');
  });

  it('gives different ids different keys, in UTF-8 too, and no id a way into another key', () => {
    fc.assert(
      fc.property(anyId, anyId, (a, b) => {
        fc.pre(a !== b);
        return Buffer.compare(Buffer.from(minerKey(a, 'status')), Buffer.from(minerKey(b, 'status'))) !== 0;
      }),
    );
    fc.assert(fc.property(anyId, (id) => minerKey(id, 'status').split(':').length === 5));
  });
});

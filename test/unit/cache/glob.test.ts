import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob, compileRawGlob, globOfPrefix } from '../../../src/cache/glob';

describe('a pattern', () => {
  it.each([
    ['v1:cache:miner:*:status', 'v1:cache:miner:m1:status', true],
    ['v1:cache:miner:*:status', 'v1:cache:miner:m1:stats', false],
    ['v1:cache:*', 'v1:cache:', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['[a-c]x', 'bx', true],
    ['[c-a]x', 'bx', true],
    ['[^a-c]x', 'bx', false],
    ['[^a-c]x', 'dx', true],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['[\\]]', ']', true],
    ['', '', true],
    ['', 'a', false],
    ['**a**', 'bab', true],
  ])('%s and the key %s', (pattern, key, isMatch) => {
    expect(compileGlob(pattern)(key)).toBe(isMatch);
  });

  it('counts bytes, as Redis does', () => {
    expect(compileGlob('?')('é')).toBe(false);
    expect(compileGlob('??')('é')).toBe(true);
  });

  it('takes raw keys byte by byte', () => {
    expect(compileRawGlob('[\xf0-\xff]\x00?')('\xff\x00\xc3')).toBe(true);
    expect(compileRawGlob('[\xf0-\xff]\x00?')('\xc3\x00\xc3')).toBe(false);
  });

  it('stands for a prefix letter for letter', () => {
    const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)) });
    fc.assert(
      fc.property(bytes, bytes, bytes, (prefix, rest, other) => {
        const isMatch = compileRawGlob(globOfPrefix(prefix));
        expect(isMatch(prefix + rest)).toBe(true);
        expect(isMatch(other)).toBe(other.startsWith(prefix));
      }),
    );
  });

  it('takes no time to speak of, however many wildcards it has', () => {
    expect(compileGlob(`${'*a'.repeat(500)}b`)('a'.repeat(1_000))).toBe(false);
  });
});

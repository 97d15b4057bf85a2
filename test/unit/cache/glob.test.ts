import { describe, expect, it } from 'vitest';
import { compileGlob } from '../../../src/cache/glob';

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

  it('takes no time to speak of, however many wildcards it has', () => {
    expect(compileGlob(`${'*a'.repeat(500)}b`)('a'.repeat(1_000))).toBe(false);
  });
});

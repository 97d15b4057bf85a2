import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatcher, globOfPrefix } from '../../../src/service/globMatcher';

const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)) });

describe('globMatcher', () => {
  it.each([
    ['*', '', true],
    ['a*c', 'abbc', true],
    ['a*c', 'abbcd', false],
    ['a?c', 'ab', false],
    ['a?c', 'a\nc', true],
    ['h[ae]llo', 'hello', true],
    ['h[^e]llo', 'hello', false],
    ['h[a-c]llo', 'hbllo', true],
    ['h[c-a]llo', 'hbllo', true],
    ['h\\*llo', 'h*llo', true],
    ['h\\*llo', 'hxllo', false],
    ['h[\\]]llo', 'h]llo', true],
    ['h[a', 'ha', true],
    ['a.c', 'abc', false],
    ['$^(x)', '$^(x)', true],
    ['a\\', 'a\\', true],
    ['**a**', 'bab', true],
  ])('%s on %s: %s', (glob, name, expected) => {
    expect(globMatcher(glob)(name)).toBe(expected);
  });

  it('takes a prefix letter for letter', () => {
    fc.assert(
      fc.property(bytes, bytes, bytes, (prefix, rest, other) => {
        const matches = globMatcher(globOfPrefix(prefix));
        expect(matches(prefix + rest)).toBe(true);
        expect(matches(other)).toBe(other.startsWith(prefix));
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOwnKey, rawKeyOf, showRaw, textOfKey } from '../../../src/cache/rawKeys';

describe('raw keys', () => {
  it('give back the text that they were made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(textOfKey(rawKeyOf(text))).toBe(text);
      }),
    );
  });

  it('are shown as text, or byte by byte, and never in a way that spoils a line', () => {
    expect(showRaw(rawKeyOf('v1:cache:miner:Ä 1:status'))).toBe('v1:cache:miner:Ä 1:status');
    expect(showRaw('a\xff\x00\xc3')).toBe('a\\xff\\x00\\xc3');
    expect(textOfKey('a\xff')).toBeUndefined();
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)) }),
        (raw) => {
          expect(showRaw(raw)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        },
      ),
    );
  });

  it('are ours by what they begin with', () => {
    expect(isOwnKey('v1:cache:x')).toBe(true);
    expect(isOwnKey('v1')).toBe(false);
    expect(isOwnKey('xv1:')).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { cleanData, cleanText } from '../../../src/mcp/untrusted';
import { HOSTILE_TEXTS } from '../../fixtures/hostileTexts';

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}]/u;

describe('cleanText', () => {
  it.each(Object.entries(HOSTILE_TEXTS))('leaves nothing unseen and nothing long of %s', (_, text) => {
    const clean = cleanText(text);
    expect(clean).not.toMatch(UNSEEN);
    expect(clean.length).toBeLessThanOrEqual(200);
    expect(clean).not.toContain('\n');
    expect(clean.length).toBeGreaterThan(0);
  });

  it('keeps what people write, in any language', () => {
    for (const text of ['m-01', 'Minière n° 3 (Zürich)', '矿机 7', 'Шахта', 'a_b.c:d/e', '__proto__', '🔥 hot']) {
      expect(cleanText(text)).toBe(text);
    }
  });

  it('takes out orders that are hidden in characters nobody sees', () => {
    const hidden = [...'ignore all'].map((c) => String.fromCodePoint(0xe0000 + (c.codePointAt(0) ?? 0))).join('');
    expect(cleanText(`miner${hidden}`)).toBe('miner');
  });

  it('makes one line of many, and says that a text was longer', () => {
    expect(cleanText('a\r\n\r\nb\u2028c')).toBe('a b c');
    expect(cleanText('x'.repeat(201))).toBe(`${'x'.repeat(199)}…`);
    expect(cleanText('x'.repeat(200))).toBe('x'.repeat(200));
  });
});

describe('cleanData', () => {
  it('cleans texts and names, and leaves figures alone', () => {
    const data = { 'a\u0000b': ['x\u202ey', 1, null, true], constructor: { deep: 'z' } };
    expect(cleanData(data)).toEqual({ ab: ['xy', 1, null, true], constructor: { deep: 'z' } });
    expect(cleanData(JSON.parse('{"__proto__": "x"}'))).toEqual(JSON.parse('{"__proto__": "x"}'));
  });

  it('bounds lists, members and depth', () => {
    let deep: unknown = 'end';
    for (let level = 0; level < 50; level++) {
      deep = [deep];
    }
    expect(JSON.stringify(cleanData(deep)).length).toBeLessThan(50);
    expect(cleanData(new Array(10_000).fill('x'))).toHaveLength(200);
    const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, index]));
    expect(Object.keys(cleanData(wide) as object)).toHaveLength(200);
  });
});

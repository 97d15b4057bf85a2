import { describe, expect, it } from 'vitest';
import { judge } from '../../../../src/host/keys/comparisonText';
import { compareData, orderedJson } from '../../../../src/host/keys/freshComparison';

const paths = (cached: unknown, fresh: unknown) => compareData(cached, fresh).differences.map(({ path }) => path);
const verdict = (cached: unknown, fresh: unknown, isServed = true) =>
  judge(compareData(cached, fresh), isServed, '7 s');

describe('compareData', () => {
  it('names where the data differs', () => {
    const cached = { state: 'normal', pools: [{ url: 'a', user: 'u' }], same: { a: [1] } };
    const fresh = { state: 'paused', pools: [{ url: 'b', user: 'u' }, { url: 'c' }], same: { a: [1] } };
    expect(paths(cached, fresh)).toEqual(['state', 'pools[0].url', 'pools[1]']);
    expect(paths([1], { 0: 1 })).toEqual(['']);
  });

  it('takes what JSON leaves out for not there', () => {
    expect(paths({ a: 1 }, { a: 1, b: undefined })).toEqual([]);
    expect(paths({ a: 1 }, { a: 1, b: null })).toEqual(['b']);
  });

  it('tells readings, and all that is in them, from what is set', () => {
    const { differences } = compareData(
      { hashrateThs: { last5s: 1 }, targetTempC: 60, fans: [{ rpm: 1 }], enabled: true },
      { hashrateThs: { last5s: 2 }, targetTempC: 70, fans: [{ rpm: 2 }], enabled: false },
    );
    expect(differences).toEqual([
      { path: 'hashrateThs.last5s', isVolatile: true },
      { path: 'targetTempC', isVolatile: false },
      { path: 'fans[0].rpm', isVolatile: true },
      { path: 'enabled', isVolatile: false },
    ]);
  });

  it('lists no more than a few hundred', () => {
    const of = (offset: number) => Array.from({ length: 5_000 }, (_, index) => index + offset);
    const comparison = compareData(of(0), of(1));
    expect(comparison.differences).toHaveLength(200);
    expect(comparison.isCapped).toBe(true);
    expect(judge(comparison, true, '7 s').title).toContain('[0], [1], [2] and at least 197 more');
  });
});

describe('judge', () => {
  it('says what the cache lies about', () => {
    const { lies, title, detail } = verdict({ state: 'normal', powerW: 1 }, { state: 'paused', powerW: 2 });
    expect(lies).toBe(true);
    expect(title).toBe('the cache lies about state');
    expect(detail).toContain('fetched 7 s ago, and readers still get it');
    expect(verdict({ a: 1, b: 1 }, { a: 2, b: 2 }).title).toBe('the cache lies about a and b');
    expect(verdict(1, 2).title).toBe('the cache lies about everything');
  });

  it('does not call it a lie when readers do not get it', () => {
    const { lies, title } = verdict({ state: 'normal' }, { state: 'paused' }, false);
    expect(lies).toBe(false);
    expect(title).toBe('out of date in state, and not served');
  });

  it('does not call it a lie when only readings moved on', () => {
    const { lies, title } = verdict({ powerW: 1, rpm: 1 }, { powerW: 2, rpm: 2 });
    expect(lies).toBe(false);
    expect(title).toBe('the cache does not lie, 2 readings moved on');
    expect(verdict({ a: 1 }, { a: 1 }).title).toBe('the cache does not lie, nothing differs');
  });
});

describe('orderedJson', () => {
  it('is the same text for the same data', () => {
    expect(orderedJson({ b: [{ d: 1, c: 2 }], a: 1 })).toBe(orderedJson({ a: 1, b: [{ c: 2, d: 1 }] }));
    expect(orderedJson(JSON.parse('{"__proto__":1,"a":2}'))).toBe('{\n  "__proto__": 1,\n  "a": 2\n}\n');
  });
});

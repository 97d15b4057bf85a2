import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTtl, ttlText } from '../../../src/host/ttlText';

describe('parseTtl', () => {
  it.each([
    ['10s', 10_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    [' 1h 30m ', 5_400_000],
    ['1h30m', 5_400_000],
    ['1.5 hours', 5_400_000],
    ['2 Days', 172_800_000],
    ['90 sec', 90_000],
    ['10 minutes', 600_000],
    ['1500ms', 1_500],
    ['365d', 31_536_000_000],
  ])('reads %j', (text, ttlMs) => {
    expect(parseTtl(text)).toEqual({ ttlMs });
  });

  it.each([
    ['', /Write a time, such as 10s, 5m or 2h/],
    ['10', /Write the unit as well: 10s, 10m or 10h/],
    ['soon', /"soon" is no time/],
    ['-5m', /"-5m" is no time/],
    ['5m, 3s', /is no time/],
    ['3 fortnights', /"fortnights" is no unit of time/],
    ['5constructor', /"constructor" is no unit/],
    ['0s', /at least 1s/],
    ['200ms', /at least 1s/],
    ['366d', /at most 365d/],
    ['99999999999999999999d', /at most 365d/],
  ])('says what is wrong with %j', (text, problem) => {
    expect(parseTtl(text).problem).toMatch(problem);
  });

  it('reads whatever ttlText writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 31_536_000 }), (seconds) => {
        expect(parseTtl(ttlText(seconds * 1_000))).toEqual({ ttlMs: seconds * 1_000 });
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatHashrate,
  formatRatio,
  formatSeconds,
  plural,
} from '../../../src/host/format';

describe('format', () => {
  it.each([
    [0, '0 ms'],
    [850, '850 ms'],
    [1_400, '1 s'],
    [59_400, '59 s'],
    [59_600, '1 min'],
    [250_000, '4 min 10 s'],
    [3_600_000, '1 h'],
    [11_100_000, '3 h 5 min'],
    [-5, '0 ms'],
  ])('shows %i ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('shows hashrates, sizes, ratios and counts', () => {
    expect(formatHashrate(0)).toBe('0.0 TH/s');
    expect(formatHashrate(999.96)).toBe('1000.0 TH/s');
    expect(formatHashrate(4_930)).toBe('4.93 PH/s');
    expect(formatBytes(1_023)).toBe('1023 B');
    expect(formatBytes(1_536)).toBe('1.5 kB');
    expect([7, 250, 11_100].map(formatSeconds)).toEqual(['7s', '4m 10s', '3h 5m']);
    expect(formatRatio(0.867)).toBe('87 %');
    expect([0, 999, 1_000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
    expect(plural(1, 'miner')).toBe('1 miner');
    expect(plural(2_000, 'entry', 'entries')).toBe('2,000 entries');
  });
});

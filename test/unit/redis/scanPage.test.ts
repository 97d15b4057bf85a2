import { describe, expect, it } from 'vitest';
import { scannedShare, showKey } from '../../../src/redis/scanPage';

describe('scannedShare', () => {
  it('reads a cursor with its bits in reverse order, whatever the size of the table', () => {
    expect(scannedShare('0')).toBe(0);
    expect(scannedShare('1')).toBe(0.5);
    expect(scannedShare('2')).toBe(0.25);
    expect(scannedShare('3')).toBe(0.75);
    expect(scannedShare(String(2 ** 20 - 1))).toBeCloseTo(1, 5);
  });

  it('takes cursors of 64 bits', () => {
    expect(scannedShare('18446744073709551615')).toBeCloseTo(1, 5);
  });
});

describe('showKey', () => {
  it('shows text as it is', () => {
    expect(showKey(Buffer.from('v1:cache:miner:Ä 1:status'))).toBe('v1:cache:miner:Ä 1:status');
  });

  it('escapes what would spoil a terminal or a line', () => {
    expect(showKey(Buffer.from('a\u001b[2J\n\u202eb\u2028'))).toBe('a\\x1b[2J\\x0a\\xe2\\x80\\xaeb\\xe2\\x80\\xa8');
  });

  it('escapes bytes that are not UTF-8', () => {
    expect(showKey(Buffer.from([0x61, 0xff, 0x00, 0xc3]))).toBe('a\\xff\\x00\\xc3');
  });
});

import { describe, expect, it } from 'vitest';
import { parseByteSize } from '../../../src/host/byteSizeText';

describe('parseByteSize', () => {
  it.each([
    ['500', 500],
    ['0', 0],
    ['10k', 10_240],
    [' 1.5 MB ', 1_572_864],
    ['2 GiB', 2_147_483_648],
    ['7 B', 7],
  ])('reads %j', (text, bytes) => {
    expect(parseByteSize(text)).toEqual({ bytes });
  });

  it.each(['', 'k', '-1', '1 mile', '1e9', '1,000', '99999999999 GB'])('does not take %j', (text) => {
    expect(parseByteSize(text).problem).toMatch(/Write a size, such as/);
  });
});

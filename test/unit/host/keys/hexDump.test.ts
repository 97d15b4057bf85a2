import { describe, expect, it } from 'vitest';
import { hexDump } from '../../../../src/host/keys/hexDump';

describe('hexDump', () => {
  it('shows sixteen bytes a line, the last one filled up', () => {
    const bytes = Buffer.from([...Array(16).keys(), 0x41, 0x7e, 0x7f, 0xff]);
    expect(hexDump(bytes)).toBe(
      [
        '00000000  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  |................|',
        '00000010  41 7e 7f ff                                       |A~..|',
      ].join('\n'),
    );
  });

  it('has nothing to show of nothing', () => {
    expect(hexDump(Buffer.alloc(0))).toBe('');
  });
});

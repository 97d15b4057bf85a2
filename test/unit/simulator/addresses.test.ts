import { describe, expect, it } from 'vitest';
import { loopbackAddresses } from '../../../src/simulator/addresses';

describe('loopbackAddresses', () => {
  it('counts up from behind the base', () => {
    expect(loopbackAddresses('127.10.0.0', 3)).toEqual(['127.10.0.1', '127.10.0.2', '127.10.0.3']);
  });

  it('skips what ends in 0 or 255', () => {
    expect(loopbackAddresses('127.10.255.253', 3)).toEqual(['127.10.255.254', '127.11.0.1', '127.11.0.2']);
  });

  it('gives thousands of different ones', () => {
    const addresses = loopbackAddresses('127.10.0.0', 2_000);
    expect(new Set(addresses).size).toBe(2_000);
    expect(addresses.at(-1)).toBe('127.10.7.222');
  });

  it.each(['10.0.0.0', '128.0.0.0', '127.0.0', '127.0.0.256', 'localhost', '::1', '0.0.0.0'])('refuses %s', (base) => {
    expect(() => loopbackAddresses(base, 1)).toThrow(base);
  });

  it('refuses a base with too few behind it', () => {
    expect(() => loopbackAddresses('127.255.255.250', 10)).toThrow('no 10 addresses');
  });
});

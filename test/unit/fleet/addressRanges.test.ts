import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/base/errors';
import { addressesIn, countAddresses, parseAddressRanges } from '../../../src/fleet/addressRanges';

function addresses(text: string): string[] {
  return [...addressesIn(parseAddressRanges(text))];
}

describe('parseAddressRanges', () => {
  it.each([
    ['10.0.0.7', ['10.0.0.7']],
    ['10.0.0.0/30', ['10.0.0.1', '10.0.0.2']],
    ['10.0.0.6/31', ['10.0.0.6', '10.0.0.7']],
    ['10.0.0.6/32', ['10.0.0.6']],
    ['10.0.0.5/30', ['10.0.0.5', '10.0.0.6']],
    ['10.0.0.254-10.0.1.1', ['10.0.0.254', '10.0.0.255', '10.0.1.0', '10.0.1.1']],
    ['10.0.0.2, 10.0.0.1;10.0.0.2\n10.0.0.1-10.0.0.3', ['10.0.0.1', '10.0.0.2', '10.0.0.3']],
    ['255.255.255.254/31', ['255.255.255.254', '255.255.255.255']],
  ])('reads %j', (text, expected) => {
    expect(addresses(text)).toEqual(expected);
  });

  it('takes a /16, and refuses one address more than that', () => {
    expect(countAddresses(parseAddressRanges('10.1.0.0-10.1.255.255'))).toBe(65_536);
    expect(countAddresses(parseAddressRanges('10.1.0.0/16'))).toBe(65_534);
    for (const text of ['10.1.0.0-10.2.0.0', '10.0.0.0/15', '0.0.0.0/0', '10.1.0.0/16 10.3.0.0/28']) {
      expect(() => parseAddressRanges(text)).toThrow(/addresses; at most 65,536 are searched at a time/);
    }
  });

  it('counts what it lists, each address once', () => {
    const octet = fc.integer({ min: 0, max: 3 });
    const range = fc.tuple(octet, octet, fc.integer({ min: 22, max: 32 })).map(([a, b, p]) => `10.0.${a}.${b}/${p}`);
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 5 }), (parts) => {
        const ranges = parseAddressRanges(parts.join(' '));
        const listed = [...addressesIn(ranges)];
        expect(listed).toHaveLength(countAddresses(ranges));
        expect(new Set(listed).size).toBe(listed.length);
      }),
    );
  });

  it.each([
    ['', 'No addresses are named'],
    [' , ', 'No addresses are named'],
    ['10.0.0.0/33', 'from 0 to 32'],
    ['10.0.0.0/x', 'from 0 to 32'],
    ['10.0.0.0/', 'from 0 to 32'],
    ['10.0.0.300', '10.0.0.300 is no range of addresses'],
    ['miner.example', 'is no range of addresses'],
    ['10.0.0.9-10.0.0.1', 'ends before it begins'],
    ['fe80::/64', 'is IPv6'],
  ])('explains what is wrong with %j', (text, message) => {
    expect(() => parseAddressRanges(text)).toThrow(ConfigurationError);
    expect(() => parseAddressRanges(text)).toThrow(message);
  });
});

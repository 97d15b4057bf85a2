import { isIPv4, isIPv6 } from 'node:net';
import { ConfigurationError } from '../base/errors';

/** IPv4 addresses from `first` to `last`, both included, as numbers of 32 bits. */
export interface AddressRange {
  readonly first: number;
  readonly last: number;
}

/** A /16: more are hours of waiting, and most likely a slip of the pen. */
export const MOST_ADDRESSES = 65_536;

/**
 * Reads ranges such as `10.0.0.0/24, 10.0.1.5-10.0.1.20 10.0.2.7`, with commas, semicolons or spaces between them. Of a block of
 * four addresses or more, the first and the last are the network's and not a miner's. What overlaps is one range.
 *
 * @throws {ConfigurationError} that names the part that is wrong, or how many addresses are too many.
 */
export function parseAddressRanges(text: string): readonly AddressRange[] {
  const parts = text.split(/[,;\s]+/).filter((part) => part !== '');
  if (parts.length === 0) {
    throw new ConfigurationError('No addresses are named. Write a range such as 192.168.1.0/24.');
  }
  const ranges = merge(parts.map(parseRange));
  const count = countAddresses(ranges);
  if (count > MOST_ADDRESSES) {
    throw new ConfigurationError(
      `These are ${count.toLocaleString('en')} addresses; at most ${MOST_ADDRESSES.toLocaleString('en')} are searched at a time, such as a /16. Write smaller ranges.`,
    );
  }
  return ranges;
}

export function countAddresses(ranges: readonly AddressRange[]): number {
  return ranges.reduce((total, { first, last }) => total + last - first + 1, 0);
}

/** All addresses, in their order. */
export function* addressesIn(ranges: readonly AddressRange[]): Generator<string> {
  for (const { first, last } of ranges) {
    for (let address = first; address <= last; address++) {
      yield toText(address);
    }
  }
}

function parseRange(part: string): AddressRange {
  const [start = '', end] = part.split('-', 2);
  if (end !== undefined) {
    const [first, last] = [toNumber(start, part), toNumber(end, part)];
    if (first > last) {
      throw new ConfigurationError(`The range ${part} ends before it begins. Write the lower address first.`);
    }
    return { first, last };
  }
  const [base = '', prefix] = part.split('/', 2);
  const address = toNumber(base, part);
  if (prefix === undefined) {
    return { first: address, last: address };
  }
  if (!/^\d{1,2}$/.test(prefix) || Number(prefix) > 32) {
    throw new ConfigurationError(`The range ${part} needs a number from 0 to 32 behind the slash, such as /24.`);
  }
  const size = 2 ** (32 - Number(prefix));
  const network = Math.floor(address / size) * size;
  return size < 4 ? { first: network, last: network + size - 1 } : { first: network + 1, last: network + size - 2 };
}

function toNumber(text: string, part: string): number {
  if (isIPv6(text)) {
    throw new ConfigurationError(`${part} is IPv6; only ranges of IPv4 addresses can be searched.`);
  }
  if (!isIPv4(text)) {
    throw new ConfigurationError(
      `${part} is no range of addresses. Write one such as 192.168.1.0/24 or 10.0.0.5-10.0.0.20.`,
    );
  }
  return text.split('.').reduce((value, octet) => value * 256 + Number(octet), 0);
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

function merge(ranges: readonly AddressRange[]): readonly AddressRange[] {
  const merged: AddressRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const before = merged.at(-1);
    if (before !== undefined && range.first <= before.last + 1) {
      merged[merged.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
    } else {
      merged.push(range);
    }
  }
  return merged;
}

import { ConfigurationError } from '../base/errors';

/** The port of a real miner's API. */
export const USUAL_PORT = 50_051;

/** Where a fleet finds itself when the system gives it no addresses of its own. */
export const SHARED_HOST = '127.0.0.1';

/**
 * The addresses behind `base`, one per miner: base + 1, base + 2, …, without those that end in 0 or 255, which some systems
 * take for a network or a broadcast.
 *
 * @throws {ConfigurationError} when `base` is no IPv4 loopback address, or has too few addresses behind it.
 */
export function loopbackAddresses(base: string, count: number): string[] {
  const octets = base.split('.').map((octet) => (/^\d{1,3}$/.test(octet) ? Number(octet) : Number.NaN));
  if (octets.length !== 4 || octets[0] !== 127 || !octets.every((octet) => octet <= 255)) {
    throw new ConfigurationError(
      `--host "${base}" is not a loopback address. Use an IPv4 address that starts with 127, such as 127.10.0.0.`,
    );
  }
  let last = octets.reduce((number, octet) => number * 256 + octet, 0);
  const addresses: string[] = [];
  while (addresses.length < count) {
    last += 1;
    const end = last % 256;
    if (Math.floor(last / 0x100_0000) !== 127) {
      throw new ConfigurationError(`--host ${base} has no ${count} addresses behind it. Use a lower one.`);
    }
    if (end !== 0 && end !== 255) {
      addresses.push([24, 16, 8, 0].map((bits) => Math.floor(last / 2 ** bits) % 256).join('.'));
    }
  }
  return addresses;
}

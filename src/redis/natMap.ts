import { ConfigurationError } from '../base/errors';
import type { NatMap, NodeAddress } from './profile';

/** A Cluster has at most about as many nodes. */
const MOST_ENTRIES = 1_000;
const EXAMPLE = '10.0.0.1:7000=localhost:17000,10.0.0.2:7000=localhost:17001';
/** A name or an address (that of IPv6 in brackets) with its port. */
const ADDRESS = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i;

/**
 * Reads how servers are reached that tell of each other by addresses which do not lead to them from here: those that they tell,
 * each with `=` and the one to connect to, separated by commas.
 *
 * @throws {ConfigurationError} that repeats nothing of the text, since it may be a secret that got there.
 */
export function parseNatText(text: string, shown: string): NatMap {
  const pairs = text.split(',');
  if (pairs.length > MOST_ENTRIES) {
    throw new ConfigurationError(`The Redis URL${shown} has more than ${MOST_ENTRIES} addresses in "natMap".`);
  }
  const map = new Map<string, NodeAddress>();
  for (const [index, pair] of pairs.entries()) {
    const [from, to, ...others] = pair.split('=').map((part) => parseAddress(part.trim()));
    if (from === undefined || to === undefined || others.length > 0) {
      throw new ConfigurationError(
        `The Redis URL${shown} has a "natMap" whose entry ${index + 1} is not two addresses with ports. Write natMap=${EXAMPLE}.`,
      );
    }
    const name = natName(from);
    if (map.has(name)) {
      throw new ConfigurationError(
        `The Redis URL${shown} has a "natMap" whose entry ${index + 1} leads the address of an earlier one elsewhere.`,
      );
    }
    map.set(name, to);
  }
  return Object.fromEntries(map);
}

/** `host:port` as the client looks it up: that of IPv6 has no brackets there. `undefined` for what is no address. */
export function natNameOf(text: string): string | undefined {
  const address = parseAddress(text);
  return address && natName(address);
}

function natName({ host, port }: NodeAddress): string {
  return `${host}:${port}`;
}

function parseAddress(text: string): NodeAddress | undefined {
  const [, bracketed, name, digits] = ADDRESS.exec(text) ?? [];
  const host = bracketed ?? name;
  const port = Number(digits);
  return host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

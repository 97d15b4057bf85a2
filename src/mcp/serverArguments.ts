import { BlockList, isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { ConfigurationError, describeError } from '../base/errors';

/** How clients reach the server. */
export type ServerTransport =
  | { readonly type: 'stdio' }
  | { readonly type: 'http'; readonly host: string; readonly port: number };

export interface ServerArguments {
  /** Path of the inventory file. */
  readonly inventory: string;
  readonly redisUrl: string;
  readonly transport: ServerTransport;
  /** Whether to follow the status streams of this server's share of the miners. */
  readonly watch: boolean;
  /** Whether agents may change the cache and the miners, each time with a person's consent where that matters. */
  readonly readWrite: boolean;
}

const DEFAULT_REDIS_URL = 'redis://127.0.0.1:6379';
const USAGE =
  'node dist/server.js --stdio | --http 127.0.0.1:PORT --inventory FILE [--redis URL] [--watch] [--read-write]';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * Reads the command line of the standalone server.
 *
 * @throws {ConfigurationError} that says what is missing or unknown, and how the command is used.
 */
export function parseServerArguments(args: readonly string[]): ServerArguments {
  const { inventory, redis, stdio, http, watch, 'read-write': readWrite } = readValues(args);
  if (inventory === undefined || inventory === '') {
    throw new ConfigurationError(`--inventory FILE is missing: the list of miners. Usage: ${USAGE}`);
  }
  if ((stdio === true) === (http !== undefined)) {
    const wrong = http === undefined ? 'Neither --stdio nor --http is given' : 'Both --stdio and --http are given';
    throw new ConfigurationError(`${wrong}: how clients reach the server. Usage: ${USAGE}`);
  }
  return {
    inventory,
    redisUrl: redis ?? DEFAULT_REDIS_URL,
    transport: http === undefined ? { type: 'stdio' } : { type: 'http', ...parseAddress(http) },
    watch: watch === true,
    readWrite: readWrite === true,
  };
}

function readValues(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        inventory: { type: 'string' },
        redis: { type: 'string' },
        stdio: { type: 'boolean' },
        http: { type: 'string' },
        watch: { type: 'boolean' },
        'read-write': { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    const [reason] = describeError(error).split('\n');
    throw new ConfigurationError(`${reason} Usage: ${USAGE}`, { cause: error });
  }
}

/** Only this machine's own address: whoever is let in reads the fleet, over a connection that is not encrypted. */
function parseAddress(text: string): { readonly host: string; readonly port: number } {
  const [, bracketed, name, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = (bracketed ?? name) === 'localhost' ? '127.0.0.1' : (bracketed ?? name ?? '');
  const port = Number(digits);
  const family = isIP(host);
  if (family === 0 || !LOOPBACK.check(host, family === 4 ? 'ipv4' : 'ipv6') || !(port <= 65_535)) {
    throw new ConfigurationError(
      `--http ${text} is no address of this machine alone, such as 127.0.0.1:7070. For other machines put a proxy with TLS in front. Usage: ${USAGE}`,
    );
  }
  return { host, port };
}

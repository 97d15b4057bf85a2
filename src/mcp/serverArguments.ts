import { parseArgs } from 'node:util';
import { ConfigurationError, describeError } from '../base/errors';

export interface ServerArguments {
  /** Path of the inventory file. */
  readonly inventory: string;
  readonly redisUrl: string;
  /** Whether to follow the status streams of this server's share of the miners. */
  readonly watch: boolean;
}

const DEFAULT_REDIS_URL = 'redis://127.0.0.1:6379';
const USAGE = 'node dist/server.js --stdio --inventory FILE [--redis URL] [--watch]';

/**
 * Reads the command line of the standalone server.
 *
 * @throws {ConfigurationError} that says what is missing or unknown, and how the command is used.
 */
export function parseServerArguments(args: readonly string[]): ServerArguments {
  const values = readValues(args);
  if (values.inventory === undefined || values.inventory === '') {
    throw new ConfigurationError(`--inventory FILE is missing: the list of miners. Usage: ${USAGE}`);
  }
  if (values.stdio !== true) {
    throw new ConfigurationError(`--stdio is missing: how clients reach the server. Usage: ${USAGE}`);
  }
  return { inventory: values.inventory, redisUrl: values.redis ?? DEFAULT_REDIS_URL, watch: values.watch === true };
}

function readValues(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        inventory: { type: 'string' },
        redis: { type: 'string' },
        stdio: { type: 'boolean' },
        watch: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    const [reason] = describeError(error).split('\n');
    throw new ConfigurationError(`${reason} Usage: ${USAGE}`, { cause: error });
  }
}

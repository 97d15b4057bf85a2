import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { version } from '../package.json';
import { systemClock } from './base/clock';
import { environmentConnectionSecrets } from './base/connectionSecrets';
import { ConfigurationError, describeError } from './base/errors';
import type { Logger } from './base/logger';
import { environmentCredentials } from './fleet/credentials';
import { describeProblem } from './fleet/inventory';
import { environmentMinerTls } from './fleet/minerTls';
import { serve } from './mcp/serve';
import { parseServerArguments } from './mcp/serverArguments';
import { createRuntime } from './runtime';

const COMMAND_TIMEOUT_MS = 500;
const EXIT_FAILED = 1;
const EXIT_BAD_ARGUMENTS = 2;

// stdout belongs to the protocol.
function writeLog(message: string): void {
  process.stderr.write(`fleet-cache: ${message}\n`);
}

const logger: Logger = { debug() {}, info: writeLog, warn: writeLog, error: writeLog };

async function main(): Promise<void> {
  // Whoever read the log may be gone; that must not end the server.
  process.stderr.on('error', () => {});
  const { inventory, redisUrl, transport, watch, readWrite } = parseServerArguments(process.argv.slice(2));
  const inventoryPath = resolve(inventory);
  await access(inventoryPath).catch((error: unknown) => {
    throw new ConfigurationError(`--inventory ${inventory} cannot be read: ${describeError(error)}`);
  });
  const services = await createRuntime({
    kind: 'server',
    followInventory: true,
    watch,
    inventoryPath,
    redis: {
      url: redisUrl,
      secrets: environmentConnectionSecrets(process.env),
      commandTimeoutMs: COMMAND_TIMEOUT_MS,
    },
    connection: { name: 'server', readOnly: !readWrite, advice: 'Start the server with --read-write to allow it.' },
    ttls: {},
    credentials: environmentCredentials(process.env),
    minerTls: environmentMinerTls(process.env),
    logger,
  });
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    for (const problem of services.inventory.current.problems) {
      logger.warn(describeProblem(inventoryPath, problem));
    }
    const context = { services, clock: systemClock, logger, allowMinerControl: readWrite };
    await serve({ context, transport, version, token: process.env.FLEET_CACHE_TOKEN, signal: stopped.signal });
  } finally {
    await services.close();
  }
}

main().catch((error: unknown) => {
  writeLog(describeError(error));
  process.exitCode = error instanceof ConfigurationError ? EXIT_BAD_ARGUMENTS : EXIT_FAILED;
});

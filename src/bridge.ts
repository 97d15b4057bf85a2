import { join } from 'node:path';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { version } from '../package.json';
import { ENDPOINT_FILE } from './base/agentEndpoint';
import { ConfigurationError, describeError } from './base/errors';
import type { Logger } from './base/logger';
import { Bridge } from './mcp/bridge/bridge';

const WAIT_S = 15;
const EXIT_FAILED = 1;

// stdout belongs to the protocol.
function writeLog(message: string): void {
  process.stderr.write(`fleet-cache bridge: ${message}\n`);
}

const logger: Logger = { debug() {}, info: writeLog, warn: writeLog, error: writeLog };

/** Leads an agent that speaks MCP over stdio to the server in a window of VS Code. Ends when the agent does. */
async function main(): Promise<void> {
  // Whoever read the log may be gone; that must not end the bridge.
  process.stderr.on('error', () => {});
  // Each message that an agent does not take yet listens to it.
  process.stdout.setMaxListeners(0);
  const waitMs = parseWait(process.argv.slice(2)) * 1_000;
  const endpointPath = join(__dirname, ENDPOINT_FILE);
  const client = new StdioServerTransport();
  const bridge = new Bridge({ client, endpointPath, version, waitMs, logger });
  const ended = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve).once('close', resolve);
    // An agent that is gone may have closed only the pipe that it read from.
    process.stdout.on('error', () => resolve());
    // It sends what can be no message.
    client.onclose = resolve;
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
  await bridge.start();
  await ended;
  await bridge.close();
  process.exit();
}

/** @throws {ConfigurationError} */
function parseWait(args: readonly string[]): number {
  const [flag, seconds, ...rest] = args;
  if (flag === undefined) {
    return WAIT_S;
  }
  if (flag !== '--wait' || rest.length > 0 || !(Number(seconds) > 0 && Number(seconds) <= 600)) {
    throw new ConfigurationError(
      'Usage: bridge.js [--wait SECONDS], how long an agent waits for a window, at most 600.',
    );
  }
  return Number(seconds);
}

main().catch((error: unknown) => {
  writeLog(describeError(error));
  process.exit(EXIT_FAILED);
});

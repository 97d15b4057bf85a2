import { ConfigurationError } from '../base/errors';
import { storeState } from './cacheFigures';
import { createFleetServer } from './fleetServer';
import { McpHttpServer } from './http/httpServer';
import type { ServerTransport } from './serverArguments';
import type { ServerContext } from './serverContext';
import { serveStdio } from './stdio';

export interface ServeOptions {
  readonly context: ServerContext;
  readonly transport: ServerTransport;
  readonly version: string;
  /** What clients over HTTP have to show. */
  readonly token: string | undefined;
  /** Ends the serving. */
  readonly signal: AbortSignal;
}

/** With fewer characters a token can be guessed. */
const SHORT_TOKEN = 32;

/**
 * Serves MCP until the client on stdio has gone, or the signal is aborted.
 *
 * @throws {ConfigurationError} when the address cannot be listened to, or there is no token.
 */
export async function serve({ context, transport, version, token, signal }: ServeOptions): Promise<void> {
  const createServer = () => createFleetServer(context, version);
  if (transport.type === 'stdio') {
    await serveStdio(createServer(), signal);
    return;
  }
  if (token === undefined || token === '') {
    throw new ConfigurationError(
      'FLEET_CACHE_TOKEN is missing: the token that clients show. Make one with: openssl rand -base64 32',
    );
  }
  const { services, clock, logger } = context;
  if (token.length < SHORT_TOKEN) {
    logger.warn(`FLEET_CACHE_TOKEN is short, and can be guessed; ${SHORT_TOKEN} characters at random cannot.`);
  }
  const server = await McpHttpServer.listen({
    ...transport,
    token,
    createServer,
    health: () => ({
      version,
      redis: storeState(services).state,
      miners: services.inventory.current.miners.length,
      sessions: server.sessionCount,
    }),
    metrics: () => services.metricsExport.prometheus(),
    clock,
    logger,
  });
  logger.info(`Serving MCP at ${server.url}`);
  await aborted(signal);
  await server.close();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    } else {
      signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });
}

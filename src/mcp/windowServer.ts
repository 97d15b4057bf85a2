import { version } from '../../package.json';
import { systemClock } from '../base/clock';
import { describeError, FleetCacheError } from '../base/errors';
import type { Logger } from '../base/logger';
import type { ListenRequest, PortHolder, Served } from '../service/windowServing';
import { readEndpoint } from './bridge/endpointFile';
import type { PersonAsker } from './consent';
import { createFleetServer } from './fleetServer';
import { askIdentity } from './http/askIdentity';
import { RefusedError } from './http/gate';
import { McpHttpServer } from './http/httpServer';

/** This machine alone, whatever its names resolve to. */
const LOOPBACK = '127.0.0.1';
const RETRY_SECONDS = '5';

/**
 * Serves MCP over HTTP on the services of a VS Code window. A client that comes while there are none is told why.
 *
 * @throws {ConfigurationError} when the port cannot be listened to.
 */
export function listenInWindow(
  { port, token, audience }: ListenRequest,
  served: Served,
  logger: Logger,
): Promise<McpHttpServer> {
  const clock = systemClock;
  return McpHttpServer.listen({
    host: LOOPBACK,
    port,
    token,
    identity: audience === 'agents' ? () => ({ version, fleet: served.fleet() }) : undefined,
    // VS Code warns of the empty event that begins a stream which can be taken up.
    isResumable: audience === 'agents',
    clock,
    logger,
    async createServer() {
      const services = await served.services().catch(refuse);
      const client = {};
      const askPerson: PersonAsker = (question, signal) => served.askPerson(question, client, signal);
      const context = { services, clock, logger, askPerson, allowMinerControl: served.allowMinerControl() };
      return createFleetServer(context, version);
    },
  });
}

/** Who listens on a port of this machine. Nobody is sent the token. @throws {CancelledError} */
export async function whoListens(port: number, token: string, signal: AbortSignal): Promise<PortHolder> {
  const holder = await askIdentity({ host: LOOPBACK, port }, token, signal);
  return holder.type === 'ours' ? { type: 'ours', fleet: holder.identity.fleet } : holder;
}

/** The token in the file that leads agents to a window; `undefined` when it cannot be trusted, or read. */
export async function readToken(path: string): Promise<string | undefined> {
  return readEndpoint(path).then(
    ({ token }) => token,
    () => undefined,
  );
}

function refuse(error: unknown): never {
  throw error instanceof FleetCacheError
    ? new RefusedError(503, describeError(error), { 'retry-after': RETRY_SECONDS })
    : error;
}

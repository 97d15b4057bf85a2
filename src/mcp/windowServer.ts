import { version } from '../../package.json';
import { systemClock } from '../base/clock';
import { describeError, FleetCacheError } from '../base/errors';
import type { Logger } from '../base/logger';
import type { FleetServices } from '../service/fleetServices';
import { readEndpoint } from './bridge/endpointFile';
import type { PersonAsker, Question } from './consent';
import { createFleetServer } from './fleetServer';
import { askIdentity } from './http/askIdentity';
import { RefusedError } from './http/gate';
import { McpHttpServer } from './http/httpServer';

export interface WindowListenRequest {
  /** 0 for any that is free. */
  readonly port: number;
  /** What clients have to show. */
  readonly token: string;
  /** VS Code itself, or agents outside, which have to find out whose listener it is, and whose connections may break off. */
  readonly audience: 'vscode' | 'agents';
}

/** What clients get. It comes and goes while there are some. */
export interface ServedByWindow {
  /** @throws {FleetCacheError} that says why there are none. */
  services(): Promise<FleetServices>;
  /** Tells fleets apart without naming them, in ASCII; `undefined` while there is none. */
  fleet(): string | undefined;
  /** Whether a client that comes now may have miners do something. */
  allowMinerControl(): boolean;
  /**
   * Resolves to whether a person agrees.
   *
   * @param client who asks, the same for each of its questions.
   * @throws {FleetCacheError} when nobody is asked now; its message says why.
   */
  askPerson(question: Question, client: object, signal: AbortSignal): Promise<boolean>;
}

/** Who has a port, as a window has to know it. */
export type WindowPortHolder =
  | { readonly type: 'ours'; readonly fleet?: string | undefined }
  | { readonly type: 'other' | 'nobody' };

/** This machine alone, whatever its names resolve to. */
const LOOPBACK = '127.0.0.1';
const RETRY_SECONDS = '5';

/**
 * Serves MCP over HTTP on the services of a VS Code window. A client that comes while there are none is told why.
 *
 * @throws {ConfigurationError} when the port cannot be listened to.
 */
export function listenInWindow(
  { port, token, audience }: WindowListenRequest,
  served: ServedByWindow,
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
export async function whoListens(port: number, token: string, signal: AbortSignal): Promise<WindowPortHolder> {
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

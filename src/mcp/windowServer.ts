import type { Clock } from '../base/clock';
import { describeError, FleetCacheError } from '../base/errors';
import type { Logger } from '../base/logger';
import type { FleetServices } from '../service/fleetServices';
import type { PersonAsker } from './consent';
import { createFleetServer } from './fleetServer';
import { RefusedError } from './http/gate';
import { McpHttpServer } from './http/httpServer';
import type { Identity } from './http/identity';

export interface WindowServerOptions {
  /** A loopback address. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** What clients have to show. */
  readonly token: string;
  readonly version: string;
  /** Who listens, for the other windows and the programs that lead agents here; absent where none of them has to find it. */
  readonly identity?: (() => Identity) | undefined;
  /** The services that run, which may be others for every client. @throws {FleetCacheError} that says why there are none. */
  services(): Promise<FleetServices>;
  /** Whether a client that comes now may have miners do something. */
  allowMinerControl(): boolean;
  readonly askPerson: PersonAsker;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Serves MCP over HTTP on the services of a VS Code window, which come and go while it listens. A client that comes while there
 * are none is told why.
 *
 * @throws {ConfigurationError} when the address cannot be listened to.
 */
export function listenInWindow(options: WindowServerOptions): Promise<McpHttpServer> {
  const { version, services, allowMinerControl, askPerson, clock, logger, ...http } = options;
  return McpHttpServer.listen({
    ...http,
    clock,
    logger,
    async createServer() {
      const running = await services().catch((error: unknown) => {
        throw error instanceof FleetCacheError
          ? new RefusedError(503, describeError(error), { 'retry-after': '5' })
          : error;
      });
      const context = { services: running, clock, logger, askPerson, allowMinerControl: allowMinerControl() };
      return createFleetServer(context, version);
    },
  });
}

import type { Clock } from '../base/clock';
import type { Logger } from '../base/logger';
import type { FleetServices } from '../service/fleetServices';

/** What the parts of the MCP server act through. */
export interface ServerContext {
  readonly services: FleetServices;
  readonly clock: Clock;
  readonly logger: Logger;
}

import type { Clock } from '../base/clock';
import type { Logger } from '../base/logger';
import type { FleetServices } from '../service/fleetServices';
import type { PersonAsker } from './consent';

/** What the parts of the MCP server act through. */
export interface ServerContext {
  readonly services: FleetServices;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether agents may have miners do something, where anything may be changed at all; not by default. */
  readonly allowMinerControl?: boolean;
  /** Where the client cannot ask a person; without it, what needs consent is refused there. */
  readonly askPerson?: PersonAsker;
}

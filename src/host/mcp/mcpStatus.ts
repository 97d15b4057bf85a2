import { FleetCacheError } from '../../base/errors';
import type { AgentPortState } from './agentPort';

/** Why this window has no MCP server, if it has none. */
export type Availability = 'available' | 'disabled' | 'untrusted' | 'no-fleet';

export interface McpStatus {
  readonly availability: Availability;
  /** Whether its fleet cannot be served, because the settings cannot be used. VS Code's agents are told so. */
  readonly hasFailed: boolean;
  /** What VS Code itself uses; `undefined` until it asks for it. */
  readonly own: { readonly url: string; readonly clients: number } | undefined;
  /** What agents outside of VS Code use. */
  readonly agents: AgentPortState;
  /** Agents outside of VS Code that this window serves. */
  readonly agentClients: number;
}

/** @throws {FleetCacheError} that says why there is none, and what to do. */
export function requireAvailable(availability: Availability): void {
  switch (availability) {
    case 'available':
      return;
    case 'disabled':
      throw new FleetCacheError('The MCP server is turned off by the setting fleetCache.mcp.enabled.');
    case 'untrusted':
      throw new FleetCacheError('This workspace is not trusted. Trust it to let agents see its fleet.');
    case 'no-fleet':
      throw new FleetCacheError(
        'There is no fleet for agents to see. Open a folder with a fleet.json, or resume Fleet Cache, in VS Code.',
      );
  }
}

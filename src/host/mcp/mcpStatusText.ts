import { plural } from '../format';
import type { Availability, McpStatus } from './mcpStatus';

const UNAVAILABLE: Readonly<Record<Exclude<Availability, 'available'>, string>> = {
  disabled: 'turned off by the setting fleetCache.mcp.enabled',
  untrusted: 'not in a workspace that is not trusted',
  'no-fleet': 'there is no fleet to serve',
};

/** Why there is no MCP server in this window; `undefined` when there is one. */
export function whyNoMcp({ availability }: Pick<McpStatus, 'availability'>): string | undefined {
  return availability === 'available' ? undefined : UNAVAILABLE[availability];
}

/** How it is with the agents in VS Code itself. */
export function describeOwn({ own }: McpStatus): string {
  return own === undefined
    ? 'not started; VS Code starts it when an agent asks'
    : `${plural(own.clients, 'client')} on port ${portOf(own.url)}`;
}

/** How it is with the agents outside of VS Code. */
export function describeAgents({ agents, agentClients, hasFailed }: McpStatus): string {
  switch (agents.type) {
    case 'off':
      return hasFailed ? 'not served: the fleet of this window could not be started' : 'none connected yet';
    case 'owned':
      return `${plural(agentClients, 'client')} on port ${agents.port}`;
    case 'elsewhere':
      return `another window${agents.isSameFleet === false ? ', of another fleet,' : ''} serves them on port ${agents.port}`;
    case 'blocked':
      return `not served: ${lowered(agents.problem)}`;
  }
}

/** What is to be known beside {@link describeAgents}, and done. */
export function adviceOnAgents({ agents }: McpStatus): string | undefined {
  switch (agents.type) {
    case 'elsewhere':
      return 'This window takes the port over when that one closes.';
    case 'blocked':
      return agents.reason.slice(agents.problem.length).trim() || 'It is tried again every few seconds.';
    default:
      return undefined;
  }
}

/** One line for the tooltip of the status bar; `undefined` while nobody has anything to do with MCP. */
export function mcpLine(status: McpStatus): string | undefined {
  const { availability, own, agents } = status;
  if (availability !== 'available' || (own === undefined && agents.type === 'off')) {
    return undefined;
  }
  const parts = [
    ...(own === undefined ? [] : [`VS Code ${describeOwn(status)}`]),
    ...(agents.type === 'off' ? [] : [`agents outside: ${describeAgents(status)}`]),
  ];
  return `MCP: ${parts.join('; ')}`;
}

/** As it goes on after a colon, without a full stop. */
function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '');
}

function portOf(url: string): string {
  return new URL(url).port;
}

import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { ServerContext } from '../serverContext';
import { explainStaleness } from './explainStaleness';
import { getCacheHealth } from './getCacheHealth';
import { getFleetOverview } from './getFleetOverview';
import { getMiner } from './getMiner';
import { queryMiners } from './queryMiners';
import { registerTool } from './tool';

/** The tools that change nothing. */
export function registerReadTools(server: McpServer, context: ServerContext): void {
  registerTool(server, context, getFleetOverview);
  registerTool(server, context, queryMiners);
  registerTool(server, context, getMiner);
  registerTool(server, context, getCacheHealth);
  registerTool(server, context, explainStaleness);
}

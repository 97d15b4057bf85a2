import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { GLOBAL_TENANT } from '../../fleet/miner';
import { provenanceOf } from '../provenance';
import type { ServerContext } from '../serverContext';
import { cleanData } from '../untrusted';
import { decodeSegment, FLEET_SUMMARY_URI } from './addresses';
import { MIME_TYPE, requireTenant, tenantsOf, toMcpError, untrustedContent } from './content';
import { suggest } from './suggestions';

const FIGURES =
  'by state, hashrate in TH/s, power in W, efficiency in J/TH, the hottest, the ten that need somebody most. Miners that are offline are in no sum.';

/** The figures over all miners, and over each tenant's. */
export function registerFleetResources(server: McpServer, context: ServerContext): void {
  const { inventory } = context.services;
  const fleet = { title: 'Fleet summary', description: `All miners in figures: ${FIGURES}`, mimeType: MIME_TYPE };
  server.registerResource('fleet-summary', FLEET_SUMMARY_URI, fleet, (uri, { signal }) =>
    readSummary(context, uri, GLOBAL_TENANT, signal).catch(toMcpError),
  );
  const template = new ResourceTemplate('braiins:///fleet/{tenant}/summary', {
    list: undefined,
    complete: { tenant: (typed) => suggest(tenantsOf(inventory), typed) },
  });
  const tenant = {
    title: 'Tenant summary',
    description: `A tenant's miners in figures: ${FIGURES}`,
    mimeType: MIME_TYPE,
  };
  server.registerResource('tenant-summary', template, tenant, (uri, { tenant: segment }, { signal }) =>
    readSummary(context, uri, decodeSegment(String(segment)), signal).catch(toMcpError),
  );
}

async function readSummary({ services, clock }: ServerContext, uri: URL, name: string, signal: AbortSignal) {
  const tenant = requireTenant(services.inventory, name);
  const reading = await services.reads.summary(tenant, { signal });
  return untrustedContent(uri, { ...(cleanData(reading.data) as object), ...provenanceOf(reading, clock.now()) });
}

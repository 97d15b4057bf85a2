import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { ErrorCode, McpError, type ReadResourceResult } from '@modelcontextprotocol/sdk/types.js';
import { describeError } from '../base/errors';
import type { Reading } from '../cache/reading';
import { GLOBAL_TENANT } from '../fleet/miner';
import type { FleetServices } from '../service/fleetServices';

const MIME_TYPE = 'application/json';

/**
 * The MCP server on the services, without a transport. Every resource is JSON text: the data, with where it came from and
 * how old it is.
 */
export function createFleetServer(services: FleetServices, version: string): McpServer {
  const server = new McpServer({ name: 'fleet-cache', title: 'Fleet Cache', version });
  registerMinerStatus(server, services);
  registerFleetSummary(server, services);
  return server;
}

function registerMinerStatus(server: McpServer, { inventory, reads }: FleetServices): void {
  const uriOf = (minerId: string) => `braiins:///miner/${encodeURIComponent(minerId)}/status`;
  const template = new ResourceTemplate('braiins:///miner/{minerId}/status', {
    list: () => ({
      resources: inventory.current.miners.map(({ id }) => ({
        uri: uriOf(id),
        name: `Status of miner ${id}`,
        mimeType: MIME_TYPE,
      })),
    }),
    complete: {
      minerId: (typed) => inventory.current.miners.map(({ id }) => id).filter((id) => id.startsWith(typed)),
    },
  });
  const metadata = {
    title: 'Miner status',
    description: 'Whether a miner hashes (normal, paused, …), read through the cache.',
    mimeType: MIME_TYPE,
  };
  server.registerResource('miner-status', template, metadata, async (uri, { minerId: encoded }, { signal }) => {
    const minerId = decodeId(String(encoded));
    const miner = inventory.find(minerId);
    if (miner === undefined) {
      throw new McpError(ErrorCode.InvalidParams, `There is no miner "${minerId}" in ${inventory.file}.`);
    }
    const reading = await reads.miner(miner, 'status', { signal }).catch(toMcpError);
    return jsonResource(uri, { minerId, ...reading.data, ...provenance(reading) });
  });
}

function registerFleetSummary(server: McpServer, { reads }: FleetServices): void {
  const metadata = {
    title: 'Fleet summary',
    description:
      'All miners in figures: by state, hashrate in TH/s, power in W, the hottest, the ten that need somebody most. Miners that are offline are in no sum.',
    mimeType: MIME_TYPE,
  };
  server.registerResource('fleet-summary', 'braiins:///fleet/summary', metadata, async (uri, { signal }) => {
    const reading = await reads.summary(GLOBAL_TENANT, { signal }).catch(toMcpError);
    return jsonResource(uri, { ...reading.data, ...provenance(reading) });
  });
}

/** The id in a URI; one that is not encoded as a URI is taken as it stands, and then there is no such miner. */
function decodeId(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** How old the data is and where it came from, for whoever has to judge it. */
function provenance({ fetchedAt, ttlS, origin, fresh, failure }: Reading<unknown>) {
  return {
    fetchedAt: new Date(fetchedAt).toISOString(),
    ageMs: Math.max(0, Date.now() - fetchedAt),
    ttlMs: Math.round(ttlS * 1000),
    source: origin,
    fresh,
    ...(failure === undefined ? {} : { staleBecause: describeError(failure) }),
  };
}

function jsonResource(uri: URL, value: object): ReadResourceResult {
  return { contents: [{ uri: uri.href, mimeType: MIME_TYPE, text: JSON.stringify(value) }] };
}

function toMcpError(error: unknown): never {
  throw new McpError(ErrorCode.InternalError, describeError(error));
}

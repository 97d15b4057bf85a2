import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { ErrorCode, ListResourcesRequestSchema, McpError, type Resource } from '@modelcontextprotocol/sdk/types.js';
import { GLOBAL_TENANT } from '../../fleet/miner';
import type { BenchmarkReport } from '../../service/benchmarkReport';
import type { FleetServices } from '../../service/fleetServices';
import { LIST_PAGE } from '../limits';
import { cleanText } from '../untrusted';
import { benchmarkUri, CACHE_PARTS, cacheUri, FLEET_SUMMARY_URI, minerUri, summaryUri } from './addresses';
import { MIME_TYPE, tenantsOf } from './content';

const FIXED: readonly Resource[] = [
  { uri: FLEET_SUMMARY_URI, name: 'fleet-summary', title: 'Fleet summary', mimeType: MIME_TYPE },
  ...CACHE_PARTS.map((part) => ({
    uri: cacheUri(part),
    name: `cache-${part}`,
    title: `Cache ${part}`,
    mimeType: MIME_TYPE,
  })),
];

/**
 * Lists the resources page by page, in the place of the SDK's list, which knows no pages: what there is always, each tenant's
 * summary, the status of each miner, and the benchmarks that are kept. A miner's other datasets are told by the templates.
 */
export function registerResourceList(server: McpServer, { inventory, benchmarks }: FleetServices): void {
  server.server.setRequestHandler(ListResourcesRequestSchema, async ({ params }) => {
    const reports = await benchmarks.archive.all();
    // The global tenant's summary is the one of the whole fleet.
    const tenants = tenantsOf(inventory).filter((tenant) => tenant !== GLOBAL_TENANT);
    const first = [...FIXED, ...reports.map(benchmarkOf), ...tenants.map(summaryOf)];
    const { miners } = inventory.current;
    const total = first.length + miners.length;
    const start = params?.cursor === undefined ? 0 : startOf(params.cursor, total);
    const resources = range(start, Math.min(start + LIST_PAGE, total)).map(
      (position) => first[position] ?? statusOf(miners[position - first.length]?.id ?? ''),
    );
    const end = start + resources.length;
    return { resources, ...(end < total ? { nextCursor: encodeCursor(end) } : {}) };
  });
}

function benchmarkOf({ run, startedAt, size }: BenchmarkReport): Resource {
  const title = `Benchmark of ${startedAt.slice(0, 16).replace('T', ' ')} UTC, ${size}`;
  const name = cleanText(run);
  return { uri: benchmarkUri(name), name: `benchmark-${name}`, title, mimeType: MIME_TYPE };
}

function summaryOf(tenant: string): Resource {
  const name = cleanText(tenant);
  return { uri: summaryUri(tenant), name: `summary-${name}`, title: `Summary of tenant ${name}`, mimeType: MIME_TYPE };
}

function statusOf(minerId: string): Resource {
  const name = cleanText(minerId);
  return {
    uri: minerUri(minerId, 'status'),
    name: `status-${name}`,
    title: `Status of miner ${name}`,
    mimeType: MIME_TYPE,
  };
}

function encodeCursor(position: number): string {
  return Buffer.from(`resources:${position}`).toString('base64url');
}

/** @throws {McpError} for a cursor that no list of ours told. */
function startOf(cursor: string, total: number): number {
  const text = /^[\w-]{1,40}$/.test(cursor) ? Buffer.from(cursor, 'base64url').toString() : '';
  const position = /^resources:(\d{1,9})$/.exec(text)?.[1];
  if (position === undefined) {
    throw new McpError(ErrorCode.InvalidParams, 'The cursor is not one of this list. Begin again without one.');
  }
  return Math.min(Number(position), total);
}

function range(start: number, end: number): readonly number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index);
}

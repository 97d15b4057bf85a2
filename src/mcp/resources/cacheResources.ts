import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { datasetFigures, lookupFigures, sharedFigures, storeState } from '../cacheFigures';
import { isoTime, provenanceOfNow } from '../provenance';
import type { ServerContext } from '../serverContext';
import { cleanData } from '../untrusted';
import { type CachePart, cacheUri } from './addresses';
import { jsonContent, MIME_TYPE, toMcpError, untrustedContent } from './content';

const TEXTS: Readonly<Record<CachePart, { readonly title: string; readonly description: string }>> = {
  stats: {
    title: 'Cache statistics',
    description:
      'Lookups, hits, misses and ratios of this instance by window, of all instances, and how Redis is doing.',
  },
  policies: {
    title: 'Cache policies',
    description:
      'How each dataset is cached: strategy, TTL in s, entries, bytes, hit ratio, mean age and fetch time in ms.',
  },
  instances: {
    title: 'Cache instances',
    description: 'The windows and servers that share this Redis, alive or silent for less than a minute.',
  },
  audit: {
    title: 'Audit',
    description:
      'What agents did through this instance, or tried to: the latest 200 calls of tools that change something.',
  },
};

/** What the cache tells of itself. Nothing of it counts as lookups. */
export function registerCacheResources(server: McpServer, context: ServerContext): void {
  const { services, clock } = context;
  const metadata = (part: CachePart) => ({ ...TEXTS[part], mimeType: MIME_TYPE });
  server.registerResource('cache-stats', cacheUri('stats'), metadata('stats'), async (uri) => {
    const overview = await services.overview.all().catch(toMcpError);
    return jsonContent(uri, {
      connection: { name: services.connection.name, access: services.connection.access.state },
      redis: storeState(services),
      windows: lookupFigures(services),
      allInstances: sharedFigures(overview),
      ...provenanceOfNow('instance', clock.now()),
    });
  });
  server.registerResource('cache-policies', cacheUri('policies'), metadata('policies'), (uri) =>
    jsonContent(uri, { policies: datasetFigures(services), ...provenanceOfNow('instance', clock.now()) }),
  );
  server.registerResource('cache-instances', cacheUri('instances'), metadata('instances'), async (uri) => {
    const sightings = await services.instances.sightings().catch(toMcpError);
    const instances = sightings.map(({ record: { startedAt, figures: _, ...record }, isAlive }) => ({
      ...(cleanData(record) as object),
      startedAt: isoTime(startedAt),
      isAlive,
      isThis: record.id === services.instances.id,
    }));
    return untrustedContent(uri, { instances, ...provenanceOfNow('redis', clock.now()) });
  });
  server.registerResource('cache-audit', cacheUri('audit'), metadata('audit'), (uri) => {
    const calls = services.audit.latest.map(({ at, ...entry }) => ({ at: isoTime(at), ...entry }));
    return untrustedContent(uri, { calls, ...provenanceOfNow('instance', clock.now()) });
  });
}

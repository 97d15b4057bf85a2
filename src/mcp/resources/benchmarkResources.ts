import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { requireReport } from '../benchmarkFigures';
import { provenanceOfNow } from '../provenance';
import type { ServerContext } from '../serverContext';
import { cleanData } from '../untrusted';
import { decodeSegment } from './addresses';
import { MIME_TYPE, toMcpError, untrustedContent } from './content';
import { suggest } from './suggestions';

/** The reports of the benchmarks that are kept. */
export function registerBenchmarkResources(server: McpServer, { services, clock }: ServerContext): void {
  const { archive } = services.benchmarks;
  const template = new ResourceTemplate('cache:///benchmarks/{run}', {
    list: undefined,
    complete: {
      run: async (typed) =>
        suggest(
          (await archive.all()).map(({ run }) => run),
          typed,
        ),
    },
  });
  const metadata = {
    title: 'Benchmark',
    description:
      'One benchmark in full: every figure in each of its repeats, in ms or per second, the machine and the Redis, and what one has to know to read it.',
    mimeType: MIME_TYPE,
  };
  server.registerResource('benchmark', template, metadata, async (uri, { run }) => {
    const report = await requireReport(archive, decodeSegment(String(run))).catch(toMcpError);
    return untrustedContent(uri, { ...(cleanData(report) as object), ...provenanceOfNow('instance', clock.now()) });
  });
}

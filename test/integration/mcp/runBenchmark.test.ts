import type { Progress } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONCISE_CHARACTERS } from '../../../src/mcp/limits';
import type { FleetServices } from '../../../src/service/fleetServices';
import { type BenchmarkBundle, buildBenchmark } from '../../fixtures/benchmarkBundle';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { connectMcpClient, type McpClient } from '../../fixtures/mcpClient';

const PATIENCE_MS = 120_000;

describe('the tool that runs a benchmark', () => {
  let test: TestFleet;
  let bundle: BenchmarkBundle;
  let services: FleetServices;
  let mcp: McpClient;

  beforeAll(async () => {
    [test, bundle] = await Promise.all([startTestFleet({ miners: 3, seed: 8 }), buildBenchmark()]);
    services = await test.open({ benchmarkScript: bundle.script, commandTimeoutMs: 5_000 });
    mcp = await connectMcpClient(services);
  });

  afterAll(async () => {
    await mcp?.close();
    await Promise.all([test?.stop(), bundle?.remove()]);
  });

  it(
    'tells the figures with their noise, and how far it has come',
    async () => {
      const heard: Progress[] = [];
      const { structuredContent, isError } = await mcp.client.callTool({ name: 'run_benchmark' }, undefined, {
        timeout: PATIENCE_MS,
        onprogress: (progress) => heard.push(progress),
      });
      expect(isError).toBeUndefined();
      expect(structuredContent).toMatchObject({
        size: 'quick',
        figures: expect.arrayContaining([expect.objectContaining({ median: expect.any(Number), unit: 'ms' })]),
      });
      expect(JSON.stringify(structuredContent).length).toBeLessThanOrEqual(CONCISE_CHARACTERS);
      expect(heard.length).toBeGreaterThan(1);
      expect(services.audit.latest.at(-1)).toMatchObject({ tool: 'run_benchmark', outcome: 'done' });
    },
    PATIENCE_MS,
  );
});

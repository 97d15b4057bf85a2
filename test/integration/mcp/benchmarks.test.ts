import { type Progress, ResourceListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CONCISE_CHARACTERS, DETAILED_CHARACTERS } from '../../../src/mcp/limits';
import type { FleetServices } from '../../../src/service/fleetServices';
import { type BenchmarkBundle, buildBenchmark } from '../../fixtures/benchmarkBundle';
import { benchmarkReport, measure } from '../../fixtures/benchmarkReport';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { HOSTILE_TEXTS } from '../../fixtures/hostileTexts';
import { connectMcpClient, type McpClient, toolResult } from '../../fixtures/mcpClient';

const PATIENCE_MS = 120_000;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}]/u;

interface Listed {
  readonly kept: number;
  readonly benchmarks: readonly { readonly run: string; readonly summary?: readonly string[] }[];
}

interface Compared {
  readonly run: string;
  readonly baseline?: string;
  readonly conditions: readonly string[];
  readonly verdicts?: Readonly<Record<string, number>>;
  readonly figures: readonly {
    readonly scenario: string;
    readonly figure: string;
    readonly median: number;
    readonly changePercent?: number;
    readonly verdict?: string;
  }[];
}

describe('benchmarks over MCP', () => {
  let test: TestFleet;
  let bundle: BenchmarkBundle;
  let opened: { services: FleetServices; mcp: McpClient }[] = [];

  beforeAll(async () => {
    [test, bundle] = await Promise.all([startTestFleet({ miners: 3, seed: 8 }), buildBenchmark()]);
  });

  afterEach(async () => {
    await Promise.all(opened.map(({ mcp }) => mcp.close()));
    opened = [];
  });

  afterAll(() => Promise.all([test?.stop(), bundle?.remove()]));

  /** An instance that has run nothing yet, and a client of it. */
  async function open(): Promise<{ services: FleetServices; mcp: McpClient }> {
    const services = await test.open({ benchmarkScript: bundle.script, commandTimeoutMs: 5_000 });
    const connected = { services, mcp: await connectMcpClient(services) };
    opened.push(connected);
    return connected;
  }

  const at = (minute: number) => ({ startedAt: `2026-03-04T05:0${minute}:00.000Z` });

  it(
    'are run with progress, told with their noise, and kept for a comparison',
    async () => {
      const { services, mcp } = await open();
      expect(await toolResult(mcp.client, 'list_benchmarks')).toMatchObject({ kept: 0, benchmarks: [] });
      await expect(toolResult(mcp.client, 'compare_benchmarks')).rejects.toThrow('No benchmark is kept. run_benchmark');
      let changes = 0;
      mcp.client.setNotificationHandler(ResourceListChangedNotificationSchema, () => {
        changes++;
      });
      const heard: Progress[] = [];
      const { structuredContent, isError } = await mcp.client.callTool({ name: 'run_benchmark' }, undefined, {
        timeout: PATIENCE_MS,
        onprogress: (progress) => heard.push(progress),
      });
      expect(isError).toBeUndefined();
      const told = structuredContent as { run: string; figures: { scenario: string; median: number }[] };
      expect(told).toMatchObject({
        size: 'quick',
        figures: expect.arrayContaining([expect.objectContaining({ median: expect.any(Number), unit: 'ms' })]),
      });
      // A read from the process takes a few hundred ns, which must not be told as 0 ms.
      expect(told.figures.find(({ scenario }) => scenario === 'l1-latency')?.median).toBeGreaterThan(0);
      expect(JSON.stringify(structuredContent).length).toBeLessThanOrEqual(CONCISE_CHARACTERS);
      expect(heard.length).toBeGreaterThan(1);
      expect(services.audit.latest.at(-1)).toMatchObject({ tool: 'run_benchmark', outcome: 'done' });

      await eventually(() => expect(changes).toBe(1));
      const uri = `cache:///benchmarks/${told.run}`;
      expect((await mcp.client.listResources()).resources.map((resource) => resource.uri)).toContain(uri);
      expect(await mcp.read(uri)).toMatchObject({ run: told.run, size: 'quick', scenarios: expect.any(Array) });
      const { benchmarks } = await toolResult<Listed>(mcp.client, 'list_benchmarks');
      expect(benchmarks).toMatchObject([{ run: told.run, readMs: { l1: expect.any(Number), l2: expect.any(Number) } }]);
      // There is none before it.
      const alone = await toolResult<Compared>(mcp.client, 'compare_benchmarks');
      expect(alone).toMatchObject({ run: told.run, figures: told.figures });
      expect(alone.baseline).toBeUndefined();
    },
    PATIENCE_MS,
  );

  it('are held against each other, and only what exceeds the noise is judged', async () => {
    const { services, mcp } = await open();
    const { archive } = services.benchmarks;
    await archive.add(benchmarkReport({ run: 'first', ...at(1) }));
    await archive.add(benchmarkReport({ run: 'other size', ...at(2), size: 'full' }));
    await archive.add(benchmarkReport({ run: 'slow', ...at(3), product: '2.0.0' }, 2));
    const compared = await toolResult<Compared>(mcp.client, 'compare_benchmarks');
    expect(compared).toMatchObject({ run: 'slow', baseline: 'first' });
    expect(compared.conditions).toEqual(['Fleet Cache: 2.0.0, was 1.2.3']);
    expect(compared.figures.map(({ verdict }) => verdict)).toEqual(expect.arrayContaining(['better', 'worse']));
    expect(compared.figures.every(({ verdict }) => verdict === 'better' || verdict === 'worse')).toBe(true);
    expect(compared.figures.find(({ scenario }) => scenario === 'l2-latency')).toMatchObject({
      figure: 'p50',
      median: 0.2,
      baselineMedian: 0.1,
      changePercent: 100,
      verdict: 'worse',
    });
    const detailed = await toolResult<Compared>(mcp.client, 'compare_benchmarks', { response_format: 'detailed' });
    expect(detailed.figures.length).toBeGreaterThan(compared.figures.length);
    const counted = Object.values(detailed.verdicts ?? {}).reduce((sum, count) => sum + count, 0);
    expect(counted).toBe(detailed.figures.length);
    const chosen = await toolResult<Compared>(mcp.client, 'compare_benchmarks', {
      run: 'slow',
      baseline: 'other size',
    });
    expect(chosen.conditions).toContain('benchmark: quick, was full');
    const missing = toolResult(mcp.client, 'compare_benchmarks', { run: 'nobody' });
    await expect(missing).rejects.toThrow('No benchmark nobody is kept. list_benchmarks');
    await expect(mcp.read('cache:///benchmarks/nobody')).rejects.toThrow('No benchmark nobody');
    // What never changes can be followed, and tells nothing.
    await mcp.client.subscribeResource({ uri: 'cache:///benchmarks/first' });
    await mcp.client.unsubscribeResource({ uri: 'cache:///benchmarks/first' });
  });

  it('are listed within their tokens, completed, and reported by a prompt, with their texts as data', async () => {
    const { services, mcp } = await open();
    const { archive } = services.benchmarks;
    const hostile = Object.values(HOSTILE_TEXTS).map((text) => text.slice(0, 3_000));
    for (const [index, text] of hostile.entries()) {
      const connection = { name: text, address: text };
      const redis = { ...benchmarkReport().redis, version: text, system: text, denied: [text] };
      const scenarios = [
        {
          id: text,
          title: text,
          description: text,
          measures: [measure([1, 2, 3], { id: text, label: text })],
          notes: [text],
        },
      ];
      await archive.add(benchmarkReport({ run: `run-${index} ${text}`, connection, redis, scenarios, notes: [text] }));
    }
    await archive.add(benchmarkReport({ run: 'plain' }));
    const { benchmarks } = await toolResult<Listed>(mcp.client, 'list_benchmarks');
    const runs = benchmarks.map(({ run }) => run);
    expect(runs.length).toBeGreaterThan(10);
    for (const [response_format, most] of [
      ['concise', CONCISE_CHARACTERS],
      ['detailed', DETAILED_CHARACTERS],
    ] as const) {
      const calls = [
        toolResult<Listed>(mcp.client, 'list_benchmarks', { response_format }),
        ...runs.map((run) => toolResult(mcp.client, 'compare_benchmarks', { run, baseline: 'plain', response_format })),
      ];
      for (const told of await Promise.all(calls)) {
        const text = JSON.stringify(told);
        expect(text.length).toBeLessThanOrEqual(most);
        expect(text).not.toMatch(UNSEEN);
        expect(text).not.toMatch(/\\u[0-9a-f]{4}/);
        expect(text.match(/W{201}/)).toBeNull();
      }
    }
    const { resources } = await mcp.client.listResources();
    const listed = resources.filter(({ uri }) => uri.startsWith('cache:///benchmarks/'));
    expect(listed.length).toBe(hostile.length + 1);
    for (const { uri, name, title } of listed) {
      const text = JSON.stringify([name, title, await mcp.read(uri)]);
      expect(text).not.toMatch(UNSEEN);
      expect(text).not.toMatch(/\\u[0-9a-f]{4}/);
    }
    const ref = { type: 'ref/resource', uri: 'cache:///benchmarks/{run}' } as const;
    const { completion } = await mcp.client.complete({ ref, argument: { name: 'run', value: 'plai' } });
    expect(completion.values).toEqual(['plain']);
    const { messages } = await mcp.client.getPrompt({ name: 'benchmark_report', arguments: { run: 'plain' } });
    expect(JSON.stringify(messages)).toContain('Report on the benchmark \\"plain\\".');
    await expect(mcp.client.getPrompt({ name: 'benchmark_report', arguments: { run: 'x' } })).rejects.toThrow(
      'No benchmark x',
    );
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONCISE_CHARACTERS, DETAILED_CHARACTERS } from '../../../src/mcp/limits';
import type { FleetServices } from '../../../src/service/fleetServices';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { fillCache } from '../../fixtures/fullCache';
import { HOSTILE_TEXTS } from '../../fixtures/hostileTexts';
import { connectMcpClient, type McpClient, readJson, toolResult } from '../../fixtures/mcpClient';

const MINERS = 5_000;
/** Longer than a busy machine takes. */
const LASTING_S = 3_600;
/** More than any model needs for JSON of figures and names. */
const CHARACTERS_PER_TOKEN = 2.75;
const MAX_TOKENS = 2_000;

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}]/u;

describe('what the tools tell of 5,000 miners, some with names that mean harm', () => {
  let test: TestFleet;
  let services: FleetServices;
  let mcp: McpClient;
  let hostileIds: readonly string[];

  beforeAll(async () => {
    test = await startTestFleet({ miners: 4, seed: 3 });
    const listed: { miners: { host: string; port?: number }[] } = JSON.parse(
      await readFile(test.inventoryPath, 'utf8'),
    );
    const machines = listed.miners.map(({ host, port = 50_051 }) => ({ host, port }));
    const hostile = Object.values(HOSTILE_TEXTS).map((text) => text.slice(0, 2_000));
    const ids = [...hostile, ...Array.from({ length: MINERS - hostile.length }, (_, index) => `rack-${index}`)];
    const miners = ids.map((id, index) => ({
      id,
      ...machines[index % machines.length],
      tenant: index < hostile.length ? hostile[hostile.length - 1 - index] : `tenant ${index % 40}`,
      tags: hostile.slice(0, 5),
    }));
    const inventoryPath = join(test.redis.directory, 'fleet.json');
    await writeFile(inventoryPath, JSON.stringify({ miners }));
    services = await test.open({ inventoryPath, commandTimeoutMs: 10_000 });
    expect(services.inventory.current.miners.length).toBeGreaterThan(MINERS - 20);
    hostileIds = services.inventory.current.miners.map(({ id }) => id).filter((id) => !id.startsWith('rack-'));
    expect(hostileIds.length).toBeGreaterThan(5);
    await fillCache(services, test.redis, ['status', 'stats', 'cooling'], LASTING_S);
    const calls = test.fleet.callCount();
    const { data } = await services.reads.summary('global');
    expect(data.reporting).toBe(services.inventory.current.miners.length);
    expect(test.fleet.callCount(), 'not all was cached').toBe(calls);
    mcp = await connectMcpClient(services);
  }, 120_000);

  afterAll(async () => {
    await mcp?.close();
    await test?.stop();
  });

  const CALLS: readonly (readonly [string, Record<string, unknown>])[] = [
    ['get_fleet_overview', {}],
    ['query_miners', {}],
    ['query_miners', { limit: 200 }],
    ['query_miners', { limit: 200, sort: 'power', order: 'descending', fields: ['tenant', 'failure', 'tempC'] }],
    ['get_cache_health', {}],
    ['inspect_keys', {}],
    ['get_miner', { miner_id: 'rack-1' }],
    ['plan_cache_change', { whole_fleet: true }],
    ['plan_cache_change', { pattern: 'v1:cache:miner:*' }],
  ];

  it.each(CALLS)(
    '%s stays within its tokens (%#)',
    async (name, args) => {
      const concise = JSON.stringify(await toolResult(mcp.client, name, args));
      expect(concise.length).toBeLessThanOrEqual(CONCISE_CHARACTERS);
      expect(concise.length / CHARACTERS_PER_TOKEN).toBeLessThanOrEqual(MAX_TOKENS);
      const detailed = JSON.stringify(await toolResult(mcp.client, name, { ...args, response_format: 'detailed' }));
      expect(detailed.length).toBeLessThanOrEqual(DETAILED_CHARACTERS);
    },
    90_000,
  );

  it('shows no text that a person would not see, in any tool, resource, prompt, question or error', async () => {
    const asked: string[] = [];
    const acting = await connectMcpClient(
      services,
      { capabilities: { elicitation: {} } },
      { allowMinerControl: true },
      { name: HOSTILE_TEXTS['marks of direction'], version: HOSTILE_TEXTS['control characters'] },
    );
    const { client } = acting;
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked.push(JSON.stringify(params));
      return { action: 'accept', content: { confirm: 'yes' } };
    });
    const kinds = ['status', 'stats', 'details', 'hashboards', 'errors', 'config', 'pools', 'cooling'];
    const told: [what: string, text: string][] = [];
    const call = async (name: string, args: Record<string, unknown>) => {
      const result = await client.callTool({ name, arguments: args });
      told.push([name, JSON.stringify(result.structuredContent ?? result.content)]);
      return result.structuredContent as Record<string, unknown> | undefined;
    };
    for (const [name, args] of CALLS) {
      await call(name, args);
    }
    const tenants = new Set<string>();
    const shownIds: string[] = [];
    for (const id of hostileIds) {
      const found = await toolResult<{ miners: { minerId: string; tenant: string }[] }>(client, 'query_miners', {
        text: id.slice(0, 500),
        fields: ['tenant'],
      });
      const { minerId, tenant } = found.miners[0] ?? expect.fail(`not found: ${JSON.stringify(id.slice(0, 50))}`);
      tenants.add(tenant);
      shownIds.push(minerId);
      await call('get_miner', { miner_id: minerId, datasets: kinds });
      await call('explain_staleness', { miner_id: minerId });
      await call('inspect_keys', { miner_id: minerId });
      const plan = await call('plan_cache_change', { miner_id: minerId });
      await call('invalidate_cache', { plan_id: plan?.plan_id });
      await call('control_miner', { miner_id: minerId, action: 'locate_on' });
      // A miner that there is not, with a name like it.
      await call('get_miner', { miner_id: `${minerId.slice(0, 100)}${HOSTILE_TEXTS['marks of direction']}?` });
      for (const part of [...kinds, 'status/stream']) {
        const uri = `braiins:///miner/${encodeURIComponent(minerId)}/${part}`;
        told.push([`braiins:///miner/{minerId}/${part}`, JSON.stringify(await readJson(client, uri))]);
      }
      const { messages } = await client.getPrompt({
        name: 'diagnose_miner',
        arguments: { miner_id: minerId, focus: id.slice(0, 500) },
      });
      told.push(['diagnose_miner', JSON.stringify(messages)]);
    }
    await call('warm_cache', { miner_ids: shownIds, datasets: kinds });
    for (const tenant of tenants) {
      await call('get_fleet_overview', { tenant });
      await call('explain_staleness', { tenant });
      await call('plan_cache_change', { tenant });
      const uri = `braiins:///fleet/${encodeURIComponent(tenant)}/summary`;
      told.push(['braiins:///fleet/{tenant}/summary', JSON.stringify(await readJson(client, uri))]);
      const { messages } = await client.getPrompt({ name: 'pre_maintenance_warm', arguments: { tenant } });
      told.push(['pre_maintenance_warm', JSON.stringify(messages)]);
    }
    for (const text of Object.values(HOSTILE_TEXTS).map((each) => each.slice(0, 500))) {
      await call('set_cache_ttl', { dataset: text.slice(0, 64), ttl_s: 20 });
      await call('compare_benchmarks', { run: text });
      await call('run_benchmark', { size: text });
      for (const [name, args] of [
        ['investigate_hit_ratio_drop', { dataset: text, window: text }],
        ['tune_ttls', { dataset: text }],
        ['benchmark_report', { run: text }],
      ] as const) {
        const prompt = client.getPrompt({ name, arguments: args }).catch((error: unknown) => String(error));
        told.push([name, JSON.stringify(await prompt)]);
      }
      const unknown = client.readResource({
        uri: `cache:///benchmarks/${encodeURIComponent(text.replace(/\p{Cs}/gu, ''))}`,
      });
      told.push(['cache:///benchmarks/{run}', JSON.stringify(await unknown.catch((error: unknown) => String(error)))]);
    }
    await call('list_benchmarks', {});
    for (const part of ['stats', 'policies', 'instances', 'audit']) {
      told.push([`cache:///${part}`, JSON.stringify(await readJson(client, `cache:///${part}`))]);
    }
    const { resources } = await client.listResources();
    told.push(['resources', JSON.stringify(resources)]);
    const ref = { type: 'ref/resource', uri: 'braiins:///miner/{minerId}/status' } as const;
    told.push(['completion', JSON.stringify(await client.complete({ ref, argument: { name: 'minerId', value: '' } }))]);
    await acting.close();

    const [{ tools }, { prompts }, { resourceTemplates }] = await Promise.all([
      mcp.client.listTools(),
      mcp.client.listPrompts(),
      mcp.client.listResourceTemplates(),
    ]);
    const all = [...tools, ...prompts].map(({ name }) => name);
    expect(told.map(([what]) => what)).toEqual(
      expect.arrayContaining([...all, ...resourceTemplates.map(({ uriTemplate }) => uriTemplate)]),
    );
    expect(asked.length).toBeGreaterThan(2 * 5);
    for (const [name, text] of [...told, ...asked.map((question) => ['question', question] as const)]) {
      expect(text, name).not.toMatch(UNSEEN);
      expect(text, name).not.toMatch(/\\u[0-9a-f]{4}/);
      expect(text.match(/W{201}/), name).toBeNull();
      expect(text.length, name).toBeLessThanOrEqual(DETAILED_CHARACTERS);
    }
  }, 120_000);
});

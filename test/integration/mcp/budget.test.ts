import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONCISE_CHARACTERS, DETAILED_CHARACTERS } from '../../../src/mcp/limits';
import type { FleetServices } from '../../../src/service/fleetServices';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { HOSTILE_TEXTS } from '../../fixtures/hostileTexts';
import { connectMcpClient, type McpClient, readJson, toolResult } from '../../fixtures/mcpClient';

const MINERS = 5_000;
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
    // Fresh for as long as may be, so that a slow machine need not read all of them again.
    for (const dataset of ['miner:status', 'miner:stats', 'miner:cooling'] as const) {
      await services.ttls.set(dataset, 30);
    }
    await services.warmer.warm(services.inventory.current.miners, ['status', 'stats', 'cooling'], { concurrency: 64 });
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

  it('shows no text that a person would not see, and each as data', async () => {
    const kinds = ['status', 'stats', 'details', 'hashboards', 'errors', 'config', 'pools', 'cooling'];
    const told: [string, string][] = [];
    for (const [name, args] of CALLS) {
      told.push([name, JSON.stringify(await toolResult(mcp.client, name, args))]);
    }
    for (const id of hostileIds) {
      const found = await toolResult<{ miners: { minerId: string }[] }>(mcp.client, 'query_miners', {
        text: id.slice(0, 500),
      });
      const shown = found.miners[0]?.minerId ?? expect.fail(`not found: ${JSON.stringify(id.slice(0, 50))}`);
      for (const [name, args] of [
        ['get_miner', { miner_id: shown, datasets: kinds }],
        ['explain_staleness', { miner_id: shown }],
        ['inspect_keys', { miner_id: shown }],
      ] as const) {
        const text = JSON.stringify(await toolResult(mcp.client, name, args));
        expect(text.length).toBeLessThanOrEqual(CONCISE_CHARACTERS);
        told.push([name, text]);
      }
      const uri = `braiins:///miner/${encodeURIComponent(shown)}/status/stream`;
      told.push([uri, JSON.stringify(await readJson(mcp.client, uri))]);
    }
    const { resources } = await mcp.client.listResources();
    told.push(['resources', JSON.stringify(resources)]);
    for (const [name, text] of told) {
      expect(text, name).not.toMatch(UNSEEN);
      expect(text, name).not.toMatch(/\\u[0-9a-f]{4}/);
      expect(text.match(/W{200}/), name).toBeNull();
    }
  }, 90_000);
});

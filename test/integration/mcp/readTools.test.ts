import { writeFile } from 'node:fs/promises';
import type { Progress } from '@modelcontextprotocol/sdk/types.js';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minerKey } from '../../../src/cache/keys';
import type { Miner } from '../../../src/fleet/miner';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { connectMcpClient, type McpClient, toolResult } from '../../fixtures/mcpClient';

interface Row {
  readonly minerId: string;
  readonly state?: string;
  readonly hashrateThs?: number;
  readonly failure?: string;
  readonly fresh: boolean;
}

interface Page {
  readonly matched: number;
  readonly of: number;
  readonly miners: readonly Row[];
  readonly nextCursor?: string;
}

describe('the reading tools', () => {
  let test: TestFleet;
  let services: FleetServices;
  let admin: Redis;
  let mcp: McpClient;
  let miners: readonly Miner[];

  beforeAll(async () => {
    test = await startTestFleet({ miners: 30, tenants: 2, seed: 11 });
    services = await test.open({ commandTimeoutMs: 5_000 });
    admin = new Redis(test.redis.port, '127.0.0.1');
    // A test ends this Redis.
    admin.on('error', () => {});
    mcp = await connectMcpClient(services);
    miners = services.inventory.current.miners;
    await test.fleet.miners[29]?.goOffline();
  });

  afterAll(async () => {
    await mcp?.close();
    admin?.disconnect();
    await test?.stop();
  });

  const call = <T = Record<string, unknown>>(name: string, args: Record<string, unknown> = {}) =>
    toolResult<T>(mcp.client, name, args);
  const minerAt = (index: number) => miners[index] as Miner;

  it('read only, stay within the fleet, and say so', async () => {
    const { tools } = await mcp.client.listTools();
    for (const { name, title, description, annotations, inputSchema, outputSchema } of tools) {
      const isReading = !/^(warm|invalidate|run|set|control)_/.test(name);
      expect(annotations, name).toMatchObject({ readOnlyHint: isReading, openWorldHint: false });
      expect([title, description, inputSchema, outputSchema], name).not.toContain(undefined);
    }
  });

  it('tell how the whole fleet is doing, and one tenant', async () => {
    const all = await call('get_fleet_overview');
    expect(all).toMatchObject({
      tenant: 'global',
      miners: 30,
      byState: { offline: 1 },
      parts: { unknown: 1 },
      cache: { redis: 'up' },
      source: 'source',
      fresh: true,
    });
    expect((all.worst as { minerId: string }[])[0]?.minerId).toBe(minerAt(29).id);
    const again = await call('get_fleet_overview', { response_format: 'detailed' });
    expect(again.fetchedAt).toBe(all.fetchedAt);
    const { tenant } = minerAt(0);
    expect(await call('get_fleet_overview', { tenant })).toMatchObject({
      tenant,
      miners: miners.filter((miner) => miner.tenant === tenant).length,
    });
    await expect(call('get_fleet_overview', { tenant: 'nobody' })).rejects.toThrow('no tenant "nobody"');
  });

  it('list the miners that match, sorted, to the last page', async () => {
    // Read anew by the first page: figures that become another between two pages change the order.
    await services.invalidator.invalidate({ type: 'fleet' }, 'test');
    const args = { sort: 'hashrate', order: 'descending', limit: 7 };
    const seen: Row[] = [];
    for (let cursor: string | undefined; ; ) {
      const page: Page = await call<Page>('query_miners', { ...args, ...(cursor === undefined ? {} : { cursor }) });
      expect(page).toMatchObject({ matched: 30, of: 30 });
      seen.push(...page.miners);
      cursor = page.nextCursor;
      if (cursor === undefined) {
        break;
      }
    }
    expect(new Set(seen.map(({ minerId }) => minerId)).size).toBe(30);
    const hashrates = seen.map(({ hashrateThs }) => hashrateThs).filter((each) => each !== undefined);
    expect(hashrates.length).toBeGreaterThan(20);
    expect(hashrates).toEqual([...hashrates].sort((a, b) => b - a));
    expect(seen.at(-1)?.hashrateThs).toBeUndefined();
  });

  it('tell how far reading the miners has come, to the end', async () => {
    const heard: Progress[] = [];
    const { structuredContent } = await mcp.client.callTool(
      { name: 'query_miners', arguments: { sort: 'temperature' } },
      undefined,
      { onprogress: (progress) => heard.push(progress) },
    );
    expect(structuredContent).toMatchObject({ matched: 30 });
    // Status, stats and temperatures of each; of the one that is offline, no more is asked than its status.
    expect(heard.at(-1)).toMatchObject({ progress: 90, total: 90 });
  });

  it('find the miners that are offline, with the reason, and by name, tenant and state', async () => {
    const offline = await call<Page>('query_miners', { states: ['offline'] });
    expect(offline.miners).toEqual([
      expect.objectContaining({ minerId: minerAt(29).id, state: 'offline', failure: expect.any(String), fresh: false }),
    ]);
    const [first] = miners;
    const named = await call<Page>('query_miners', { text: first?.id.toUpperCase() });
    expect(named.miners.map(({ minerId }) => minerId)).toContain(first?.id);
    const { tenant } = minerAt(1);
    const ofTenant = await call<Page>('query_miners', { tenant, states: ['normal'], fields: ['tenant'], limit: 100 });
    expect(ofTenant.of).toBe(miners.filter((miner) => miner.tenant === tenant).length);
    expect(ofTenant.miners.every((row) => (row as Row & { tenant: string }).tenant === tenant)).toBe(true);
    const hot = await call<Page>('query_miners', { min_temp_c: 1, sort: 'temperature', fields: ['tempC'] });
    expect(hot.matched).toBeGreaterThan(20);
  });

  it('tell all of one miner, and which part could not be read', async () => {
    const id = minerAt(0).id;
    const kinds = ['status', 'stats', 'details', 'hashboards', 'errors', 'config', 'pools', 'cooling'];
    for (const response_format of ['concise', 'detailed']) {
      const { datasets } = await call<{ datasets: readonly Record<string, unknown>[] }>('get_miner', {
        miner_id: id,
        datasets: kinds,
        response_format,
      });
      expect(datasets.map(({ dataset }) => dataset)).toEqual(kinds);
      for (const datum of datasets) {
        expect(datum).toMatchObject({ fetchedAt: expect.any(String), ttlMs: expect.any(Number), fresh: true });
      }
    }
    const down = await call<{ datasets: readonly unknown[] }>('get_miner', { miner_id: minerAt(29).id });
    expect(down.datasets[0]).toMatchObject({ dataset: 'status', errorKind: 'unreachable', fresh: false });
    await expect(call('get_miner', { miner_id: 'nobody' })).rejects.toThrow('There is no miner "nobody"');
  });

  it('tell how the cache is doing without counting as lookups', async () => {
    const before = services.cache.metrics.counts('start').lookups;
    await eventually(async () =>
      expect(await call('get_cache_health', { response_format: 'detailed' })).toMatchObject({
        connection: { name: 'default', access: 'read-write' },
        redis: { state: 'up', latencyMs: expect.any(Number) },
        // On a busy machine the first heartbeat, or the first answer that is timed, may take a moment.
        allInstances: { instances: 1 },
        datasets: expect.arrayContaining([expect.objectContaining({ dataset: 'miner:status', ttlS: 10 })]),
      }),
    );
    expect(services.cache.metrics.counts('start').lookups).toBe(before);
  });

  it('explain why a value is fresh, void, missing, foreign, or not to be had', async () => {
    const miner = minerAt(2);
    const explain = (args: object = {}) =>
      call('explain_staleness', { miner_id: miner.id, dataset: 'config', ...args });
    const before = services.cache.metrics.counts('start').lookups;
    expect(await explain()).toMatchObject({ state: 'absent', ttlS: 300, voidedBy: ['config'] });
    expect(services.cache.metrics.counts('start').lookups).toBe(before);
    await services.reads.miner(miner, 'config');
    await eventually(async () =>
      expect(await explain()).toMatchObject({ state: 'valid', entry: { writtenBy: services.instances.id } }),
    );
    await services.invalidator.noteEvent(miner, 'config');
    await eventually(async () => {
      const voided = await explain();
      expect(voided).toMatchObject({ state: 'void', explanation: expect.stringContaining('Last voided at') });
      expect((voided.invalidations as { text: string }[]).at(-1)?.text).toContain(`${miner.id} (config) was voided`);
    });
    await admin.set(minerKey(miner.id, 'config'), '{"somebody": "else"}', 'EX', 60);
    expect(await explain()).toMatchObject({ state: 'foreign' });
    expect(await explain({ miner_id: undefined, tenant: miner.tenant })).toMatchObject({ dataset: 'fleet:summary' });
    await expect(explain({ tenant: miner.tenant })).rejects.toThrow('either miner_id');
    await services.monitor.refresh([minerAt(29)], { background: true });
    expect(await explain({ miner_id: minerAt(29).id, dataset: 'status' })).toMatchObject({
      state: 'absent',
      sourceErrors: [expect.stringContaining('refused')],
    });
  });

  it('show the keys of the cache, and no others', async () => {
    const miner = minerAt(5);
    // What is fresh for a moment only would not be when it is looked at.
    await services.invalidator.invalidate({ type: 'miner', miner }, 'test');
    await services.warmer.warm([miner], ['status', 'pools']);
    await admin.set(minerKey(miner.id, 'config'), '"foreign"', 'EX', 60);
    await admin.set('v1:secret', 'x');
    await admin.set('user:1', 'x');
    const { keys, matched } = await call<{ keys: readonly Record<string, unknown>[]; matched: number }>(
      'inspect_keys',
      {
        miner_id: miner.id,
        response_format: 'detailed',
      },
    );
    const stateOf = (dataset: string) => keys.find((key) => key.dataset === dataset)?.state;
    expect([stateOf('miner:status'), stateOf('miner:pools'), stateOf('miner:config')]).toEqual([
      'fresh',
      'fresh',
      'foreign',
    ]);
    expect(matched).toBe(keys.length);
    expect(keys.find(({ dataset }) => dataset === 'miner:pools')).toMatchObject({
      key: minerKey(miner.id, 'pools'),
      minerId: miner.id,
      ageMs: expect.any(Number),
      writtenBy: services.instances.id,
    });
    const all = JSON.stringify(await call('inspect_keys', { response_format: 'detailed' }));
    expect(all).not.toMatch(/secret|user:1/);
    for (const pattern of ['*', 'v1:*', 'user:*', 'v1:gen:*', 'v1:lock:*', 'v1:cache']) {
      await expect(call('inspect_keys', { pattern })).rejects.toThrow('may reach keys that are no entries');
    }
  });

  it.each([
    ['query_miners', { state: 'offline' }, 'Unrecognized key'],
    ['query_miners', { limit: 0 }, 'limit'],
    ['query_miners', { limit: 1e9 }, 'limit'],
    ['query_miners', { cursor: 'x' }, 'another question'],
    ['query_miners', { states: ['on fire'] }, 'states'],
    ['get_miner', {}, 'miner_id'],
    ['get_miner', { miner_id: 'x'.repeat(513) }, 'miner_id'],
    ['get_miner', { miner_id: { $ne: null } }, 'miner_id'],
  ])('say what is wrong with a call of %s (%#)', async (name, args, reason) => {
    await expect(call(name, args)).rejects.toThrow(reason);
  });

  it('read the miners themselves while Redis is gone, and say so', async () => {
    test.redis.kill();
    await eventually(async () => {
      const health = await call('get_cache_health');
      expect(health.redis).toMatchObject({ state: 'down', reason: expect.any(String) });
      expect((health.findings as string[])[0]).toContain('Redis is down');
    });
    await eventually(async () =>
      expect(await call('get_miner', { miner_id: minerAt(3).id, datasets: ['status'] })).toMatchObject({
        datasets: [{ source: 'source', fresh: true }],
      }),
    );
    expect(await call('explain_staleness', { miner_id: minerAt(3).id })).toMatchObject({ state: 'unknown' });
    expect((await call<Page>('query_miners', { limit: 1 })).of).toBe(30);
    await test.redis.restart();
  });

  it('take a changed inventory at once', async () => {
    await writeFile(test.inventoryPath, JSON.stringify({ miners: miners.slice(0, 2) }));
    await services.inventory.reload();
    expect((await call<Page>('query_miners')).matched).toBe(2);
  });
});

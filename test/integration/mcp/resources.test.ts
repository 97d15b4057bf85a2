import { writeFile } from 'node:fs/promises';
import { ResourceListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { connectMcpClient, type McpClient } from '../../fixtures/mcpClient';

describe('the resources', () => {
  let test: TestFleet;
  let services: FleetServices;
  let other: FleetServices;
  let opened: McpClient[] = [];
  let ids: readonly string[];

  beforeAll(async () => {
    test = await startTestFleet({ miners: 240, tenants: 2, seed: 5 });
    services = await test.open({ commandTimeoutMs: 5_000 });
    other = await test.open({ commandTimeoutMs: 5_000 });
    ids = test.fleet.miners.map(({ id }) => id);
  });

  afterEach(async () => {
    await Promise.all(opened.map((each) => each.close()));
    opened = [];
  });

  afterAll(() => test?.stop());

  async function connect(): Promise<McpClient> {
    const connected = await connectMcpClient(services);
    opened.push(connected);
    return connected;
  }

  const idAt = (index: number) => ids[index] as string;

  it('are listed page by page to the end, each once', async () => {
    const { client } = await connect();
    const uris: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await client.listResources(cursor === undefined ? {} : { cursor });
      uris.push(...page.resources.map(({ uri }) => uri));
      cursor = page.nextCursor;
      pages++;
    } while (cursor !== undefined);
    expect(pages).toBe(3);
    expect(new Set(uris).size).toBe(uris.length);
    expect(uris.slice(0, 5)).toEqual([
      'braiins:///fleet/summary',
      'cache:///stats',
      'cache:///policies',
      'cache:///instances',
      'cache:///audit',
    ]);
    expect(uris.filter((uri) => uri.endsWith('/status'))).toHaveLength(240);
    expect(uris.filter((uri) => /fleet\/.+\/summary/.test(uri))).toHaveLength(2);
    await expect(client.listResources({ cursor: 'bm9uc2Vuc2U' })).rejects.toThrow('not one of this list');
  });

  it('have templates whose miners and tenants are completed', async () => {
    const { client } = await connect();
    const { resourceTemplates } = await client.listResourceTemplates();
    const templates = resourceTemplates.map(({ uriTemplate }) => uriTemplate);
    for (const part of ['status', 'config', 'stats', 'hashboards', 'pools', 'status/stream']) {
      expect(templates).toContain(`braiins:///miner/{minerId}/${part}`);
    }
    const complete = async (uri: string, name: string, value: string) =>
      (await client.complete({ ref: { type: 'ref/resource', uri }, argument: { name, value } })).completion.values;
    const [id] = ids;
    expect(await complete('braiins:///miner/{minerId}/pools', 'minerId', id?.toUpperCase() ?? '')).toContain(id);
    expect((await complete('braiins:///miner/{minerId}/status', 'minerId', '')).length).toBe(100);
    const tenants = await complete('braiins:///fleet/{tenant}/summary', 'tenant', '');
    expect(tenants).toHaveLength(2);
  });

  it('tell each dataset of a miner with its age and source', async () => {
    const { read } = await connect();
    for (const kind of ['status', 'stats', 'details', 'hashboards', 'errors', 'config', 'pools', 'cooling']) {
      const datum = await read(`braiins:///miner/${idAt(0)}/${kind}`);
      expect(datum).toMatchObject({ minerId: idAt(0), source: 'source', fresh: true });
      expect(Date.parse(String(datum.fetchedAt))).toBeGreaterThan(0);
      expect(datum.ageMs).toBeGreaterThanOrEqual(0);
      expect(datum.ttlMs).toBeGreaterThan(0);
      expect(datum.notice).toContain('never instructions');
    }
    expect(await read(`braiins:///miner/${idAt(0)}/hashboards`)).toMatchObject({ hashboards: expect.any(Array) });
  });

  it('tell the cache of itself without counting as lookups', async () => {
    const { read } = await connect();
    await read(`braiins:///miner/${idAt(1)}/status`);
    const before = services.cache.metrics.counts('start').lookups;
    const stats = await eventually(async () => {
      const found = await read('cache:///stats');
      expect(found).toMatchObject({
        redis: { state: 'up' },
        // Both are on the roll after their first heartbeats.
        allInstances: { instances: 2 },
        source: 'instance',
        fresh: true,
      });
      return found;
    });
    const start = (stats.windows as { window: string; lookups: number }[]).find(({ window }) => window === 'start');
    expect(start?.lookups).toBe(before);
    expect(await read('cache:///policies')).toMatchObject({
      policies: expect.arrayContaining([
        expect.objectContaining({ dataset: 'miner:status', strategy: 'EPHEMERAL', ttlS: 10 }),
      ]),
    });
    const instances = (await read('cache:///instances')).instances as { isThis: boolean; kind: string }[];
    expect(instances.map(({ isThis }) => isThis).sort()).toEqual([false, true]);
    expect(services.cache.metrics.counts('start').lookups).toBe(before);
  });

  it('say which tenant there is not', async () => {
    const { read } = await connect();
    await expect(read('braiins:///fleet/nobody/summary')).rejects.toThrow(/no tenant "nobody".*Tenants are: /);
    await expect(read('braiins:///fleet/%E0%A4%A/summary')).rejects.toThrow('There is no tenant');
  });

  it('are told to change when another instance voids them, and not when something else is void', async () => {
    const { client, updated, read } = await connect();
    const status = `braiins:///miner/${idAt(2)}/status`;
    const tenant = other.inventory.find(idAt(2))?.tenant;
    const summary = `braiins:///fleet/${tenant}/summary`;
    const stream = `braiins:///miner/${idAt(2)}/status/stream`;
    const config = `braiins:///miner/${idAt(2)}/config`;
    const stranger = `braiins:///miner/${idAt(3)}/config`;
    for (const uri of [config, stranger]) {
      // Cached, so that the looks at it do not fail and succeed by turns, which is told, too.
      await read(uri);
    }
    for (const uri of [status, summary, stream, config, stranger]) {
      await client.subscribeResource({ uri });
    }
    const miner = other.inventory.current.miners.find(({ id }) => id === idAt(2));
    await other.invalidator.noteEvent(miner ?? expect.fail('no miner'), 'status');
    await eventually(() => expect(updated).toEqual(expect.arrayContaining([status, summary, stream])), 20_000);
    expect(updated).not.toContain(config);
    expect(updated).not.toContain(stranger);
    const { events } = (await (await connect()).read(stream)) as { events: { text: string }[] };
    expect(events.at(-1)?.text).toContain(`${idAt(2)} (status) was voided`);
    await client.unsubscribeResource({ uri: status });
    const count = updated.length;
    await other.invalidator.noteEvent(miner ?? expect.fail('no miner'), 'status');
    await eventually(() => expect(updated.length).toBeGreaterThan(count));
    expect(updated.slice(count)).not.toContain(status);
  });

  it('are told to change by the end of the TTL when nobody watches the miner', async () => {
    const { client, updated, read } = await connect();
    const uri = `braiins:///miner/${idAt(4)}/status`;
    expect(await read(uri)).toMatchObject({ state: 'normal' });
    await client.subscribeResource({ uri });
    const machine = test.fleet.miners.find(({ id }) => id === idAt(4));
    await services.reads.miner(services.inventory.current.miners[4] ?? expect.fail('no miner'), 'status');
    await machine?.goOffline();
    let known = 0;
    await eventually(async () => {
      // It may also be told that another reading of the miner says something else, while that is fresh.
      expect(updated.slice(known)).toContain(uri);
      known = updated.length;
      expect(await read(uri)).toMatchObject({ source: 'stale', fresh: false, staleBecause: expect.any(String) });
    }, 40_000);
  }, 60_000);

  it('are followed only where they exist, and as many as one client may', async () => {
    const { client } = await connect();
    await expect(client.subscribeResource({ uri: 'braiins:///miner/nobody/status' })).rejects.toThrow('no miner');
    await expect(client.subscribeResource({ uri: 'file:///etc/passwd' })).rejects.toThrow('no such resource');
    const kinds = ['status', 'stats', 'pools'];
    const uris = ids.flatMap((id) => kinds.map((kind) => `braiins:///miner/${id}/${kind}`));
    for (const uri of uris.slice(0, 500)) {
      await client.subscribeResource({ uri });
    }
    await expect(client.subscribeResource({ uri: uris[500] ?? '' })).rejects.toThrow('follows 500 resources');
    await client.subscribeResource({ uri: uris[0] ?? '' });
  });

  it('are told to be other ones when the inventory changes', async () => {
    const { client } = await connect();
    let changes = 0;
    client.setNotificationHandler(ResourceListChangedNotificationSchema, () => {
      changes++;
    });
    const miners = services.inventory.current.miners.slice(0, 10);
    await writeFile(test.inventoryPath, JSON.stringify({ miners }));
    await services.inventory.reload();
    await eventually(() => expect(changes).toBe(1));
    expect((await client.listResources()).resources.filter(({ uri }) => uri.endsWith('/status'))).toHaveLength(10);
  });
});

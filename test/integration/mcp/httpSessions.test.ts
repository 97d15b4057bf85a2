import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import type { Miner } from '../../../src/fleet/miner';
import { createFleetServer } from '../../../src/mcp/fleetServer';
import type { McpHttpServer } from '../../../src/mcp/http/httpServer';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { ManualClock } from '../../fixtures/manualClock';
import { readJson, toolResult } from '../../fixtures/mcpClient';
import { connectOverHttp, listenForMcp, TOKEN } from '../../fixtures/mcpHttp';

describe('clients over Streamable HTTP', () => {
  let test: TestFleet;
  let services: FleetServices;
  let server: McpHttpServer | undefined;
  let clients: Client[] = [];

  beforeAll(async () => {
    test = await startTestFleet({ miners: 20, tenants: 2, seed: 9 });
    services = await test.open({ commandTimeoutMs: 5_000 });
  });

  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    clients = [];
    await server?.close();
    server = undefined;
  });

  afterAll(() => test?.stop());

  async function connect(): Promise<Awaited<ReturnType<typeof connectOverHttp>>> {
    const connected = await connectOverHttp(server?.url ?? '');
    clients.push(connected.client);
    return connected;
  }

  const minerAt = (index: number) => services.inventory.current.miners[index] as Miner;

  it('read, call and hear of changes, eight at once, each its own', async () => {
    server = await listenForMcp(services);
    const all = await Promise.all(Array.from({ length: 8 }, () => connect()));
    expect(server.sessionCount).toBe(8);
    const updates = await Promise.all(
      all.map(async ({ client }, index) => {
        const heard: string[] = [];
        client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params: { uri } }) => {
          heard.push(uri);
        });
        await client.subscribeResource({ uri: `braiins:///miner/${minerAt(index).id}/status` });
        return heard;
      }),
    );
    await Promise.all(
      all.flatMap(({ client }, index) =>
        Array.from({ length: 20 }, async () => {
          const { id } = minerAt(index);
          expect(await readJson(client, `braiins:///miner/${id}/status`)).toMatchObject({ minerId: id });
          expect(await toolResult(client, 'get_miner', { miner_id: id })).toMatchObject({ minerId: id });
        }),
      ),
    );
    await eventually(async () => {
      // Until each client's stream is open, nobody can be told.
      for (const [index] of all.entries()) {
        await services.invalidator.noteEvent(minerAt(index), 'status');
      }
      for (const heard of updates) {
        expect(heard.length).toBeGreaterThan(0);
      }
    }, 20_000);
    for (const [index, heard] of updates.entries()) {
      expect(new Set(heard)).toEqual(new Set([`braiins:///miner/${minerAt(index).id}/status`]));
    }
    await Promise.all(all.map(({ transport }) => transport.terminateSession()));
    expect(server.sessionCount).toBe(0);
  });

  it('make room for others when they are idle, and only then', async () => {
    server = await listenForMcp(services, { limits: { maxSessions: 2 } });
    const [first] = [await connect(), await connect()];
    // Both have a stream open.
    await eventually(async () => {
      await expect(connect()).rejects.toThrow('sessions are in use');
    });
    await first.client.close();
    await eventually(async () => {
      await connect();
    });
    expect(server.sessionCount).toBe(2);
  });

  it('are forgotten when they have been idle for long, and told to begin anew', async () => {
    const clock = new ManualClock();
    server = await listenForMcp(services, { clock, limits: { idleMs: 60_000 } });
    const { client, transport } = await connect();
    const gone = await connect();
    await gone.client.close();
    await eventually(() => {
      clock.advance(61_000);
      expect(server?.sessionCount).toBe(1);
    });
    // The one with an open stream is there however long it says nothing.
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    expect(transport.sessionId).toBeDefined();
  });

  it('that do not wait for their server leave none behind', async () => {
    let made = 0;
    let goOn = () => {};
    const waiting = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const closed = vi.fn();
    server = await listenForMcp(services, {
      createServer: async () => {
        made++;
        await waiting;
        const late = createFleetServer({ services, clock: systemClock, logger: silentLogger }, '1.2.3');
        const { onclose } = late.server;
        late.server.onclose = () => {
          onclose?.();
          closed();
        };
        return late;
      },
    });
    const impatient = new AbortController();
    const body = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
    const asked = fetch(server.url, {
      method: 'POST',
      signal: impatient.signal,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: body }),
    });
    const gone = expect(asked).rejects.toThrow();
    await eventually(() => expect(made).toBe(1));
    impatient.abort();
    await gone;
    // The server hears of it a moment later.
    await new Promise((resolve) => setTimeout(resolve, 200));
    goOn();
    await eventually(() => expect(closed).toHaveBeenCalledTimes(1));
    expect(server.sessionCount).toBe(0);
  });

  it('are let go of when the server ends', async () => {
    server = await listenForMcp(services);
    const { client } = await connect();
    await server.close();
    await expect(client.listTools()).rejects.toThrow();
    server = undefined;
  });
});

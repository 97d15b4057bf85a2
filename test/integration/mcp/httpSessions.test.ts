import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import type { Miner } from '../../../src/fleet/miner';
import { createFleetServer } from '../../../src/mcp/fleetServer';
import type { HttpLimits, McpHttpServer } from '../../../src/mcp/http/httpServer';
import type { FleetServices } from '../../../src/service/fleetServices';
import { createBridgeStand } from '../../fixtures/bridge';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { ManualClock } from '../../fixtures/manualClock';
import { readJson, toolResult } from '../../fixtures/mcpClient';
import { ask, connectOverHttp, listenForMcp, TOKEN } from '../../fixtures/mcpHttp';

/** A listener has 256 at most. */
const MORE_THAN_CONNECTIONS = 300;

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

  async function connect(send?: FetchLike): Promise<Awaited<ReturnType<typeof connectOverHttp>>> {
    const connected = await connectOverHttp(server?.url ?? '', {}, TOKEN, send);
    clients.push(connected.client);
    return connected;
  }

  /** As {@link connect}, until the stream is open of what belongs to no request: before that, the client counts as idle. */
  async function connectAndListen(): Promise<Awaited<ReturnType<typeof connectOverHttp>>> {
    let isListening = false;
    const connected = await connect(async (address, init) => {
      const response = await fetch(address, init);
      isListening ||= init?.method === 'GET' && response.ok;
      return response;
    });
    await eventually(() => expect(isListening).toBe(true));
    return connected;
  }

  /** A listener whose clients' servers are made when they may be, as a window waits for its services. */
  async function listenAndWait(limits: Partial<HttpLimits> = {}) {
    let made = 0;
    let goOn = () => {};
    const waiting = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const closed = vi.fn();
    server = await listenForMcp(services, {
      limits,
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
    return { url: server.url, made: () => made, goOn: () => goOn(), closed };
  }

  /** The server's side of each request to it from now on, until the test ends. */
  function responsesOf(url: string): readonly ServerResponse[] {
    const responses: ServerResponse[] = [];
    const note = (message: unknown) => {
      const { request, response } = message as { readonly request: IncomingMessage; readonly response: ServerResponse };
      if (request.headers.host === new URL(url).host) {
        responses.push(response);
      }
    };
    subscribe('http.server.request.start', note);
    onTestFinished(() => void unsubscribe('http.server.request.start', note));
    return responses;
  }

  const delayMiners = (delayMs: number) => {
    for (const miner of test.fleet.miners) {
      miner.setDelay(delayMs);
    }
  };

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
        // Each of them needs a connection, of which there may not be any number.
        Array.from({ length: 4 }, async () => {
          const { id } = minerAt(index);
          for (let round = 0; round < 5; round++) {
            expect(await readJson(client, `braiins:///miner/${id}/status`)).toMatchObject({ minerId: id });
            expect(await toolResult(client, 'get_miner', { miner_id: id })).toMatchObject({ minerId: id });
          }
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
    }, 30_000);
    for (const [index, heard] of updates.entries()) {
      expect(new Set(heard)).toEqual(new Set([`braiins:///miner/${minerAt(index).id}/status`]));
    }
    await Promise.all(all.map(({ transport }) => transport.terminateSession()));
    expect(server.sessionCount).toBe(0);
  });

  it('make room for others when they are idle, and only then', async () => {
    server = await listenForMcp(services, { limits: { maxSessions: 2 } });
    const [first] = [await connectAndListen(), await connectAndListen()];
    await expect(connect()).rejects.toThrow('sessions are in use');
    await first.client.close();
    await eventually(async () => {
      await connect();
    });
    expect(server.sessionCount).toBe(2);
  });

  it('are not let in beyond what there is room for while others wait for theirs', async () => {
    const { made, goOn } = await listenAndWait({ maxSessions: 2 });
    const first = [connect(), connect()];
    await eventually(() => expect(made()).toBe(2));
    await expect(connect()).rejects.toThrow('sessions are in use');
    goOn();
    await Promise.all(first);
    expect(server?.sessionCount).toBe(2);
    expect(made()).toBe(2);
  });

  it('are forgotten when they have been idle for long, and told to begin anew', async () => {
    const clock = new ManualClock();
    server = await listenForMcp(services, { clock, limits: { idleMs: 60_000 } });
    const { client, transport } = await connectAndListen();
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
    const { url, made, goOn, closed } = await listenAndWait();
    const responses = responsesOf(url);
    const impatient = new AbortController();
    const body = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
    const asked = fetch(url, {
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
    await eventually(() => expect(made()).toBe(1));
    impatient.abort();
    await gone;
    // The server hears of it a moment later.
    await eventually(() => expect(responses.map(({ destroyed }) => destroyed)).toEqual([true]));
    goOn();
    await eventually(() => expect(closed).toHaveBeenCalledTimes(1));
    expect(server?.sessionCount).toBe(0);
  });

  it('that wait for their server while the others are ended come in on what is there then', async () => {
    const { made, goOn } = await listenAndWait();
    const coming = connect();
    await eventually(() => expect(made()).toBe(1));
    // As a window does when its services are there.
    const ended = server?.endSessions();
    goOn();
    await ended;
    const { client } = await coming;
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    expect(server?.sessionCount).toBe(1);
  });

  it('that wait for their server while the token is replaced do not come in', async () => {
    const { made, goOn, closed } = await listenAndWait();
    const coming = expect(connect()).rejects.toThrow('A valid bearer token is missing.');
    await eventually(() => expect(made()).toBe(1));
    await server?.replaceToken(`${TOKEN}-next`);
    goOn();
    await coming;
    expect(closed).toHaveBeenCalledTimes(1);
    expect(server?.sessionCount).toBe(0);
  });

  it('get the result of a call whose connection broke off, and hear of what changed meanwhile', async () => {
    server = await listenForMcp(services);
    const { url } = server;
    const open = new Set<AbortController>();
    const resumed: string[] = [];
    const { client } = await connectOverHttp(url, {}, TOKEN, (address, init) => {
      const connection = new AbortController();
      open.add(connection);
      const after = new Headers(init?.headers).get('last-event-id');
      resumed.push(...(after === null ? [] : [after]));
      const signal = AbortSignal.any([connection.signal, ...(init?.signal ? [init.signal] : [])]);
      return fetch(address, { ...init, signal });
    });
    clients.push(client);
    const heard: string[] = [];
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params: { uri } }) => {
      heard.push(uri);
    });
    const uri = `braiins:///miner/${minerAt(3).id}/status`;
    await client.subscribeResource({ uri });
    await eventually(async () => {
      await services.invalidator.noteEvent(minerAt(3), 'status');
      expect(heard.length).toBeGreaterThan(0);
    });
    delayMiners(1_000);
    onTestFinished(() => delayMiners(0));
    const before = test.fleet.callCount('GetMinerDetails');
    let place: string | undefined;
    const call = client.callTool({ name: 'warm_cache', arguments: { datasets: ['details'] } }, undefined, {
      onresumptiontoken: (token) => {
        place = token;
      },
    });
    await eventually(() => {
      expect(test.fleet.callCount('GetMinerDetails')).toBeGreaterThan(before);
      // Without it a client cannot take the stream up again.
      expect(place).toBeDefined();
    });
    heard.length = 0;
    for (const connection of open) {
      connection.abort();
    }
    await services.invalidator.noteEvent(minerAt(3), 'status');
    expect(await call).toMatchObject({ structuredContent: { total: 20 } });
    await eventually(() => expect(heard).toContain(uri));
    // The stream of the call, and the one of what belongs to no call.
    await eventually(() => expect(new Set(resumed.map((id) => id.split('/')[0])).size).toBe(2));
  });

  it('hold no connection for what failed, however much did', async () => {
    server = await listenForMcp(services);
    const { url } = server;
    // Of a stream that ended with an error the SDK's client asks for more.
    const statuses: number[] = [];
    const { client, transport } = await connectOverHttp(url, {}, TOKEN, async (address, init) => {
      const response = await fetch(address, init);
      if (new Headers(init?.headers).has('last-event-id')) {
        statuses.push(response.status);
      }
      return response;
    });
    clients.push(client);
    for (let round = 0; round < MORE_THAN_CONNECTIONS; round++) {
      await expect(client.readResource({ uri: `braiins:///miner/nobody-${round}/status` })).rejects.toThrow('nobody');
    }
    await eventually(() => expect(statuses).toHaveLength(MORE_THAN_CONNECTIONS), 30_000);
    expect(new Set(statuses)).toEqual(new Set([405]));
    expect((await ask(url, { method: 'GET', path: '/healthz' })).status).toBe(200);
    await transport.terminateSession();
    expect(server.sessionCount).toBe(0);
  }, 90_000);

  it('hold no connection for what they have cancelled', async () => {
    server = await listenForMcp(services);
    const { url } = server;
    let begun = 0;
    let ended = 0;
    const statuses: number[] = [];
    const errors: string[] = [];
    const { client, transport } = await connectOverHttp(url, {}, TOKEN, async (address, init) => {
      const response = await fetch(address, init);
      if (new Headers(init?.headers).has('last-event-id')) {
        statuses.push(response.status);
      }
      const isStream = response.headers.get('content-type') === 'text/event-stream';
      if (init?.method !== 'POST' || response.body === null || !isStream) {
        return response;
      }
      begun++;
      const flush = () => {
        ended++;
      };
      return new Response(response.body.pipeThrough(new TransformStream({ flush })), response);
    });
    clients.push(client);
    client.onerror = ({ message }) => errors.push(message);
    delayMiners(30_000);
    onTestFinished(() => delayMiners(0));
    const before = begun;
    const impatient = new AbortController();
    setMaxListeners(0, impatient.signal);
    const uris = services.inventory.current.miners.map(({ id }) => `braiins:///miner/${id}/config`);
    const calls = uris.map((uri) => client.readResource({ uri }, { signal: impatient.signal }));
    const settled = Promise.allSettled(calls);
    await eventually(() => expect(begun - before).toBe(uris.length), 20_000);
    impatient.abort();
    expect(new Set((await settled).map(({ status }) => status))).toEqual(new Set(['rejected']));
    await eventually(() => expect(ended).toBe(begun), 20_000);
    // The SDK's client looks for an answer once more, and takes it that there is none.
    await eventually(() => expect(statuses).toHaveLength(uris.length), 20_000);
    expect(new Set(statuses)).toEqual(new Set([405]));
    expect(errors).toEqual([]);
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    await transport.terminateSession();
  }, 90_000);

  it('get the rest of a stream that is over, which ends then', async () => {
    server = await listenForMcp(services);
    const { url } = server;
    const { transport } = await connect();
    const headers = {
      authorization: `Bearer ${TOKEN}`,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-protocol-version': '2025-11-25',
      'mcp-session-id': transport.sessionId ?? '',
    };
    const asked = (...ids: readonly number[]) =>
      ids.map((id) => ({ jsonrpc: '2.0', id, method: 'tools/list', params: {} }));
    const textOf = async (init: RequestInit) => {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(20_000) });
      return response.status === 200 ? await response.text() : String(response.status);
    };
    const idsOf = (text: string) => [...text.matchAll(/^id: (.*)$/gm)].map(([, id = '']) => id);
    const take = (after: string) => textOf({ headers: { ...headers, 'last-event-id': after } });
    for (const [body, answers] of [[asked(1001)[0], 1] as const, [asked(1002, 1003), 2] as const]) {
      const whole = await textOf({ method: 'POST', headers, body: JSON.stringify(body) });
      const [first = '', ...later] = idsOf(whole);
      expect(later).toHaveLength(answers);
      const rest = await take(first);
      expect(whole.endsWith(rest)).toBe(true);
      expect(idsOf(rest)).toEqual(later);
      expect(await take(later.at(-1) ?? '')).toBe('405');
    }
  }, 60_000);

  it('keep their session behind the bridge, too, after what failed', async () => {
    const stand = await createBridgeStand();
    onTestFinished(() => stand.stop());
    const token = await stand.access.token();
    server = await listenForMcp(services, { token, identity: () => ({ version: '1.2.3', fleet: 'a1b2' }) });
    await stand.access.publish(server.url);
    const { client, log } = await stand.connect();
    // Over another pipe than the answer.
    const before = await eventually(() => (log().includes('Connected') ? log() : expect.fail(log())));
    await expect(client.readResource({ uri: 'braiins:///miner/nobody/status' })).rejects.toThrow('nobody');
    // So long a client tries to take a stream up again.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(log()).toBe(before);
    expect(server.sessionCount).toBe(1);
  }, 60_000);

  it('are let go of when the server ends', async () => {
    server = await listenForMcp(services);
    const { client } = await connect();
    await server.close();
    await expect(client.listTools()).rejects.toThrow();
    server = undefined;
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  ElicitRequestSchema,
  type ElicitResult,
  LoggingMessageNotificationSchema,
  type Progress,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Miner } from '../../../src/fleet/miner';
import type { HttpServerOptions, McpHttpServer } from '../../../src/mcp/http/httpServer';
import type { ServerContext } from '../../../src/mcp/serverContext';
import type { FleetServices } from '../../../src/service/fleetServices';
import { type BridgeStand, createBridgeStand } from '../../fixtures/bridge';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { readJson, toolResult } from '../../fixtures/mcpClient';
import { connectOverHttp, listenForMcp } from '../../fixtures/mcpHttp';
import { freePort } from '../../fixtures/ports';

const LONG_MS = 30_000;
const YES: ElicitResult = { action: 'accept', content: { confirm: 'yes' } };
const GONE = 'went away or was reloaded';

describe('an agent behind the bridge', () => {
  let test: TestFleet;
  let services: FleetServices;
  let stand: BridgeStand;
  let server: McpHttpServer | undefined;

  beforeEach(async () => {
    test = await startTestFleet({ miners: 12, tenants: 2, seed: 4 });
    services = await test.open({ commandTimeoutMs: 5_000 });
    stand = await createBridgeStand();
  });

  afterEach(async () => {
    await stand?.stop();
    await closeWindow();
    await test?.stop();
  });

  /** What a window does when it takes the port. */
  async function openWindow(
    options: Partial<HttpServerOptions> = {},
    context: Partial<ServerContext> = {},
  ): Promise<McpHttpServer> {
    const token = await stand.access.token();
    const identity = () => ({ version: '1.2.3', fleet: 'a1b2' });
    // Where the next one may listen again: nobody else must be given that port in between.
    const { port = await freePort() } = options;
    server = await listenForMcp(services, { token, identity, ...options, port }, context);
    await stand.access.publish(server.url);
    return server;
  }

  async function closeWindow(): Promise<number> {
    const port = Number(new URL(server?.url ?? 'http://x:1').port);
    await server?.close();
    server = undefined;
    return port;
  }

  const minerAt = (index: number) => services.inventory.current.miners[index] as Miner;
  const statusUri = (index: number) => `braiins:///miner/${minerAt(index).id}/status`;
  const changeStatus = (index: number) => services.invalidator.noteEvent(minerAt(index), 'status');
  const plan = (client: Client, args: Record<string, unknown>) =>
    toolResult<{ readonly plan_id: string }>(client, 'plan_cache_change', args);

  function updatesOf(client: Client): string[] {
    const updated: string[] = [];
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params: { uri } }) => {
      updated.push(uri);
    });
    return updated;
  }

  it('sees just what one without it sees', async () => {
    const { url } = await openWindow();
    const { client, errors } = await stand.connect();
    const direct = (await connectOverHttp(url, {}, await stand.access.token())).client;
    expect(client.getServerVersion()).toEqual(direct.getServerVersion());
    expect(client.getServerCapabilities()).toEqual(direct.getServerCapabilities());
    expect(client.getInstructions()).toBe(direct.getInstructions());
    expect(await client.listTools()).toEqual(await direct.listTools());
    expect(await client.listResources()).toEqual(await direct.listResources());
    expect(await client.listResourceTemplates()).toEqual(await direct.listResourceTemplates());
    expect(await client.listPrompts()).toEqual(await direct.listPrompts());
    const completion = {
      ref: { type: 'ref/resource', uri: 'braiins:///miner/{minerId}/status' },
      argument: { name: 'minerId', value: minerAt(0).id.slice(0, 2) },
    } as const;
    expect(await client.complete(completion)).toEqual(await direct.complete(completion));
    const { id } = minerAt(0);
    expect(await readJson(client, statusUri(0))).toMatchObject({ minerId: id, state: 'normal' });
    expect(await toolResult(client, 'get_miner', { miner_id: id })).toMatchObject({ minerId: id });
    for (const each of [client, direct]) {
      await expect(each.readResource({ uri: 'braiins:///miner/nobody/status' })).rejects.toMatchObject({
        code: -32602,
        message: expect.stringContaining('There is no miner "nobody"'),
      });
      await expect(toolResult(each, 'get_miner', { miner_id: 'nobody' })).rejects.toThrow('There is no miner');
    }
    await direct.close();
    expect(errors).toEqual([]);
  });

  it('gets its own answer to each of many questions at once', async () => {
    await openWindow();
    const { client } = await stand.connect();
    const ids = services.inventory.current.miners.map(({ id }) => id);
    await Promise.all(
      Array.from({ length: 96 }, async (_, index) => {
        const id = ids[index % ids.length];
        expect(await readJson(client, `braiins:///miner/${id}/status`)).toMatchObject({ minerId: id });
      }),
    );
  });

  it('hears of progress, can cancel, is asked for consent, and hears of changes', async () => {
    await openWindow();
    const asked: string[] = [];
    const { client } = await stand.connect({ capabilities: { elicitation: {} } }, 30, (each) =>
      each.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
        asked.push(params.message);
        return YES;
      }),
    );
    const progress: Progress[] = [];
    // The SDK's client drops progress that arrives together with the answer, which this one holds back until some has come.
    const held = test.fleet.miners.at(-1);
    held?.setDelay(60_000);
    await client.callTool({ name: 'warm_cache', arguments: {} }, undefined, {
      onprogress: (each) => {
        progress.push(each);
        void held?.goOffline();
      },
    });
    expect(progress.at(0)).toMatchObject({ progress: expect.any(Number), total: 24 });

    for (const miner of test.fleet.miners) {
      miner.setDelay(60_000);
    }
    await services.invalidator.noteEvent(minerAt(1), 'status');
    const calls = () => test.fleet.miners.reduce((sum, miner) => sum + miner.callCount(), 0);
    const before = calls();
    const cancelling = new AbortController();
    const cancelled = client.readResource({ uri: statusUri(1) }, { signal: cancelling.signal });
    const rejected = expect(cancelled).rejects.toThrow();
    await eventually(() => expect(calls()).toBeGreaterThan(before), LONG_MS);
    cancelling.abort('enough');
    await rejected;
    for (const miner of test.fleet.miners) {
      miner.setDelay(0);
    }

    const { plan_id } = await plan(client, { tenant: minerAt(0).tenant });
    expect(await toolResult(client, 'invalidate_cache', { plan_id })).toMatchObject({ agreedIn: 'client' });
    expect(asked).toEqual([expect.stringContaining('Invalidate')]);

    const updated = updatesOf(client);
    await client.subscribeResource({ uri: statusUri(0) });
    await eventually(async () => {
      await changeStatus(0);
      expect(updated).toContain(statusUri(0));
    }, LONG_MS);
    await client.unsubscribeResource({ uri: statusUri(0) });
  });

  it('goes on after the window was reloaded, without noticing more than that lists may be others', async () => {
    await openWindow();
    const { client, pid, errors } = await stand.connect();
    const updated = updatesOf(client);
    let listsChanged = 0;
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      listsChanged++;
    });
    client.setNotificationHandler(LoggingMessageNotificationSchema, () => {});
    await client.listTools();
    await client.setLoggingLevel('error');
    await client.subscribeResource({ uri: statusUri(0) });
    await client.subscribeResource({ uri: statusUri(1) });
    await client.unsubscribeResource({ uri: statusUri(1) });
    for (let restart = 1; restart <= 3; restart++) {
      // Another time at another port, and once with another token.
      const port = await closeWindow();
      if (restart === 3) {
        await stand.access.rotate();
      }
      const reading = toolResult(client, 'get_fleet_overview');
      await openWindow(restart === 2 ? {} : { port });
      expect(await reading).toMatchObject({ miners: 12 });
      await eventually(() => expect(listsChanged).toBe(restart), LONG_MS);
      await eventually(() => expect(updated).toContain(statusUri(0)), LONG_MS);
      updated.length = 0;
      await eventually(async () => {
        await changeStatus(1);
        await changeStatus(0);
        expect(updated).toContain(statusUri(0));
      }, LONG_MS);
      expect(updated).not.toContain(statusUri(1));
      updated.length = 0;
    }
    expect(server?.sessionCount).toBe(1);
    expect(() => process.kill(pid, 0)).not.toThrow();
    expect(errors).toEqual([]);
  });

  it('gets what it was reading when the window was reloaded, and is told what may or may not be done', async () => {
    await openWindow();
    const { client } = await stand.connect({ capabilities: { elicitation: {} } }, 30, (each) =>
      each.setRequestHandler(ElicitRequestSchema, (_, { signal }) => {
        asking++;
        return new Promise<ElicitResult>((resolve) => {
          signal.addEventListener('abort', () => {
            withdrawn++;
            // Too late, and to nobody.
            resolve(YES);
          });
        });
      }),
    );
    let asking = 0;
    let withdrawn = 0;
    await client.listTools();
    for (const miner of test.fleet.miners) {
      miner.setDelay(1_000);
    }
    const { plan_id } = await plan(client, { whole_fleet: true });
    const invalidating = expect(toolResult(client, 'invalidate_cache', { plan_id })).rejects.toThrow(GONE);
    const reading = readJson(client, statusUri(2));
    const calling = toolResult(client, 'get_miner', { miner_id: minerAt(3).id });
    await eventually(() => expect(asking).toBe(1), LONG_MS);
    const port = await closeWindow();
    await openWindow({ port });
    await invalidating;
    await eventually(() => expect(withdrawn).toBe(1), LONG_MS);
    expect(await reading).toMatchObject({ minerId: minerAt(2).id });
    expect(await calling).toMatchObject({ minerId: minerAt(3).id });
    expect(services.audit.latest.filter(({ outcome }) => outcome === 'done')).toEqual([]);
  });

  it('gets the result of a call whose stream broke off while the window is still there', async () => {
    let calls = 0;
    await openWindow({
      createServer: () => {
        const breaking = new McpServer({ name: 'fleet-cache', version: '1.2.3' });
        breaking.registerTool('break', {}, async ({ closeSSEStream }) => {
          calls++;
          closeSSEStream?.();
          await new Promise((resolve) => setTimeout(resolve, 1_000));
          return { content: [{ type: 'text', text: 'whole' }] };
        });
        return breaking;
      },
    });
    const { client } = await stand.connect();
    expect(await client.callTool({ name: 'break' })).toMatchObject({ content: [{ text: 'whole' }] });
    expect(calls).toBe(1);
    expect(server?.sessionCount).toBe(1);
  });

  it('goes on after the token was rotated while it was connected', async () => {
    await openWindow();
    const { client, log } = await stand.connect();
    await client.listTools();
    const former = await stand.access.token();
    await stand.access.rotate();
    const token = await stand.access.token();
    await server?.replaceToken(token);
    const early = toolResult(client, 'get_fleet_overview');
    await stand.access.publish(server?.url ?? '');
    expect(await early).toMatchObject({ miners: 12 });
    expect(log()).not.toContain(former);
    expect(log()).not.toContain(token);
  });

  it('is told to open a window while there is none, and goes on as soon as there is one', async () => {
    const { client, log } = await stand.connect({}, 1);
    expect(client.getServerVersion()).toMatchObject({ name: 'fleet-cache' });
    expect(client.getInstructions()).toContain('Open your fleet');
    let listsChanged = 0;
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      listsChanged++;
    });
    await expect(client.listTools()).rejects.toThrow('“Fleet Cache: Connect an Agent…”');
    const { url } = await openWindow();
    await eventually(() => expect(listsChanged).toBe(1), LONG_MS);
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('get_fleet_overview');
    const direct = (await connectOverHttp(url, {}, await stand.access.token())).client;
    expect(client.getServerCapabilities()).toEqual(direct.getServerCapabilities());
    await direct.close();
    await closeWindow();
    await eventually(async () => {
      await expect(client.listTools()).rejects.toThrow('No window of VS Code has Fleet Cache running (nobody listens');
    }, LONG_MS);
    // Over another pipe than the answer.
    await eventually(() => expect(log()).toContain('nobody listens'));
  });

  it('does not keep the bridge when it goes while a window is still starting', async () => {
    let asked = 0;
    const starting = () => {
      asked++;
      return new Promise<never>(() => {});
    };
    await openWindow({ createServer: starting });
    const bridge = spawn(process.execPath, [stand.script]);
    const clientInfo = { name: 'raw', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    bridge.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
    await eventually(() => expect(asked).toBe(1), LONG_MS);
    const left = once(bridge, 'exit');
    bridge.stdin.end();
    expect(await left).toEqual([0, null]);
  });

  it('speaks nothing but the protocol, and leaves nothing behind when it goes', async () => {
    await openWindow();
    for (const leave of ['stdin', 'SIGTERM', 'SIGKILL'] as const) {
      const bridge = spawn(process.execPath, [stand.script]);
      let output = '';
      bridge.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
      const say = (message: object) => bridge.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
      bridge.stdin.write('this is no message\n{"jsonrpc":"2.0"}\n');
      const clientInfo = { name: 'raw', version: '1' };
      say({ id: 'a', method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } });
      await eventually(() => expect(output).toContain('"id":"a"'), LONG_MS);
      say({ method: 'notifications/initialized' });
      say({ id: 7, method: 'tools/list' });
      say({ id: '7', method: 'no/such/method' });
      await eventually(() => expect(output.trim().split('\n')).toHaveLength(3), LONG_MS);
      const messages = output.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
      expect(messages.find(({ id }) => id === 'a').result).toMatchObject({ protocolVersion: '2025-06-18' });
      expect(messages.find(({ id }) => id === 7).result.tools.length).toBeGreaterThan(10);
      expect(messages.find(({ id }) => id === '7').error).toMatchObject({ code: -32601 });
      const left = once(bridge, 'exit');
      if (leave === 'stdin') {
        bridge.stdin.end();
      } else {
        bridge.kill(leave);
      }
      expect(await left).toEqual(leave === 'SIGKILL' ? [null, 'SIGKILL'] : [0, null]);
      if (leave !== 'SIGKILL') {
        expect(server?.sessionCount).toBe(0);
      }
    }
  });
});

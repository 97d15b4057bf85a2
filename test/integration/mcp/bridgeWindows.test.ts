import { spawn } from 'node:child_process';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  type CallToolResult,
  SetLevelRequestSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { McpHttpServer } from '../../../src/mcp/http/httpServer';
import { type BridgeStand, createBridgeStand } from '../../fixtures/bridge';
import { eventually } from '../../fixtures/eventually';
import { type FrontOfWindow, frontOf } from '../../fixtures/frontOfWindow';
import { freePort } from '../../fixtures/ports';

const HOST = '127.0.0.1';
const LONG_MS = 30_000;

interface WindowOptions {
  readonly fleet?: string;
  readonly port?: number;
  /** What its server offers; called for each client. */
  offer(server: McpServer): void;
}

interface TestWindow {
  readonly url: string;
  readonly port: number;
  readonly sessionCount: number;
  close(): Promise<void>;
}

describe('the bridge from window to window', () => {
  let stand: BridgeStand;
  const closing: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    stand = await createBridgeStand();
  });

  afterEach(async () => {
    await stand?.stop();
    await Promise.all(closing.splice(0).map((close) => close()));
  });

  async function openWindow({ fleet = 'a', offer, ...options }: WindowOptions): Promise<TestWindow> {
    const { port = await freePort() } = options;
    const server = await McpHttpServer.listen({
      host: HOST,
      port,
      token: await stand.access.token(),
      identity: () => ({ version: '1.2.3', fleet }),
      createServer: () => {
        const offered = new McpServer(
          { name: 'fleet-cache', version: '1.2.3' },
          { capabilities: { logging: {}, resources: {} } },
        );
        offer(offered);
        return offered;
      },
      clock: systemClock,
      logger: silentLogger,
    });
    const close = () => server.close();
    closing.push(close);
    await stand.access.publish(server.url);
    return {
      url: server.url,
      port,
      get sessionCount() {
        return server.sessionCount;
      },
      close,
    };
  }

  /** Agents come to the window over it. */
  async function openFront(to: TestWindow, hold?: (body: string) => Promise<void>): Promise<FrontOfWindow> {
    const front = await frontOf(to.url, await stand.access.token(), hold);
    closing.push(() => front.close());
    await stand.access.publish(front.url);
    return front;
  }

  it('tells an agent that another fleet is served now, and repeats nothing there', async () => {
    const warmed: string[] = [];
    const read: string[] = [];
    const offer = (fleet: string) => (server: McpServer) => {
      const answer = fleet === 'a' ? new Promise<void>(() => {}) : undefined;
      server.registerTool('warm', { annotations: { idempotentHint: true, destructiveHint: false } }, async () => {
        warmed.push(fleet);
        await answer;
        return said(fleet);
      });
      server.registerResource('miner', 'test:///miner', {}, async () => {
        read.push(fleet);
        await answer;
        return { contents: [{ uri: 'test:///miner', text: fleet }] };
      });
    };
    const first = await openWindow({ fleet: 'a', offer: offer('a') });
    const { client } = await stand.connect();
    let listsChanged = 0;
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      listsChanged++;
    });
    await client.listTools();
    const begun = expect(client.callTool({ name: 'warm' })).rejects.toThrow(/Another fleet .* is not known/);
    const reading = expect(client.readResource({ uri: 'test:///miner' })).rejects.toThrow('Another fleet');
    await eventually(() => expect([warmed, read]).toEqual([['a'], ['a']]), LONG_MS);
    await first.close();
    const waiting = expect(client.callTool({ name: 'warm' })).rejects.toThrow('Another fleet');
    const second = await openWindow({ fleet: 'b', port: first.port, offer: offer('b') });
    await Promise.all([begun, reading, waiting]);
    expect([warmed, read]).toEqual([['a'], ['a']]);
    // It was told, and goes on.
    await eventually(async () => expect(await client.callTool({ name: 'warm' })).toEqual(said('b')), LONG_MS);

    await second.close();
    const third = await openWindow({ fleet: 'c', port: first.port, offer: offer('c') });
    await eventually(() => expect(listsChanged).toBe(2), LONG_MS);
    await expect(client.callTool({ name: 'warm' })).rejects.toThrow(/Another fleet .* was not done/);
    expect(await client.readResource({ uri: 'test:///miner' })).toMatchObject({ contents: [{ text: 'c' }] });
    await eventually(async () => expect(await client.callTool({ name: 'warm' })).toEqual(said('c')), LONG_MS);

    // The same fleet in another window is none that an agent has to look at again.
    await third.close();
    await openWindow({ fleet: 'c', port: first.port, offer: offer('c') });
    expect(await client.callTool({ name: 'warm' })).toEqual(said('c'));
    expect(warmed).toEqual(['a', 'b', 'c', 'c']);
  });

  it('keeps the session, and what is being done in it, when connections to a busy window fail', async () => {
    let sessions = 0;
    let works = 0;
    let finish = () => {};
    const window = await openWindow({
      offer(server) {
        sessions++;
        server.registerTool('hello', {}, () => said('hello'));
        server.registerTool('work', {}, async () => {
          works++;
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
          return said('worked');
        });
      },
    });
    const front = await openFront(window);
    const { client } = await stand.connect();
    const working = client.callTool({ name: 'work' });
    await eventually(() => expect(works).toBe(1), LONG_MS);
    for (const disturb of [() => front.dropConnections(3), () => front.refuseIdentity(3)]) {
      disturb();
      expect(await client.callTool({ name: 'hello' })).toEqual(said('hello'));
      await eventually(() => expect(front.left).toBe(0), LONG_MS);
    }
    finish();
    expect(await working).toEqual(said('worked'));
    expect([sessions, works, window.sessionCount]).toEqual([1, 1, 1]);
  });

  it('goes on with a window that does not know the client’s log level, and leaves no session behind there', async () => {
    const first = await openWindow({ offer: (server) => server.registerTool('hello', {}, () => said('first')) });
    const { client, log } = await stand.connect();
    await client.setLoggingLevel('error');
    await first.close();
    let sessions = 0;
    const second = await openWindow({
      port: first.port,
      offer(server) {
        sessions++;
        server.registerTool('hello', {}, () => said('second'));
        server.server.setRequestHandler(SetLevelRequestSchema, () => {
          throw new Error('There is no such level.');
        });
      },
    });
    expect(await client.callTool({ name: 'hello' })).toEqual(said('second'));
    expect([sessions, second.sessionCount]).toEqual([1, 1]);
    // Over another pipe than the answer.
    await eventually(() => expect(log()).toContain('There is no such level.'));
  });

  it('takes back a call that is still on its way', async () => {
    let began = 0;
    let cancelled = 0;
    const window = await openWindow({
      offer: (server) =>
        server.registerTool('work', {}, async ({ signal }) => {
          began++;
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          cancelled++;
          return said('worked');
        }),
    });
    let held = 0;
    let taken = () => {};
    const overtaken = new Promise<void>((resolve) => {
      taken = resolve;
    });
    await openFront(window, async (body) => {
      if (body.includes('tools/call')) {
        held++;
        await Promise.race([overtaken, new Promise((resolve) => setTimeout(resolve, 1_000))]);
      } else if (body.includes('notifications/cancelled')) {
        // Then it is passed on before the call is.
        setTimeout(taken, 200);
      }
    });
    const { client } = await stand.connect();
    const cancelling = new AbortController();
    const working = expect(
      client.callTool({ name: 'work' }, undefined, { signal: cancelling.signal }),
    ).rejects.toThrow();
    await eventually(() => expect(held).toBe(1), LONG_MS);
    cancelling.abort();
    await working;
    await eventually(() => expect([began, cancelled]).toEqual([1, 1]), LONG_MS);
  });

  it('tells a client that did not read for a while what it has to know', async () => {
    const count = 2_000;
    let told = 0;
    await openWindow({
      offer: (server) =>
        server.registerTool('flood', {}, async ({ sendNotification }) => {
          const uri = 'test:///miner';
          for (; told < count; told++) {
            await sendNotification({
              method: 'notifications/message',
              params: { level: 'info', data: 'x'.repeat(1_000) },
            });
            await sendNotification({ method: 'notifications/resources/updated', params: { uri } });
          }
          return said('flooded');
        }),
    });
    const bridge = spawn(process.execPath, [stand.script], { stdio: ['pipe', 'pipe', 'ignore'] });
    closing.push(async () => bridge.kill('SIGKILL'));
    const say = (message: object) => bridge.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk.toString();
    };
    bridge.stdout.on('data', read);
    const clientInfo = { name: 'raw', version: '1' };
    say({ id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo } });
    await eventually(() => expect(output).toContain('"id":1'), LONG_MS);
    say({ method: 'notifications/initialized' });
    bridge.stdout.pause();
    say({ id: 2, method: 'tools/call', params: { name: 'flood' } });
    await eventually(() => expect(told).toBe(count), LONG_MS);
    bridge.stdout.resume();
    await eventually(() => expect(output).toContain('flooded'), LONG_MS);
    // Among the last of what it is told.
    await eventually(() => expect(output.lastIndexOf('updated')).toBeGreaterThan(output.length - 10_000), LONG_MS);
  });
});

function said(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] };
}

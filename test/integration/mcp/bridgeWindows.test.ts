import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { type CallToolResult, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { McpHttpServer } from '../../../src/mcp/http/httpServer';
import { type BridgeStand, createBridgeStand } from '../../fixtures/bridge';
import { eventually } from '../../fixtures/eventually';

const HOST = '127.0.0.1';
const LONG_MS = 30_000;

interface WindowOptions {
  readonly fleet?: string;
  readonly port?: number;
  /** What its server offers; called for each client. */
  offer(server: McpServer): void;
}

interface TestWindow {
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

  async function openWindow({ fleet = 'a', port = 0, offer }: WindowOptions): Promise<TestWindow> {
    const server = await McpHttpServer.listen({
      host: HOST,
      port,
      token: await stand.access.token(),
      identity: () => ({ version: '1.2.3', fleet }),
      createServer: () => {
        const offered = new McpServer({ name: 'fleet-cache', version: '1.2.3' }, { capabilities: { logging: {} } });
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
      port: Number(new URL(server.url).port),
      get sessionCount() {
        return server.sessionCount;
      },
      close,
    };
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
});

function said(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] };
}

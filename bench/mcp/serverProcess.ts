import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { systemClock } from '../../src/base/clock';
import { silentLogger } from '../../src/base/logger';
import { createFleetServer } from '../../src/mcp/fleetServer';
import { McpHttpServer } from '../../src/mcp/http/httpServer';
import { createRuntime } from '../../src/runtime';
import { answerOf } from '../ownProcess';

export const TOKEN = 'bench-q3nS0oY1bF8hT6kW2zR9vL4mX7cJ5dA0';
const UNLIMITED = { perSecond: 1_000_000, burst: 1_000_000 };
/** What a server without anything offers. */
export const EMPTY_TOOL = 'empty';

interface ServerSetup {
  readonly type: 'fleet' | 'empty';
  /** Of Redis. */
  readonly port: number;
  readonly inventoryPath: string;
}

/** A server in a process of its own, as clients have it. */
export interface ServerProcess {
  readonly url: string;
  stop(): void;
}

export async function startServer(setup: ServerSetup): Promise<ServerProcess> {
  const child: ChildProcess = fork(process.argv[1] as string, ['mcpServer', JSON.stringify(setup)]);
  const stop = () => void child.kill('SIGKILL');
  try {
    return { url: await answerOf<string>(child), stop };
  } catch (error) {
    stop();
    throw error;
  }
}

/** What runs in that process. @param argument what {@link startServer} gives it, as JSON. */
export async function mcpServer(argument: string): Promise<void> {
  const setup: ServerSetup = JSON.parse(argument);
  process.send?.(await (setup.type === 'fleet' ? serveFleet(setup) : serveEmptyTool()));
}

/** The product's server, over the product's listener. */
async function serveFleet({ port, inventoryPath }: ServerSetup): Promise<string> {
  const [clock, logger] = [systemClock, silentLogger];
  const services = await createRuntime({
    kind: 'server',
    watch: false,
    inventoryPath,
    redis: { url: `redis://127.0.0.1:${port}`, commandTimeoutMs: 5_000 },
    ttls: {},
    credentials: { find: async () => undefined },
    logger,
  });
  const { url } = await McpHttpServer.listen({
    host: '127.0.0.1',
    port: 0,
    token: TOKEN,
    createServer: () => createFleetServer({ services, clock, logger }, '1.0.0'),
    health: () => ({}),
    metrics: async () => '',
    clock,
    logger,
    // One client asks as fast as it can here, which is what the limit is there to stop.
    limits: { requests: UNLIMITED },
  });
  return url;
}

/** The limit: the SDK alone, with a tool that does nothing, for one client, without any check. */
async function serveEmptyTool(): Promise<string> {
  const server = new McpServer({ name: 'empty', version: '1.0.0' });
  const text = JSON.stringify({ done: true });
  server.registerTool(EMPTY_TOOL, { description: 'Does nothing' }, () => ({ content: [{ type: 'text', text }] }));
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID });
  await server.connect(transport as Parameters<McpServer['connect']>[0]);
  const http = createServer((request, response) => void transport.handleRequest(request, response));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
}

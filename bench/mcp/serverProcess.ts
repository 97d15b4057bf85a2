import { type ChildProcess, fork } from 'node:child_process';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
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
  process.send?.(await listen(setup.type === 'fleet' ? await fleetServers(setup) : emptyServer));
}

/** Both are served by the product's listener, so that what they differ in is what they do. */
async function listen(createServer: () => McpServer): Promise<string> {
  const { url } = await McpHttpServer.listen({
    host: '127.0.0.1',
    port: 0,
    token: TOKEN,
    createServer,
    health: () => ({}),
    metrics: async () => '',
    clock: systemClock,
    logger: silentLogger,
    // One client asks as fast as it can here, which is what the limit is there to stop.
    limits: { requests: UNLIMITED },
  });
  return url;
}

async function fleetServers({ port, inventoryPath }: ServerSetup): Promise<() => McpServer> {
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
  return () => createFleetServer({ services, clock, logger }, '1.0.0');
}

/** The limit: a tool that does nothing. */
function emptyServer(): McpServer {
  const server = new McpServer({ name: 'empty', version: '1.0.0' });
  const text = JSON.stringify({ done: true });
  server.registerTool(EMPTY_TOOL, { description: 'Does nothing' }, () => ({ content: [{ type: 'text', text }] }));
  return server;
}

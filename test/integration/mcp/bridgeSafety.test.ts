import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { connect as connectTo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ENDPOINT_FILE, endpointText } from '../../../src/base/agentEndpoint';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { McpHttpServer } from '../../../src/mcp/http/httpServer';
import { type BridgeStand, createBridgeStand } from '../../fixtures/bridge';
import { eventually } from '../../fixtures/eventually';
import { freePort } from '../../fixtures/ports';

const HOST = '127.0.0.1';
const LONG_MS = 30_000;

describe('the bridge under attack', () => {
  let stand: BridgeStand;
  let token: string;
  /** Whatever anybody heard from the bridge who is not the server. */
  let heard: string;
  const closing: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    stand = await createBridgeStand();
    token = await stand.access.token();
    heard = '';
  });

  afterEach(async () => {
    await stand?.stop();
    await Promise.all(closing.splice(0).map((close) => close()));
    expect(heard).not.toContain(token);
    expect(heard).not.toContain('Bearer');
  });

  const file = () => join(stand.folder, ENDPOINT_FILE);

  /** @param given where one was before; another one by default. */
  async function openWindow(given?: number): Promise<{ readonly port: number; close(): Promise<void> }> {
    const port = given ?? (await freePort());
    const server = await McpHttpServer.listen({
      host: HOST,
      port,
      token,
      identity: () => ({ version: '1.2.3' }),
      createServer: () => {
        const fleet = new McpServer({ name: 'fleet-cache', version: '1.2.3' });
        fleet.registerTool('hello', {}, () => ({ content: [{ type: 'text', text: 'from the window' }] }));
        return fleet;
      },
      health: () => ({}),
      metrics: async () => '',
      clock: systemClock,
      logger: silentLogger,
    });
    const close = () => server.close();
    closing.push(close);
    await stand.access.publish(server.url);
    return { port, close };
  }

  /** Another program on a port; what it does with a connection is up to the test. */
  async function otherProgram(port: number, serve: (socket: Socket) => void): Promise<{ close(): Promise<void> }> {
    const sockets = new Set<Socket>();
    const other: Server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {}).once('close', () => sockets.delete(socket));
      socket.on('data', (chunk: Buffer) => {
        heard += chunk.toString('latin1');
      });
      serve(socket);
    });
    await new Promise<void>((resolve, reject) => other.once('error', reject).listen(port, HOST, resolve));
    const close = async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      await new Promise((resolve) => other.close(resolve));
    };
    closing.push(close);
    return { close };
  }

  it.each<[string, (socket: Socket) => void]>([
    ['says nothing', () => {}],
    ['hangs up', (socket) => socket.once('data', () => socket.destroy())],
    ['says yes to everything', (socket) => socket.on('data', () => socket.write(ok('{"name":"fleet-cache"}')))],
    [
      'leads elsewhere',
      (socket) =>
        socket.on('data', () =>
          socket.write(
            'HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/mcp\r\nContent-Length: 0\r\n\r\n',
          ),
        ),
    ],
    [
      'sends without an end',
      (socket) => {
        const timer = setInterval(() => socket.write('HTTP/1.1 200 OK\r\nX: '.padEnd(65_536, 'x')), 5);
        socket.once('close', () => clearInterval(timer));
      },
    ],
  ])('gives no token to a program on the port that %s, and says what has the port', async (_, serve) => {
    const port = await freePort();
    await otherProgram(port, serve);
    await stand.access.publish(`http://${HOST}:${port}/mcp`);
    // One that says nothing is waited for all the same.
    const { client, log } = await stand.connect({}, 1);
    expect(client.getInstructions()).toMatch(
      /Another program, or a window that hangs, listens at 127\.0\.0\.1:\d+ .*fleetCache\.mcp\.port/,
    );
    await eventually(() => expect(heard).toContain('GET /identity?nonce='));
    expect(log()).not.toContain(token);
  });

  it('gives no token to a program that passes everything on to a window at another port', async () => {
    const window = await openWindow();
    const port = await freePort();
    await otherProgram(port, (socket) => {
      const onward = connectTo(window.port, HOST);
      onward.on('error', () => {});
      socket.on('data', (chunk: Buffer) => {
        onward.write(chunk.toString('latin1').replaceAll(`${HOST}:${port}`, `${HOST}:${window.port}`), 'latin1');
      });
      onward.pipe(socket);
    });
    await stand.access.publish(`http://${HOST}:${port}/mcp`);
    const { client } = await stand.connect({}, 1);
    await expect(client.listTools()).rejects.toThrow('Another program, or a window');
    await eventually(() => expect(heard).toContain('GET /identity?nonce='));
  });

  it('gives no token to a program that takes the port after the window, and goes back to the next window', async () => {
    const first = await openWindow();
    const { client } = await stand.connect({}, 1);
    expect((await client.listTools()).tools).toHaveLength(1);
    let listsChanged = 0;
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      listsChanged++;
    });
    await first.close();
    const thief = await otherProgram(first.port, (socket) => {
      socket.on('data', () => socket.write(ok('{"jsonrpc":"2.0","id":1,"result":{}}')));
    });
    await eventually(async () => {
      await expect(client.callTool({ name: 'hello' })).rejects.toThrow('Another program, or a window');
    }, LONG_MS);
    await thief.close();
    await openWindow(first.port);
    await eventually(() => expect(listsChanged).toBe(1), LONG_MS);
    expect(await client.callTool({ name: 'hello' })).toMatchObject({ content: [{ text: 'from the window' }] });
  });

  const content = (url: string) => endpointText({ url, token });
  const LOCAL = 'http://127.0.0.1:17817/mcp';

  it.each<[string, () => Promise<unknown>, string]>([
    ['others can read', () => write(content(LOCAL), 0o640), 'Others than you can read or write'],
    [
      'is a link',
      async () => {
        await write(content(LOCAL));
        await rename(file(), `${file()}.real`);
        await symlink(`${file()}.real`, file());
      },
      'cannot be read',
    ],
    ['leads elsewhere', () => write(content('http://example.org/mcp')), 'leads to no address of this machine'],
  ])(
    'does not follow a file that %s, says so at once, and does not tell what is in it',
    async (_, prepare, message) => {
      await prepare();
      const failure = await stand.connect({}, 600).then(
        () => expect.fail('It began.'),
        (error: Error) => error.message,
      );
      expect(failure).toContain(message);
      expect(failure).toContain(stand.folder);
      expect(failure).not.toContain(token);
    },
  );

  async function write(text: string, mode = 0o600): Promise<void> {
    await writeFile(file(), text);
    await chmod(file(), mode);
  }

  it('follows a file again that was put right', async () => {
    await write('rubbish');
    await openWindow();
    await chmod(file(), 0o644);
    await expect(stand.connect({}, 600)).rejects.toThrow('Others than you');
    await chmod(file(), 0o600);
    const { client } = await stand.connect({}, 600);
    expect((await client.listTools()).tools).toHaveLength(1);
    await chmod(file(), 0o644);
    // What is open stays open.
    expect((await client.listTools()).tools).toHaveLength(1);
    await rm(file());
  });

  it('takes no token of another user’s windows', async () => {
    const { port } = await openWindow();
    token = randomBytes(32).toString('base64url');
    await write(content(`http://${HOST}:${port}/mcp`));
    const { client } = await stand.connect({}, 1);
    await expect(client.listTools()).rejects.toThrow('Another program, or a window');
  });

  it.each([
    ['--wait', 'x'],
    ['--help', ''],
  ])('says how it is called when it is called with %s %s', async (...args) => {
    const called = promisify(execFile)(process.execPath, [stand.script, ...args]);
    await expect(called).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Usage: ') });
  });
});

function ok(text: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

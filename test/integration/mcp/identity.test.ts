import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { askIdentity } from '../../../src/mcp/http/askIdentity';
import { type HttpServerOptions, McpHttpServer } from '../../../src/mcp/http/httpServer';
import { ask, TOKEN } from '../../fixtures/mcpHttp';

const HOST = '127.0.0.1';
const NONCE = 'n'.repeat(43);

describe('who has a port', () => {
  let server: McpHttpServer;
  const closing: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    server = await listen();
  });

  afterEach(async () => {
    await Promise.all(closing.splice(0).map((close) => close()));
  });

  async function listen(options: Partial<HttpServerOptions> = {}): Promise<McpHttpServer> {
    const listener = await McpHttpServer.listen({
      host: HOST,
      port: 0,
      token: TOKEN,
      identity: () => ({ version: '1.2.3', fleet: 'a1b2' }),
      createServer: () => expect.fail('No session was asked for.'),
      health: () => ({}),
      metrics: async () => '',
      clock: systemClock,
      logger: silentLogger,
      ...options,
    });
    closing.push(() => listener.close());
    return listener;
  }

  /** Another program that has a port. @returns the port. */
  async function impostor(answer: (socket: Socket, request: string) => void): Promise<number> {
    const sockets = new Set<Socket>();
    const other: Server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('data', (data: Buffer) => {
        const request = data.toString();
        expect(request).not.toContain(TOKEN);
        answer(socket, request);
      });
    });
    await new Promise<void>((resolve) => other.listen(0, HOST, resolve));
    closing.push(async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      await new Promise((resolve) => other.close(resolve));
    });
    return portOf(other.address());
  }

  const port = () => Number(new URL(server.url).port);
  const path = (nonce: string) => `/identity?nonce=${nonce}`;

  it('is proven by one of ours, with its version and fleet', async () => {
    const found = await askIdentity({ host: HOST, port: port() }, TOKEN);
    expect(found).toEqual({ type: 'ours', identity: { version: '1.2.3', fleet: 'a1b2' } });
  });

  it('is proven by one of ours that has no fleet now', async () => {
    const empty = await listen({ identity: () => ({ version: '1.2.3' }) });
    const found = await askIdentity({ host: HOST, port: Number(new URL(empty.url).port) }, TOKEN);
    expect(found).toEqual({ type: 'ours', identity: { version: '1.2.3' } });
  });

  it('is another program when it has another token', async () => {
    expect(await askIdentity({ host: HOST, port: port() }, `${TOKEN}x`)).toEqual({ type: 'other' });
  });

  it('is nobody when nobody listens', async () => {
    const gone = port();
    await server.close();
    expect(await askIdentity({ host: HOST, port: gone }, TOKEN)).toEqual({ type: 'nobody' });
  });

  it.each<[string, (socket: Socket) => void]>([
    ['says nothing', () => {}],
    ['hangs up', (socket) => socket.destroy()],
    ['ends at once', (socket) => socket.end()],
    ['speaks no HTTP', (socket) => socket.write('220 mail ESMTP\r\n')],
    ['answers without an end', (socket) => socket.write(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(10_000)}`)],
    ['promises much', (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n{')],
    ['answers something else', (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}')],
    ['refuses', (socket) => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')],
    [
      'claims to be one of ours',
      (socket) => {
        const claim = JSON.stringify({ name: 'fleet-cache', version: '1.2.3', fleet: 'a1b2', proof: 'A'.repeat(43) });
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${claim.length}\r\n\r\n${claim}`);
      },
    ],
  ])('is another program when it %s, and learns no token', async (_, answer) => {
    expect(await askIdentity({ host: HOST, port: await impostor(answer) }, TOKEN)).toEqual({ type: 'other' });
  });

  it('is another program when it passes the question on to one of ours', async () => {
    const relay = await impostor(async (socket, request) => {
      const nonce = /nonce=([\w-]+)/.exec(request)?.[1] ?? '';
      const { text } = await ask(server.url, { method: 'GET', path: path(nonce) });
      expect(text).toContain('proof');
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
    });
    expect(await askIdentity({ host: HOST, port: relay }, TOKEN)).toEqual({ type: 'other' });
  });

  it('is another program when it repeats an earlier answer', async () => {
    let earlier = '';
    const replayed = await impostor((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${earlier.length}\r\n\r\n${earlier}`);
    });
    earlier = (await ask(server.url, { method: 'GET', path: path(NONCE) })).text;
    expect(await askIdentity({ host: HOST, port: replayed }, TOKEN)).toEqual({ type: 'other' });
  });

  it('is not waited for any longer when the asking is cancelled', async () => {
    const silent = await impostor(() => {});
    const asking = new AbortController();
    const asked = askIdentity({ host: HOST, port: silent }, TOKEN, asking.signal);
    asking.abort();
    await expect(asked).rejects.toThrow('Cancelled.');
    await expect(askIdentity({ host: HOST, port: silent }, TOKEN, asking.signal)).rejects.toThrow('Cancelled.');
  });

  it('is told to no page, and under no other name', async () => {
    const page = await ask(server.url, {
      method: 'GET',
      path: path(NONCE),
      headers: { origin: 'https://evil.example' },
    });
    expect(page.status).toBe(403);
    const name = await ask(server.url, { method: 'GET', path: path(NONCE), headers: { host: 'evil.example' } });
    expect(name.status).toBe(403);
    const own = await ask(server.url, { method: 'GET', path: path(NONCE) });
    expect(own.status).toBe(200);
    expect(Object.keys(own.headers).filter((header) => header.startsWith('access-control'))).toEqual([]);
    expect(own.text).not.toContain(TOKEN);
  });

  it.each(['', 'short', 'n'.repeat(87), `${'n'.repeat(30)}%0a`, `${'n'.repeat(30)}+`])(
    'is not proven for the nonce %j',
    async (nonce) => {
      expect((await ask(server.url, { method: 'GET', path: path(nonce) })).status).toBe(400);
    },
  );

  it('is told by no listener that was not asked to, and to GET only', async () => {
    expect((await ask(server.url, { method: 'POST', path: path(NONCE) })).status).toBe(405);
    const standalone = await listen({ identity: undefined });
    expect((await ask(standalone.url, { method: 'GET', path: path(NONCE) })).status).toBe(404);
  });

  it('is asked as often as one may ask for anything', async () => {
    const busy = await listen({ limits: { requests: { perSecond: 0.001, burst: 2 } } });
    const statuses: number[] = [];
    for (let count = 0; count < 3; count++) {
      statuses.push((await ask(busy.url, { method: 'GET', path: path(NONCE) })).status);
    }
    expect(statuses).toEqual([200, 200, 429]);
  });
});

function portOf(address: ReturnType<Server['address']>): number {
  if (address === null || typeof address === 'string') {
    throw new Error('It listens at no port.');
  }
  return address.port;
}

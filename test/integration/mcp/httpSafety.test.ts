import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '../../../src/base/logger';
import type { McpHttpServer } from '../../../src/mcp/http/httpServer';
import type { FleetServices } from '../../../src/service/fleetServices';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { type Ask, ask, connectOverHttp, listenForMcp, sendRaw, TOKEN } from '../../fixtures/mcpHttp';

const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
});
const LIST = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' });

const HEADERS = {
  authorization: `Bearer ${TOKEN}`,
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

const HAS_IPV6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

describe('the listener under attack', () => {
  let test: TestFleet;
  let services: FleetServices;
  let server: McpHttpServer;
  let log: string[];

  beforeAll(async () => {
    test = await startTestFleet({ miners: 2, seed: 1 });
    services = await test.open({ commandTimeoutMs: 5_000 });
  });

  beforeEach(async () => {
    log = [];
    const write = (message: string) => void log.push(message);
    const logger: Logger = { debug: write, info: write, warn: write, error: write };
    server = await listenForMcp(services, { logger });
  });

  afterEach(async () => {
    await server?.close();
    expect(log.join('\n')).not.toContain(TOKEN);
  });

  afterAll(() => test?.stop());

  const send = (request: Ask) => ask(server.url, request);
  const address = () => new URL(server.url).host;

  it('serves who has the token, and begins a session', async () => {
    const answer = await send({ headers: HEADERS, body: INITIALIZE });
    expect(answer).toMatchObject({ status: 200, headers: { 'mcp-session-id': expect.any(String) } });
    expect(server.sessionCount).toBe(1);
  });

  it.each([
    'evil.example',
    '127.0.0.1',
    '127.0.0.1:1',
    'localhost',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '[::1]',
  ])('refuses the Host %j, under which a page of somebody else may have led a browser here', async (host) => {
    for (const path of ['/mcp', '/healthz', '/metrics']) {
      const answer = await send({ path, headers: { ...HEADERS, host }, body: INITIALIZE });
      expect([400, 403]).toContain(answer.status);
    }
    expect(server.sessionCount).toBe(0);
  });

  it.skipIf(!HAS_IPV6)('is named in brackets at an address of IPv6', async () => {
    await server.close();
    server = await listenForMcp(services, { host: '::1' });
    expect(server.url).toMatch(/^http:\/\/\[::1\]:\d+\/mcp$/);
    const { port } = new URL(server.url);
    const statusOf = async (host: string) =>
      (await sendRaw(server.url, `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).slice(9, 12);
    expect(await statusOf(`[::1]:${port}`)).toBe('200');
    expect(await statusOf(`localhost:${port}`)).toBe('200');
    expect(await statusOf(`::1:${port}`)).toBe('403');
  });

  it('refuses a Host with the right port of another name, and two Hosts', async () => {
    const { port } = new URL(server.url);
    for (const name of ['evil.example', '127.0.0.2', 'localhost.', '0x7f.1', '2130706433', '127.1']) {
      const answer = await send({ headers: { ...HEADERS, host: `${name}:${port}` }, body: INITIALIZE });
      expect(answer.status, name).toBe(403);
    }
    const two = await sendRaw(
      server.url,
      `GET /healthz HTTP/1.1\r\nHost: ${address()}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
    );
    expect(two).toMatch(/^HTTP\/1\.1 40[03] /);
    const none = await sendRaw(server.url, 'GET /healthz HTTP/1.0\r\n\r\n');
    expect(none).toMatch(/^HTTP\/1\.1 403 /);
    expect(server.sessionCount).toBe(0);
  });

  it.each([
    'http://evil.example',
    'https://evil.example',
    'null',
    'file://',
    'vscode-webview://x',
    'http://127.0.0.1',
    'http://127.0.0.1:1',
    '',
  ])('refuses the Origin %j, and allows no page anything', async (origin) => {
    for (const method of ['POST', 'GET', 'DELETE', 'OPTIONS']) {
      const body = method === 'POST' ? INITIALIZE : undefined;
      const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };
      const answer = await send({
        method,
        headers: { ...HEADERS, ...preflight, origin },
        ...(body === undefined ? {} : { body }),
      });
      expect(answer.status, method).toBe(403);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
    expect(server.sessionCount).toBe(0);
  });

  it('allows its own Origin', async () => {
    const headers = { ...HEADERS, origin: `http://${address()}` };
    expect(await send({ headers, body: INITIALIZE })).toMatchObject({ status: 200 });
    expect(await send({ headers: { ...headers, origin: `https://${address()}` } })).toMatchObject({ status: 403 });
  });

  it.each([
    ['nothing', undefined],
    ['an empty token', 'Bearer '],
    ['a part of the token', `Bearer ${TOKEN.slice(0, -1)}`],
    ['more than the token', `Bearer ${TOKEN}x`],
    ['the token in capitals', `Bearer ${TOKEN.toUpperCase()}`],
    ['another scheme', `Basic ${TOKEN}`],
    ['the bare token', TOKEN],
    ['two tokens', `Bearer ${TOKEN} ${TOKEN}`],
    ['a huge token', `Bearer ${'x'.repeat(8_000)}`],
  ])('lets nobody in with %s, whatever is asked', async (_, authorization) => {
    const begun = await send({ headers: HEADERS, body: INITIALIZE });
    const session = { 'mcp-session-id': String(begun.headers['mcp-session-id']) };
    const { authorization: _right, ...others } = HEADERS;
    const headers = { ...others, ...session, ...(authorization === undefined ? {} : { authorization }) };
    for (const method of ['POST', 'GET', 'DELETE', 'OPTIONS', 'PUT', 'PATCH', 'HEAD']) {
      const answer = await send({ method, headers, ...(method === 'POST' ? { body: LIST } : {}) });
      expect(answer.status, method).toBe(401);
      expect(answer.headers['www-authenticate']).toContain('Bearer');
    }
    expect((await send({ path: `/mcp?token=${TOKEN}`, headers, body: LIST })).status).toBe(401);
    // Nobody could end the session either.
    expect((await send({ headers: { ...HEADERS, ...session }, body: LIST })).status).toBe(200);
  });

  it('slows down who guesses, and still serves who knows', async () => {
    await server.close();
    server = await listenForMcp(services, { limits: { failures: { perSecond: 0.001, burst: 3 } } });
    const guess = () => send({ headers: { ...HEADERS, authorization: 'Bearer guess' }, body: INITIALIZE });
    const statuses: number[] = [];
    for (let count = 0; count < 5; count++) {
      statuses.push((await guess()).status);
    }
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect((await send({ headers: HEADERS, body: INITIALIZE })).status).toBe(200);
  });

  it('answers no more than so many requests', async () => {
    await server.close();
    server = await listenForMcp(services, { limits: { requests: { perSecond: 0.001, burst: 4 } } });
    const statuses: number[] = [];
    for (let count = 0; count < 6; count++) {
      statuses.push((await send({ method: 'GET', path: '/healthz' })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
  });

  it('lets no page, and nobody without the token, use up what others may ask', async () => {
    await server.close();
    server = await listenForMcp(services, { limits: { requests: { perSecond: 0.001, burst: 3 } } });
    const page = { method: 'GET', path: '/healthz' } as const;
    for (const refused of [
      { ...page, headers: { host: 'evil.example' } },
      { ...page, headers: { origin: 'http://evil.example' } },
      // A picture of a page.
      { ...page, headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' } },
      { headers: { ...HEADERS, authorization: 'Bearer guess' }, body: INITIALIZE },
    ]) {
      for (let count = 0; count < 5; count++) {
        expect([401, 403]).toContain((await send(refused)).status);
      }
    }
    expect((await send({ ...page, headers: { 'sec-fetch-site': 'none' } })).status).toBe(200);
    expect((await send(page)).status).toBe(200);
    expect((await send({ headers: HEADERS, body: INITIALIZE })).status).toBe(200);
    expect((await send({ headers: HEADERS, body: INITIALIZE })).status).toBe(429);
  });

  it.each([
    'text/plain',
    'text/plain; a=application/json',
    'application/jsonx',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=application/json',
    '',
  ])('takes no %j, which a form of any page can send', async (type) => {
    const answer = await send({ headers: { ...HEADERS, 'content-type': type }, body: INITIALIZE });
    expect(answer.status).toBe(415);
    expect(server.sessionCount).toBe(0);
  });

  it('takes no packed body', async () => {
    const answer = await send({ headers: { ...HEADERS, 'content-encoding': 'gzip' }, body: INITIALIZE });
    expect(answer.status).toBe(415);
  });

  it('reads no more than a megabyte, said beforehand or not', async () => {
    const large = JSON.stringify({ ...JSON.parse(INITIALIZE), padding: 'x'.repeat(1024 * 1024) });
    const length = String(Buffer.byteLength(large));
    expect((await send({ headers: { ...HEADERS, 'content-length': length }, body: large })).status).toBe(413);
    const chunked = await send({ headers: { ...HEADERS, 'transfer-encoding': 'chunked' }, body: large }).catch(
      (error: unknown) => ({ status: 0, error }),
    );
    // The connection may be closed under what is still being sent.
    expect([413, 0]).toContain(chunked.status);
    const promised = await sendRaw(
      server.url,
      `POST /mcp HTTP/1.1\r\nHost: ${address()}\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{`,
    );
    expect(promised).toMatch(/^HTTP\/1\.1 413 /);
    expect(server.sessionCount).toBe(0);
    const fitting = INITIALIZE.replace('"name":"x"', `"name":"${'x'.repeat(1_000_000)}"`);
    expect((await send({ headers: HEADERS, body: fitting })).status).toBe(200);
  });

  it.each([
    ['no JSON', '{"jsonrpc"'],
    ['nothing', ''],
    ['a number', '7'],
    ['null', 'null'],
    ['another method without a session', LIST],
    ['an array', `[${INITIALIZE}]`],
    ['what nests deep', '['.repeat(100_000)],
  ])('begins no session for %s', async (_, body) => {
    expect((await send({ headers: HEADERS, body })).status).toBe(400);
    expect(server.sessionCount).toBe(0);
  });

  it('knows only the sessions that there are, and tells what to do', async () => {
    for (const id of ['nobody', '../x', '__proto__', 'constructor']) {
      const answer = await send({ headers: { ...HEADERS, 'mcp-session-id': id }, body: LIST });
      expect(answer.status).toBe(404);
    }
    const { client, transport } = await connectOverHttp(server.url);
    expect(server.sessionCount).toBe(1);
    const id = transport.sessionId ?? '';
    await transport.terminateSession();
    await client.close();
    expect(server.sessionCount).toBe(0);
    expect((await send({ headers: { ...HEADERS, 'mcp-session-id': id }, body: LIST })).status).toBe(404);
  });

  it('takes another token from the moment on that it is replaced, and puts out who came with the former', async () => {
    const { client, transport } = await connectOverHttp(server.url);
    await client.listTools();
    const id = transport.sessionId ?? '';
    const next = `${TOKEN}-next`;
    await server.replaceToken(next);
    expect(server.sessionCount).toBe(0);
    await expect(client.listTools()).rejects.toThrow('A valid bearer token is missing.');
    await client.close();
    expect((await send({ headers: HEADERS, body: INITIALIZE })).status).toBe(401);
    const renewed = { ...HEADERS, authorization: `Bearer ${next}` };
    expect((await send({ headers: { ...renewed, 'mcp-session-id': id }, body: LIST })).status).toBe(404);
    expect((await send({ headers: renewed, body: INITIALIZE })).status).toBe(200);
  });

  it('has nothing elsewhere', async () => {
    for (const path of ['/', '/mcp/', '/MCP', '/mcp/../metrics/x', '/.env', '//mcp', `http://${address()}/mcp`]) {
      expect((await send({ path, headers: HEADERS, body: INITIALIZE })).status, path).toBe(404);
    }
    expect((await send({ path: '/healthz', headers: HEADERS })).status).toBe(405);
  });

  it('tells its health and figures without names, addresses and secrets', async () => {
    const health = await send({ method: 'GET', path: '/healthz' });
    expect(JSON.parse(health.text)).toEqual({ status: 'ok', miners: 2 });
    await services.reads.summary('global');
    const metrics = await send({ method: 'GET', path: '/metrics' });
    expect(metrics.headers['content-type']).toContain('text/plain; version=0.0.4');
    expect(metrics.text).toMatch(/^# HELP /m);
    for (const { id, host } of services.inventory.current.miners) {
      expect(metrics.text).not.toContain(id);
      expect(metrics.text).not.toContain(`${host}"`);
    }
  });

  it('is reached from this machine only', async () => {
    const { port } = new URL(server.url);
    const others = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    for (const { address: other, internal, family } of others) {
      if (!internal && family === 'IPv4') {
        const connected = await new Promise<boolean>((resolve) => {
          const socket = connect({ port: Number(port), host: other, timeout: 2_000 }, () => resolve(true));
          socket.once('error', () => resolve(false)).once('timeout', () => resolve(false));
          socket.once('connect', () => socket.destroy());
        });
        expect(connected, other).toBe(false);
      }
    }
  });

  it('says which port another program has', async () => {
    const port = Number(new URL(server.url).port);
    await expect(listenForMcp(services, { port })).rejects.toThrow(`Port ${port} of 127.0.0.1 is in use`);
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltServer, buildServer } from '../../fixtures/builtServer';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { readJson } from '../../fixtures/mcpClient';
import { ask, connectOverHttp, TOKEN } from '../../fixtures/mcpHttp';

describe('the standalone server over HTTP', () => {
  let built: BuiltServer;
  let test: TestFleet;
  let server: ChildProcess | undefined;
  let log = '';

  beforeAll(async () => {
    built = await buildServer();
    test = await startTestFleet({ miners: 3, tenants: 1 });
  });

  afterEach(() => {
    server?.kill('SIGKILL');
    server = undefined;
  });

  afterAll(async () => {
    await test?.stop();
    await built?.remove();
  });

  function start(token: string | undefined, port = 0): ChildProcess {
    log = '';
    const args = ['--http', `127.0.0.1:${port}`, '--inventory', test.inventoryPath, '--redis', test.redis.url];
    const environment = {
      FLEET_CACHE_MINER_USERNAME: 'test',
      FLEET_CACHE_MINER_PASSWORD: 'test-password',
      ...(token === undefined ? {} : { FLEET_CACHE_TOKEN: token }),
    };
    const child = spawn(process.execPath, [built.script, ...args], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const write = (chunk: Buffer) => {
      log += chunk.toString();
    };
    child.stderr.on('data', write);
    child.stdout.on('data', write);
    server = child;
    return child;
  }

  const url = () => eventually(() => /http:\/\/\S+\/mcp/.exec(log)?.[0] ?? expect.fail(log), 30_000);

  it('serves clients, its health and its figures, and ends when it is told to', async () => {
    const child = start(TOKEN);
    const { client } = await connectOverHttp(await url());
    const id = test.fleet.miners[0]?.id;
    expect(await readJson(client, `braiins:///miner/${id}/status`)).toMatchObject({ minerId: id, state: 'normal' });
    await client.close();
    await eventually(async () => {
      // On a busy machine Redis may take a moment.
      const health = await ask(await url(), { method: 'GET', path: '/healthz' });
      expect(JSON.parse(health.text)).toMatchObject({ status: 'ok', redis: 'up', miners: 3 });
    });
    expect((await ask(await url(), { method: 'GET', path: '/metrics' })).text).toContain('miner:status');
    expect((await ask(await url(), { body: '{}' })).status).toBe(401);
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(log).not.toContain(TOKEN);
    expect(log).not.toContain('test-password');
  });

  it('wants a token, and says how to make one', async () => {
    // Not when it ended, but when all that it said is here.
    expect(await once(start(undefined), 'close')).toEqual([2, null]);
    expect(log).toContain('FLEET_CACHE_TOKEN is missing');
  });

  it('says that its port is taken', async () => {
    start(TOKEN);
    const { port } = new URL(await url());
    const first = server;
    expect(await once(start(TOKEN, Number(port)), 'close')).toEqual([2, null]);
    expect(log).toContain(`Port ${port} of 127.0.0.1 is in use`);
    first?.kill('SIGKILL');
  });
});

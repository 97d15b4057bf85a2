import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltServer, buildServer } from '../../fixtures/builtServer';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';

describe('the standalone server on stdio', () => {
  let built: BuiltServer;
  let test: TestFleet;
  let client: Client;
  let log = '';

  beforeAll(async () => {
    built = await buildServer();
    test = await startTestFleet({ miners: 3, tenants: 1 });
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [built.script, '--stdio', '--inventory', test.inventoryPath, '--redis', test.redis.url],
      env: { FLEET_CACHE_MINER_USERNAME: 'test', FLEET_CACHE_MINER_PASSWORD: 'test-password' },
      stderr: 'pipe',
    });
    transport.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
    client = new Client({ name: 'test', version: '1' });
    await client.connect(transport);
  });

  afterAll(async () => {
    await client?.close();
    await test?.stop();
    await built?.remove();
  });

  async function read(uri: string): Promise<Record<string, unknown>> {
    const { contents } = await client.readResource({ uri });
    const [content] = contents;
    expect(content).toMatchObject({ uri, mimeType: 'application/json' });
    return JSON.parse(content !== undefined && 'text' in content ? content.text : '');
  }

  it('lists the miners, and completes their ids', async () => {
    const { resources } = await client.listResources();
    const ids = test.fleet.miners.map(({ id }) => id);
    expect(resources.map(({ uri }) => uri)).toEqual(
      expect.arrayContaining(['braiins:///fleet/summary', ...ids.map((id) => `braiins:///miner/${id}/status`)]),
    );
    const { completion } = await client.complete({
      ref: { type: 'ref/resource', uri: 'braiins:///miner/{minerId}/status' },
      argument: { name: 'minerId', value: ids[0]?.slice(0, 2) ?? '' },
    });
    expect(completion.values).toContain(ids[0]);
  });

  it('reads a status through the cache, with its age and source', async () => {
    const id = test.fleet.miners[0]?.id;
    const uri = `braiins:///miner/${id}/status`;
    const first = await read(uri);
    expect(first).toMatchObject({ minerId: id, state: 'normal', source: 'source', fresh: true });
    // 10 s and a tenth more or less.
    expect(first.ttlMs).toBeGreaterThanOrEqual(9_000);
    expect(first.ttlMs).toBeLessThanOrEqual(11_000);
    const fetched = [first.fetchedAt];
    const second = await eventually(async () => {
      const reading = await read(uri);
      // On a busy machine Redis may not take it at once.
      fetched.push(...(reading.source === 'source' ? [reading.fetchedAt] : []));
      expect(reading.source).toMatch(/^l[12]$/);
      return reading;
    });
    expect(fetched).toContain(second.fetchedAt);
    expect(second.ageMs).toBeGreaterThanOrEqual(0);
  });

  it('reads the summary of the fleet', async () => {
    expect(await read('braiins:///fleet/summary')).toMatchObject({ tenant: 'global', miners: 3, reporting: 3 });
  });

  it('says which miner there is not', async () => {
    await expect(client.readResource({ uri: 'braiins:///miner/nobody/status' })).rejects.toThrow(
      'There is no miner "nobody" in fleet.json.',
    );
  });

  it('says why a miner does not answer', async () => {
    const down = test.fleet.miners[2];
    await down?.goOffline();
    await test.redis.restart();
    await expect(client.readResource({ uri: `braiins:///miner/${down?.id}/status` })).rejects.toThrow(/refused/);
  });

  it('still answers while Redis is gone, and says so on stderr only', async () => {
    process.kill(test.redis.pid, 'SIGKILL');
    expect(await read(`braiins:///miner/${test.fleet.miners[1]?.id}/status`)).toMatchObject({ source: 'source' });
    await eventually(() => expect(log).toContain(`Redis at 127.0.0.1:${test.redis.port}`));
    expect(log).not.toContain('test-password');
  });

  it.each([
    [['--stdio'], 2, '--inventory FILE is missing'],
    [['--stdio', '--inventory', '/nowhere/fleet.json'], 2, 'cannot be read'],
    [['--stdio', '--inventory', 'INVENTORY', '--redis', 'http://x'], 2, 'not supported'],
  ])('ends with one clear line when called with %j', async (args, code, message) => {
    const inventory = join(built.directory, 'empty.json');
    await writeFile(inventory, '{"miners": []}');
    const child = spawn(process.execPath, [
      built.script,
      ...args.map((arg) => (arg === 'INVENTORY' ? inventory : arg)),
    ]);
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(code);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(output).toContain(message);
  });

  it('ends by itself when its client goes', async () => {
    const child = spawn(process.execPath, [built.script, '--stdio', '--inventory', test.inventoryPath], {
      stdio: 'pipe',
    });
    child.stdin.end();
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  });
});

import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
  ElicitRequestSchema,
  type ElicitResult,
  type Progress,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltServer, buildServer } from '../../fixtures/builtServer';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { readJson, toolResult } from '../../fixtures/mcpClient';
import { listenForMcp, TOKEN } from '../../fixtures/mcpHttp';

const MINERS = 120;
const PATIENCE_MS = 60_000;
const INSPECTOR = createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector-cli/build/index.js');
const LOGIN = { FLEET_CACHE_MINER_USERNAME: 'test', FLEET_CACHE_MINER_PASSWORD: 'test-password' };

let test: TestFleet;
let built: BuiltServer;

beforeAll(async () => {
  [test, built] = await Promise.all([startTestFleet({ miners: MINERS, tenants: 3, seed: 12 }), buildServer()]);
});

afterAll(() => Promise.all([test?.stop(), built?.remove()]));

const command = () => [
  process.execPath,
  built.script,
  '--stdio',
  '--inventory',
  test.inventoryPath,
  '--redis',
  test.redis.url,
];
const minerAt = (index: number) => test.fleet.miners[index] ?? expect.fail(`no miner ${index}`);
const statusOf = (index: number) => `braiins:///miner/${minerAt(index).id}/status`;

describe('the client of the SDK on the server that is shipped', () => {
  let client: Client;
  const updated: string[] = [];
  const asked: string[] = [];
  let answer: ElicitResult = { action: 'decline' };

  beforeAll(async () => {
    const [program = '', ...args] = command();
    client = new Client({ name: 'real', version: '1' }, { capabilities: { elicitation: {} } });
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params: { uri } }) => {
      updated.push(uri);
    });
    client.setRequestHandler(ElicitRequestSchema, async ({ params: { message } }) => {
      asked.push(message);
      return answer;
    });
    await client.connect(
      new StdioClientTransport({
        command: program,
        args: [...args, '--watch', '--read-write'],
        env: LOGIN,
        stderr: 'ignore',
      }),
    );
  });

  afterAll(() => client?.close());

  it('finds what there is, page by page to the end', async () => {
    const uris: string[] = [];
    let pages = 0;
    for (let cursor: string | undefined; ; ) {
      const page = await client.listResources(cursor === undefined ? {} : { cursor });
      uris.push(...page.resources.map(({ uri }) => uri));
      pages++;
      cursor = page.nextCursor;
      if (cursor === undefined) {
        break;
      }
    }
    expect(pages).toBe(2);
    expect(new Set(uris).size).toBe(uris.length);
    expect(uris).toEqual(expect.arrayContaining(test.fleet.miners.map((_, index) => statusOf(index))));
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      // In an order that stays while figures change.
      const args = { limit: 50, ...(cursor === undefined ? {} : { cursor }) };
      const page = await toolResult<{ miners: { minerId: string }[]; nextCursor?: string }>(
        client,
        'query_miners',
        args,
      );
      seen.push(...page.miners.map(({ minerId }) => minerId));
      cursor = page.nextCursor;
      if (cursor === undefined) {
        break;
      }
    }
    expect(seen.toSorted()).toEqual(test.fleet.miners.map(({ id }) => id).toSorted());
    const [{ tools }, { prompts }, { resourceTemplates }] = await Promise.all([
      client.listTools(),
      client.listPrompts(),
      client.listResourceTemplates(),
    ]);
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['get_miner', 'control_miner']));
    expect(prompts.map(({ name }) => name)).toContain('benchmark_report');
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain('cache:///benchmarks/{run}');
  }, 60_000);

  it('hears of a miner that changed by itself, and of one that it changed', async () => {
    const [alone, told] = [0, 1];
    for (const index of [alone, told]) {
      expect(await readJson(client, statusOf(index))).toMatchObject({ state: 'normal' });
      await client.subscribeResource({ uri: statusOf(index) });
    }
    minerAt(alone).setState('suspended');
    await eventually(() => expect(updated).toContain(statusOf(alone)), PATIENCE_MS);
    await eventually(async () => expect(await readJson(client, statusOf(alone))).toMatchObject({ state: 'suspended' }));
    updated.length = 0;
    answer = { action: 'accept', content: { confirm: 'yes' } };
    const args = { miner_id: minerAt(told).id, action: 'pause' };
    expect(await toolResult(client, 'control_miner', args)).toMatchObject({ done: 'pause', agreedIn: 'client' });
    expect(asked.at(-1)).toContain(`Tell miner ${minerAt(told).id} to pause?`);
    expect(minerAt(told).state).toBe('paused');
    await eventually(() => expect(updated).toContain(statusOf(told)), PATIENCE_MS);
    expect(await readJson(client, statusOf(told))).toMatchObject({ state: 'paused' });
  }, 150_000);

  it('voids what its person agrees to, and nothing that they decline', async () => {
    const uri = `braiins:///miner/${minerAt(2).id}/pools`;
    const state = async () =>
      (await toolResult(client, 'explain_staleness', { miner_id: minerAt(2).id, dataset: 'pools' })).state;
    await eventually(async () => {
      // On a busy machine Redis may not take it at once.
      await readJson(client, uri);
      expect(await state()).toBe('valid');
    }, PATIENCE_MS);
    const plan = () =>
      eventually(async () => {
        const planned = await toolResult<{ plan_id: string }>(client, 'plan_cache_change', {
          miner_id: minerAt(2).id,
        });
        return planned.plan_id;
      }, PATIENCE_MS);
    answer = { action: 'decline' };
    await expect(toolResult(client, 'invalidate_cache', { plan_id: await plan() })).rejects.toThrow('did not agree');
    await eventually(async () => expect(await state()).toBe('valid'));
    answer = { action: 'accept', content: { confirm: 'yes' } };
    expect(await toolResult(client, 'invalidate_cache', { plan_id: await plan() })).toMatchObject({
      agreedIn: 'client',
      cancelled: false,
    });
    await eventually(async () => expect(await state()).not.toBe('valid'));
  }, 150_000);

  it('follows a long call, and ends one in the middle', async () => {
    const heard: Progress[] = [];
    const call = (datasets: readonly string[], aborting?: AbortController) => {
      heard.length = 0;
      return client.callTool({ name: 'warm_cache', arguments: { datasets } }, undefined, {
        timeout: PATIENCE_MS,
        ...(aborting === undefined ? {} : { signal: aborting.signal }),
        onprogress: (progress) => {
          heard.push(progress);
          aborting?.abort();
        },
      });
    };
    // While Redis is silent, which it may be on a busy machine, nothing is warmed.
    await eventually(async () => {
      const { structuredContent } = await call(['details', 'config']);
      expect(structuredContent).toMatchObject({ total: 2 * MINERS });
    }, PATIENCE_MS);
    expect(heard.length).toBeGreaterThan(0);
    // This client drops what it hears together with the answer.
    const told = heard.map(({ progress }) => progress);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(heard.every(({ total }) => total === 2 * MINERS)).toBe(true);
    await eventually(async () => {
      const ended = call(['pools', 'errors', 'hashboards', 'cooling'], new AbortController());
      await expect(ended).rejects.toThrow();
    }, PATIENCE_MS);
    await eventually(async () => {
      const { calls } = await readJson(client, 'cache:///audit');
      expect((calls as { outcome: string }[]).at(-1)).toMatchObject({ client: 'real', outcome: 'cancelled' });
    }, PATIENCE_MS);
  }, 150_000);
});

describe("the inspector's command line", () => {
  /** What it printed: the server's answer. */
  function inspect(target: readonly string[], ...what: readonly string[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      execFile(
        process.execPath,
        [INSPECTOR, ...target, ...what],
        // It looks for its own package.json from where it is started.
        { cwd: dirname(INSPECTOR), env: { ...process.env, ...LOGIN }, timeout: PATIENCE_MS, maxBuffer: 64 * 1024 ** 2 },
        (error, stdout, stderr) => {
          if (error === null) {
            resolve(JSON.parse(stdout));
          } else {
            reject(new Error(`${error.message}\n${stderr}`));
          }
        },
      );
    });
  }

  it('lists and calls over stdio', async () => {
    const { id } = minerAt(3);
    const [tools, called] = await Promise.all([
      inspect(command(), '--method', 'tools/list'),
      inspect(command(), '--method', 'tools/call', '--tool-name', 'get_miner', '--tool-arg', `miner_id=${id}`),
    ]);
    const names = (tools as { tools: { name: string }[] }).tools.map(({ name }) => name);
    expect(names).toContain('query_miners');
    // Without --read-write.
    expect(names).not.toContain('invalidate_cache');
    expect(called).toMatchObject({ structuredContent: { minerId: id, datasets: expect.any(Array) } });
  }, 150_000);

  it('reads and prompts over HTTP with the token, and does nothing without it', async () => {
    const services = await test.open({ commandTimeoutMs: 5_000 });
    const server = await listenForMcp(services);
    try {
      const token = ['--header', `Authorization: Bearer ${TOKEN}`];
      const [read, prompts] = await Promise.all([
        inspect([server.url], '--method', 'resources/read', '--uri', statusOf(3), ...token),
        inspect([server.url], '--method', 'prompts/list', ...token),
      ]);
      const [content] = (read as { contents: { text: string }[] }).contents;
      expect(JSON.parse(content?.text ?? '')).toMatchObject({ minerId: minerAt(3).id, state: 'normal' });
      expect((prompts as { prompts: { name: string }[] }).prompts.map(({ name }) => name)).toContain('tune_ttls');
      await expect(inspect([server.url], '--method', 'tools/list')).rejects.toThrow(/401|bearer/i);
    } finally {
      await server.close();
    }
  }, 150_000);
});

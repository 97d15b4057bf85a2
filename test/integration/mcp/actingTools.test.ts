import { writeFile } from 'node:fs/promises';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  ElicitRequestSchema,
  type ElicitResult,
  type Progress,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Miner } from '../../../src/fleet/miner';
import type { ServerContext } from '../../../src/mcp/serverContext';
import type { FleetServices } from '../../../src/service/fleetServices';
import type { Question } from '../../../src/service/windowServing';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { ManualClock } from '../../fixtures/manualClock';
import { connectMcpClient, type McpClient, toolResult } from '../../fixtures/mcpClient';

/** The longest TTL that the status of miners may have. */
const LONGEST_STATUS_S = 30;
const ACTING = ['warm_cache', 'invalidate_cache', 'run_benchmark', 'set_cache_ttl'];

interface Plan {
  readonly plan_id: string;
  readonly entries: number;
  readonly miners: number;
  readonly sample: readonly string[];
}

describe('the acting tools', () => {
  let test: TestFleet;
  let services: FleetServices;
  let opened: McpClient[];

  beforeEach(async () => {
    test = await startTestFleet({ miners: 12, tenants: 2, seed: 4 });
    services = await test.open({ commandTimeoutMs: 5_000 });
    opened = [];
  });

  afterEach(async () => {
    await Promise.all(opened.map((each) => each.close()));
    await test.stop();
  });

  /** A client whose person answers so; without an answer it cannot ask anybody. */
  async function connect(
    answer?: ElicitResult | ((message: string) => Promise<ElicitResult>),
    context: Partial<ServerContext> = {},
  ): Promise<Client> {
    const capabilities = answer === undefined ? {} : { elicitation: {} };
    const connected = await connectMcpClient(services, { capabilities }, context);
    opened.push(connected);
    if (answer !== undefined) {
      connected.client.setRequestHandler(ElicitRequestSchema, async ({ params }) =>
        typeof answer === 'function' ? answer(params.message) : answer,
      );
    }
    return connected.client;
  }

  const YES: ElicitResult = { action: 'accept', content: { confirm: 'yes' } };
  const minerAt = (index: number) => services.inventory.current.miners[index] as Miner;
  const namesOf = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name);
  const plan = (client: Client, args: Record<string, unknown>) => toolResult<Plan>(client, 'plan_cache_change', args);
  const invalidate = (client: Client, plan_id: string, more: object = {}) =>
    toolResult(client, 'invalidate_cache', { plan_id, ...more });

  async function isCached(miner: Miner): Promise<boolean> {
    return (await services.reads.inspect(miner, 'status')).state === 'valid';
  }

  async function cacheOne(): Promise<Miner> {
    const miner = minerAt(0);
    // It must not expire before the test has looked at it again.
    await services.ttls.set('miner:status', LONGEST_STATUS_S);
    await services.reads.miner(miner, 'status');
    await eventually(async () => expect(await isCached(miner)).toBe(true));
    return miner;
  }

  it('are there only while anything may be changed, below any name that a client knows', async () => {
    services.connection.access.update({ readOnly: true, environment: undefined });
    const client = await connect(YES, { allowMinerControl: true });
    let changes = 0;
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      changes++;
    });
    expect(await namesOf(client)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/warm|inval|run_|set_|control/)]),
    );
    for (const name of [...ACTING, 'control_miner']) {
      await expect(toolResult(client, name)).rejects.toThrow('disabled');
    }
    services.connection.access.update({ readOnly: false, environment: undefined });
    expect(await namesOf(client)).toEqual(expect.arrayContaining([...ACTING, 'control_miner']));
    await eventually(() => expect(changes).toBe(1));
    services.connection.access.update({ readOnly: undefined, environment: 'production' });
    expect(await namesOf(client)).not.toContain('invalidate_cache');
  });

  it('do not control miners unless that is allowed by itself', async () => {
    const client = await connect(YES);
    expect(await namesOf(client)).toEqual(expect.arrayContaining(ACTING));
    expect(await namesOf(client)).not.toContain('control_miner');
    const { tools } = await client.listTools();
    const hints = Object.fromEntries(tools.map(({ name, annotations }) => [name, annotations]));
    expect(hints.invalidate_cache).toMatchObject({ readOnlyHint: false, destructiveHint: true, openWorldHint: false });
    expect(hints.warm_cache).toMatchObject({ readOnlyHint: false, destructiveHint: false, idempotentHint: true });
  });

  it('void what was planned, and only after a person has agreed to just that', async () => {
    const asked: string[] = [];
    const client = await connect(async (message) => {
      asked.push(message);
      return YES;
    });
    const miner = await cacheOne();
    const planned = await plan(client, { miner_id: miner.id });
    expect(planned).toMatchObject({ entries: 1, miners: 1, sample: [services.reads.keyOf(miner.id, 'status')] });
    expect(await isCached(miner)).toBe(true);
    expect(await invalidate(client, planned.plan_id, { response_format: 'detailed' })).toMatchObject({
      entries: 1,
      deferred: false,
      agreedIn: 'client',
      minerIds: [miner.id],
    });
    expect(await isCached(miner)).toBe(false);
    expect(asked).toEqual([expect.stringContaining(`Invalidate miner ${miner.id}? 1 entry will be void`)]);
    await expect(invalidate(client, planned.plan_id)).rejects.toThrow('used already');
    expect(services.audit.latest).toEqual([
      expect.objectContaining({ client: 'test', tool: 'invalidate_cache', outcome: 'done' }),
      expect.objectContaining({ tool: 'invalidate_cache', outcome: 'refused' }),
    ]);
    const { calls } = JSON.parse(
      String(
        (await client.readResource({ uri: 'cache:///audit' })).contents.map((each) => 'text' in each && each.text),
      ),
    );
    expect(calls).toHaveLength(2);
    expect(calls[0].what).toContain(planned.plan_id);
  });

  const NO: readonly (readonly [string, ElicitResult | undefined])[] = [
    ['declines', { action: 'decline' }],
    ['closes the question', { action: 'cancel' }],
    ['accepts what is offered first', { action: 'accept', content: { confirm: 'no' } }],
    ['accepts with nothing', { action: 'accept', content: {} }],
    ['accepts with something else', { action: 'accept', content: { confirm: 'Yes' } }],
    ['accepts with a tick', { action: 'accept', content: { confirm: true } }],
    ['accepts without content', { action: 'accept' }],
    ['cannot be asked', undefined],
  ];

  it.each(NO)('change nothing when the person %s', async (_, answer) => {
    const client = await connect(answer, { allowMinerControl: true });
    const miner = await cacheOne();
    const { plan_id } = await plan(client, { whole_fleet: true });
    await expect(invalidate(client, plan_id)).rejects.toThrow('Nothing was done');
    await expect(toolResult(client, 'control_miner', { miner_id: miner.id, action: 'pause' })).rejects.toThrow(
      'Nothing was done',
    );
    expect(await isCached(miner)).toBe(true);
    expect((await services.reads.miner(miner, 'status', { refresh: true })).data.state).toBe('normal');
    expect(services.audit.latest.map(({ outcome }) => outcome)).toEqual(['refused', 'refused']);
    // The plan is used all the same: nobody is asked again and again.
    await expect(invalidate(client, plan_id)).rejects.toThrow('used already');
  });

  it('take no consent of the model, by whatever argument', async () => {
    const client = await connect();
    const miner = await cacheOne();
    for (const forged of [{ confirm: true }, { confirmed: 'yes' }, { force: true }, { agreedIn: 'client' }]) {
      const { plan_id } = await plan(client, { miner_id: miner.id });
      await expect(invalidate(client, plan_id, forged)).rejects.toThrow('Unrecognized key');
    }
    expect(await isCached(miner)).toBe(true);
  });

  it('ask in the window where the client cannot', async () => {
    const questions: Question[] = [];
    const answers = [false, true];
    const client = await connect(undefined, {
      askPerson: async (question) => {
        questions.push(question);
        return answers.shift() ?? false;
      },
    });
    const miner = await cacheOne();
    const first = await plan(client, { miner_id: miner.id });
    await expect(invalidate(client, first.plan_id)).rejects.toThrow('did not agree');
    const second = await plan(client, { tenant: miner.tenant });
    expect(await invalidate(client, second.plan_id)).toMatchObject({ agreedIn: 'window' });
    expect(questions.map(({ agreement }) => agreement)).toEqual(['Invalidate', 'Invalidate']);
    // Several clients may be at work: the person is told which.
    expect(questions[0]?.detail).toMatch(/^The agent in test wants it\. \d+ entr/);
    expect(await isCached(miner)).toBe(false);
  });

  it('refuse plans that are old, of somebody else, or about other miners by now', async () => {
    const clock = new ManualClock(Date.now());
    const client = await connect(YES, { clock });
    const stranger = await connect(YES);
    const old = await plan(client, { whole_fleet: true });
    clock.advance(5 * 60_000);
    await expect(invalidate(client, old.plan_id)).rejects.toThrow('has expired');
    const other = await plan(stranger, { whole_fleet: true });
    await expect(invalidate(client, other.plan_id)).rejects.toThrow('no such plan');
    await expect(invalidate(client, 'made up')).rejects.toThrow('no such plan');
    const before = await plan(stranger, { whole_fleet: true });
    await writeFile(test.inventoryPath, JSON.stringify({ miners: services.inventory.current.miners.slice(1) }));
    await services.inventory.reload();
    await expect(invalidate(stranger, before.plan_id)).rejects.toThrow('are others by now');
  });

  it.each(['*', 'v1:*', 'v1:gen:*', 'v1:lock:*', 'v1:instance:*', 'user:*', '[v]1:cache:*', '?1:cache:*', 'v1:cache'])(
    'reach no key beyond the entries by the pattern %j',
    async (pattern) => {
      const client = await connect(YES);
      await expect(plan(client, { pattern })).rejects.toThrow('v1:cache:');
    },
  );

  it('void by pattern what is counted, and show some of it', async () => {
    const client = await connect(YES);
    await services.warmer.warm(services.inventory.current.miners, ['status', 'stats']);
    const planned = await plan(client, { pattern: 'v1:cache:miner:*:stats' });
    expect(planned.entries).toBe(12);
    expect(planned.sample).toHaveLength(10);
    const detailed = await plan(client, { pattern: 'v1:cache:miner:*:stats', response_format: 'detailed' });
    expect(detailed.sample).toHaveLength(12);
    expect(planned.sample.every((key) => key.endsWith(':stats'))).toBe(true);
    expect(await invalidate(client, planned.plan_id)).toMatchObject({ entries: 12, cancelled: false });
    expect(await isCached(minerAt(3))).toBe(true);
    expect((await services.reads.inspect(minerAt(3), 'stats')).state).toBe('absent');
  });

  it.each([{}, { miner_id: 'a', tenant: 'b' }, { whole_fleet: false }, { pattern: '' }, { miner_id: 'nobody' }])(
    'plan nothing for %j',
    async (args) => {
      const client = await connect(YES);
      await expect(plan(client, args)).rejects.toThrow();
    },
  );

  it('warm with progress, again without harm, and tell what failed', async () => {
    const client = await connect();
    await test.fleet.miners[5]?.goOffline();
    const heard: Progress[] = [];
    const { structuredContent } = await client.callTool({ name: 'warm_cache', arguments: {} }, undefined, {
      onprogress: (progress) => heard.push(progress),
    });
    expect(structuredContent).toMatchObject({
      total: 24,
      warmed: 22,
      failed: 2,
      failures: [{ cause: 'unreachable', count: 2, minerIds: [minerAt(5).id] }],
    });
    expect(heard.at(-1)).toMatchObject({ progress: 24, total: 24 });
    expect(heard.map(({ progress }) => progress)).toEqual(heard.map(({ progress }) => progress).sort((a, b) => a - b));
    const ids = services.inventory.current.miners.slice(0, 3).map(({ id }) => id);
    const again = await toolResult(client, 'warm_cache', { miner_ids: ids, datasets: ['status'] });
    expect(again).toMatchObject({ total: 3, warmed: 0, fresh: 3 });
  });

  it('tell a client that waits for a person, or for machines that are slow, that they go on', async () => {
    const clock = new ManualClock();
    let answer: (result: ElicitResult) => void = () => {};
    const client = await connect(() => new Promise((resolve) => (answer = resolve)), { clock });
    for (const miner of test.fleet.miners) {
      miner.setDelay(60_000);
    }
    for (const name of ['get_fleet_overview', 'invalidate_cache']) {
      const isActing = name === 'invalidate_cache';
      const args = isActing ? { plan_id: (await plan(client, { whole_fleet: true })).plan_id } : {};
      const heard: Progress[] = [];
      const call = client.callTool({ name, arguments: args }, undefined, {
        onprogress: (progress) => heard.push(progress),
      });
      await eventually(() => {
        clock.advance(15_000);
        expect(heard.length).toBeGreaterThan(1);
      });
      const told = heard.map(({ progress }) => progress);
      expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
      answer({ action: 'decline' });
      await Promise.all(test.fleet.miners.map((miner) => miner.goOffline()));
      await call;
    }
    // Nothing is told of what is over.
    expect(clock.pending).toEqual([]);
  });

  it('stop when the client cancels', async () => {
    const client = await connect();
    const stop = new AbortController();
    const call = client.callTool(
      { name: 'warm_cache', arguments: { datasets: ['status', 'stats', 'details', 'config', 'pools'] } },
      undefined,
      { signal: stop.signal, onprogress: () => stop.abort() },
    );
    await expect(call).rejects.toThrow();
    await eventually(() => expect(services.audit.latest.at(-1)).toMatchObject({ outcome: 'cancelled' }));
  });

  it('are cancelled while a person thinks, and change nothing then', async () => {
    const stop = new AbortController();
    const client = await connect(async () => {
      stop.abort();
      await new Promise((resolve) => setTimeout(resolve, 50));
      return YES;
    });
    const miner = await cacheOne();
    const { plan_id } = await plan(client, { miner_id: miner.id });
    const call = client.callTool({ name: 'invalidate_cache', arguments: { plan_id } }, undefined, {
      signal: stop.signal,
    });
    await expect(call).rejects.toThrow();
    await eventually(() => expect(services.audit.latest.at(-1)).toMatchObject({ outcome: 'cancelled' }));
    expect(await isCached(miner)).toBe(true);
  });

  it('set a TTL within its band, and say the band otherwise', async () => {
    const client = await connect();
    expect(await toolResult(client, 'set_cache_ttl', { dataset: 'miner:status', ttl_s: 25 })).toEqual({
      dataset: 'miner:status',
      strategy: 'EPHEMERAL',
      formerTtlS: 10,
      ttlS: 25,
    });
    const { ttlS } = await services.reads.miner(minerAt(1), 'status');
    expect(ttlS).toBeGreaterThan(20);
    const again = { dataset: 'miner:status', ttl_s: 25, response_format: 'detailed' };
    const { lookups } = await toolResult<{ lookups: number }>(client, 'set_cache_ttl', again);
    expect(lookups).toBeGreaterThan(0);
    const set = (dataset: string, ttl_s: number) => toolResult(client, 'set_cache_ttl', { dataset, ttl_s });
    await expect(set('miner:status', 31)).rejects.toThrow('from 5 to 30');
    await expect(set('miner:details', 30)).rejects.toThrow('from 60 to 300');
    await expect(set('constructor', 30)).rejects.toThrow('Datasets are: miner:status');
    await expect(set('miner:status', 0)).rejects.toThrow('ttl_s');
  });

  it('have a miner do what it can, and read that back', async () => {
    const asked: string[] = [];
    const client = await connect(
      async (message) => {
        asked.push(message);
        return YES;
      },
      { allowMinerControl: true },
    );
    const miner = minerAt(2);
    const control = (args: Record<string, unknown>) =>
      toolResult(client, 'control_miner', { miner_id: miner.id, ...args });
    expect(await control({ action: 'pause' })).toMatchObject({ minerId: miner.id, done: 'pause', agreedIn: 'client' });
    expect((await services.reads.miner(miner, 'status')).data.state).toBe('paused');
    expect(await control({ action: 'resume', response_format: 'detailed' })).toMatchObject({
      done: 'resume',
      tenant: miner.tenant,
      address: `${miner.host}:${miner.port}`,
    });
    expect(asked).toHaveLength(2);
    // What it cannot do, nobody is asked about.
    await expect(control({ action: 'set_power_target', power_w: 99_999 })).rejects.toThrow('this miner takes');
    await expect(control({ action: 'set_power_target' })).rejects.toThrow('set_power_target needs power_w');
    await expect(control({ action: 'pause', power_w: 1_000 })).rejects.toThrow('power_w belongs to set_power_target');
    await expect(control({ action: 'format_disk' })).rejects.toThrow('action');
    expect(asked).toHaveLength(2);
  });
});

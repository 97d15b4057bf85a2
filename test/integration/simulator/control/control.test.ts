import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadPackageDefinition } from '../../../../src/braiins/proto/packageDefinition';
import type { Miner } from '../../../../src/fleet/miner';
import { type ControlMethods, controlMethods } from '../../../../src/simulator/control/protocol';
import { LOGIN, minerAt } from '../../braiins/endpoints';
import { eventually, failure, newSource } from '../../braiins/sources';
import { SimulatorBundle, type SimulatorProcess } from '../bundle';
import { failureOf, RawClient } from '../rawClient';

let bundle: SimulatorBundle;
let methods: ControlMethods;
const running: SimulatorProcess[] = [];
const clients: RawClient[] = [];
const env = { FLEET_CACHE_MINER_USERNAME: LOGIN.username, FLEET_CACHE_MINER_PASSWORD: LOGIN.password };

beforeAll(async () => {
  bundle = await SimulatorBundle.build();
  methods = controlMethods(await loadPackageDefinition());
});

afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.close();
  }
  await Promise.all(running.splice(0).map((simulator) => simulator.stop()));
});

afterAll(() => bundle.remove());

function run(args: string, environment: Record<string, string> = env): SimulatorProcess {
  const simulator = bundle.run(args.split(' '), { env: environment });
  running.push(simulator);
  return simulator;
}

interface InventoryFile {
  readonly defaults: { readonly port: number };
  readonly miners: readonly { readonly id: string; readonly host: string; readonly port?: number }[];
}

interface Controlled {
  readonly miners: readonly Miner[];
  readonly control: RawClient;
  readonly simulator: SimulatorProcess;
}

/** A fleet in a process of its own, with its control. */
async function startControlled(count: number, environment?: Record<string, string>): Promise<Controlled> {
  const file = path.join(bundle.directory, `controlled-${process.hrtime.bigint()}.json`);
  const simulator = run(`--miners ${count} --port 0 --control 0 --inventory ${file}`, environment);
  const [first = '', second] = (await simulator.ready()).split('\n');
  expect(second).toBe(`ready ${count} miners`);
  expect(first).toMatch(/^control 127\.0\.0\.1:\d+$/);
  const control = await RawClient.connect({ host: '127.0.0.1', port: Number(first.split(':')[1]) });
  clients.push(control);
  const inventory = JSON.parse(await readFile(file, 'utf8')) as InventoryFile;
  const miners = inventory.miners.map(({ port = inventory.defaults.port, ...rest }) => minerAt(port, rest));
  return { simulator, control, miners };
}

const byId = (miner: Miner | undefined) => ({ miner_ids: [miner?.id ?? ''] });

describe('the control of a simulated fleet', () => {
  it('sets a fault on a named miner, and clears it', async () => {
    const { control, miners } = await startControlled(3);
    const [first, second] = miners as [Miner, Miner];
    const source = newSource({ firstPauseMs: 1, longestPauseMs: 1 });
    await source.read(first, 'stats');

    const { response } = await control.unary(methods.SetFault, { selection: byId(first), kind: 'FAULT_KIND_OFFLINE' });

    expect(response).toEqual(byId(first));
    expect((await failure(source.read(first, 'stats'))).failure).toBe('unreachable');
    await source.read(second, 'stats');
    await control.unary(methods.ClearFault, { selection: byId(first) });
    source.retryNow(first);
    await source.read(first, 'stats');
  });

  it('sets a fault with a duration, in the place of another', async () => {
    const { control, miners } = await startControlled(1);
    const [miner] = miners as [Miner];
    const source = newSource({ deadlineMs: 1_500, firstPauseMs: 1, longestPauseMs: 1 });
    await control.unary(methods.SetFault, { kind: 'FAULT_KIND_HANG' });
    expect((await failure(source.read(miner, 'stats'))).failure).toBe('timeout');

    await control.unary(methods.SetFault, { kind: 'FAULT_KIND_SLOW', duration_ms: 1 });

    await newSource().read(miner, 'stats');
  });

  it('sets a fault on a share of the fleet, always the same', async () => {
    const { control, miners } = await startControlled(20);
    const request = { selection: { percent: 25 }, kind: 'FAULT_KIND_WRONGTYPE' };

    const { response } = await control.unary(methods.SetFault, request);

    expect(response.miner_ids).toHaveLength(5);
    const source = newSource();
    const failed = await Promise.all(
      miners.map((miner) =>
        source.read(miner, 'stats').then(
          () => undefined,
          () => miner.id,
        ),
      ),
    );
    expect(failed.filter((id) => id !== undefined)).toEqual(response.miner_ids);
    const cleared = await control.unary(methods.ClearFault, { selection: { percent: 25 } });
    expect(cleared.response).toEqual(response);
  });

  it('sets a state, which the status stream tells, and hands the miner back to its own ways', async () => {
    const { control, miners } = await startControlled(2);
    const states: string[] = [];
    newSource().watchStatus(miners[0] as Miner, { onStatus: ({ state }) => states.push(state), onLost: () => {} });
    await eventually(() => states).toEqual(['normal']);

    await control.unary(methods.SetState, { selection: byId(miners[0]), state: 'SIMULATED_STATE_SUSPENDED' });
    await eventually(() => states).toEqual(['normal', 'suspended']);
    await control.unary(methods.SetState, {});

    await eventually(() => states).toEqual(['normal', 'suspended', 'normal']);
  });

  it('expires tokens, and counts the calls that this causes', async () => {
    const { control, miners } = await startControlled(3);
    const [first, second] = miners as [Miner, Miner];
    const source = newSource();
    await source.read(first, 'stats');
    await source.read(second, 'errors');

    const { response } = await control.unary(methods.ExpireTokens, { selection: byId(first) });
    expect(response).toEqual(byId(first));
    await source.read(first, 'stats');

    const counts = await control.unary(methods.GetCallCounts, { selection: byId(first) });
    expect(counts.response.methods).toEqual([
      { method: 'GetMinerStats', calls: 3 },
      { method: 'Login', calls: 2 },
    ]);
    const all = await control.unary(methods.GetCallCounts, {});
    expect(all.response.methods).toEqual([
      { method: 'GetErrors', calls: 1 },
      { method: 'GetMinerStats', calls: 3 },
      { method: 'Login', calls: 3 },
    ]);
    expect((await control.unary(methods.GetCallCounts, { selection: byId(miners[2]) })).response).toEqual({});
  });

  it('refuses a fault that makes no sense, says why, and changes nothing', async () => {
    const { control, miners } = await startControlled(1, {});
    const refusals = [
      [{ selection: { miner_ids: ['nobody'] }, kind: 'FAULT_KIND_HANG' }, status.NOT_FOUND, '"nobody"'],
      [{ selection: { percent: 0 }, kind: 'FAULT_KIND_HANG' }, status.INVALID_ARGUMENT, 'share of 0%'],
      [
        { selection: { percent: 5, miner_ids: ['x'] }, kind: 'FAULT_KIND_HANG' },
        status.INVALID_ARGUMENT,
        'not by both',
      ],
      [{}, status.INVALID_ARGUMENT, 'FAULT_KIND_OFFLINE'],
      [{ kind: 99 }, status.INVALID_ARGUMENT, '"99"'],
      [{ kind: 'FAULT_KIND_HANG', duration_ms: 5 }, status.INVALID_ARGUMENT, 'no duration for hang'],
      [{ kind: 'FAULT_KIND_FLAP', duration_ms: 5 }, status.INVALID_ARGUMENT, '100ms'],
      [{ kind: 'FAULT_KIND_EXPIRE' }, status.INVALID_ARGUMENT, 'needs a fleet with a login'],
    ] as const;

    for (const [request, code, reason] of refusals) {
      const error = await failureOf(control.unary(methods.SetFault, request));
      expect(error).toMatchObject({ code, details: expect.stringContaining(reason) });
    }
    await newSource().read(miners[0] as Miner, 'stats');
  });

  it('refuses a state that there is not', async () => {
    const { control } = await startControlled(1);

    const error = await failureOf(control.unary(methods.SetState, { state: 77 }));

    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringContaining('"77"') });
  });

  it('ends with the process, while somebody is connected to it', async () => {
    const { control, simulator } = await startControlled(2);
    await control.unary(methods.GetCallCounts, {});

    expect(await simulator.stop()).toBe(0);
  });

  it('says so when its port is taken, and leaves', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = blocker.address() as { port: number };
      const simulator = run(`--miners 2 --port 0 --control ${port}`);

      expect(await simulator.exit).toBe(1);
      expect(simulator.stderr).toContain(`--control cannot listen on 127.0.0.1:${port}`);
      expect(simulator.stderr).toContain('EADDRINUSE');
      expect(simulator.stdout).toBe('');
    } finally {
      blocker.close();
    }
  });
});

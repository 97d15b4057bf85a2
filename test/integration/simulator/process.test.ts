import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BraiinsServices, loadMinerServices } from '../../../src/braiins/proto/load';
import { SimulatorBundle, type SimulatorProcess } from './bundle';
import { failureOf, RawClient } from './rawClient';

interface InventoryFile {
  readonly defaults: { readonly port: number; readonly credentials: string };
  readonly miners: readonly {
    readonly id: string;
    readonly host: string;
    readonly port?: number;
    readonly tenant: string;
    readonly tags: readonly string[];
  }[];
}

let bundle: SimulatorBundle;
let services: BraiinsServices;
const running: SimulatorProcess[] = [];
const clients: RawClient[] = [];

beforeAll(async () => {
  bundle = await SimulatorBundle.build();
  services = await loadMinerServices();
});

afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.close();
  }
  await Promise.all(running.splice(0).map((simulator) => simulator.stop()));
});

afterAll(() => bundle.remove());

function run(args: string, options?: { ipc?: boolean; env?: Record<string, string> }): SimulatorProcess {
  const simulator = bundle.run(args.split(' '), options);
  running.push(simulator);
  return simulator;
}

async function readInventory(name: string): Promise<InventoryFile> {
  return JSON.parse(await readFile(path.join(bundle.directory, name), 'utf8')) as InventoryFile;
}

async function clientOf(inventory: InventoryFile, index: number): Promise<RawClient> {
  const { host, port = inventory.defaults.port } = inventory.miners[index] as InventoryFile['miners'][number];
  const client = await RawClient.connect({ host, port }, services);
  clients.push(client);
  return client;
}

describe('the simulator process', () => {
  it('starts a fleet, writes its inventory, says so, and answers', async () => {
    const file = path.join(bundle.directory, 'basic.json');
    const simulator = run(`--miners 12 --port 0 --tenants 4 --inventory ${file}`);

    expect(await simulator.ready()).toBe('ready 12 miners');

    const inventory = await readInventory('basic.json');
    expect(inventory.defaults).toEqual({ port: 50_051, credentials: 'default' });
    expect(inventory.miners).toHaveLength(12);
    expect(new Set(inventory.miners.map(({ tenant }) => tenant)).size).toBe(4);
    expect(inventory.miners[0]).toMatchObject({ id: 'north-0001', host: '127.10.0.1', tags: expect.any(Array) });
    expect((await readdir(bundle.directory)).filter((name) => name.endsWith('.tmp'))).toEqual([]);

    const client = await clientOf(inventory, 3);
    const { response } = await client.unary(client.services.miner.GetMinerDetails, {});
    expect(response.hostname).toBe(inventory.miners[3]?.id);
    expect(await simulator.stop()).toBe(0);
    expect(simulator.stdout).toBe('ready 12 miners\n');
  });

  it('makes the same fleet from the same seed', async () => {
    const faults = '--faults offline=10%';
    const states: unknown[] = [];
    for (const name of ['one.json', 'two.json']) {
      const simulator = run(
        `--miners 12 --port 0 --seed 99 ${faults} --inventory ${path.join(bundle.directory, name)}`,
      );
      await simulator.ready();
      const inventory = await readInventory(name);
      const answers = await Promise.all(
        inventory.miners.map(async ({ port: _port, ...miner }, index) => {
          const client = await clientOf(inventory, index);
          const [details, boards] = await Promise.all([
            client.unary(client.services.miner.GetMinerDetails, {}).catch(() => undefined),
            client.unary(client.services.miner.GetHashboards, {}).catch(() => undefined),
          ]);
          const { uid, mac_address, serial_number, sticker_hashrate, bos_version } = details?.response ?? {};
          const serials = boards?.response.hashboards?.map((board) => board.serial_number);
          return { ...miner, uid, mac_address, serial_number, sticker_hashrate, bos_version, serials };
        }),
      );
      states.push(answers);
      expect(answers.filter(({ uid }) => uid === undefined)).toHaveLength(1);
      await simulator.stop();
    }
    expect(states[0]).toEqual(states[1]);
  }, 60_000);

  it('asks for the login that the environment names, and ends tokens in the time that it is told', async () => {
    const file = path.join(bundle.directory, 'login.json');
    const env = { FLEET_CACHE_MINER_USERNAME: 'root', FLEET_CACHE_MINER_PASSWORD: 'from env' };
    await run(`--miners 1 --port 0 --token-timeout 1 --inventory ${file}`, { env }).ready();
    const client = await clientOf(await readInventory('login.json'), 0);
    const { authentication, miner } = client.services;

    expect((await failureOf(client.unary(miner.GetErrors, {}))).code).toBe(status.UNAUTHENTICATED);
    const login = { username: 'root', password: 'from env' };
    const { response } = await client.unary(authentication.Login, login);
    expect(response.timeout_s).toBe(1);

    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect((await failureOf(client.unary(miner.GetErrors, {}, response.token))).code).toBe(status.UNAUTHENTICATED);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends cleanly on %s, with clients connected', async (signal) => {
    const file = path.join(bundle.directory, `${signal}.json`);
    const simulator = run(`--miners 3 --port 0 --inventory ${file}`);
    await simulator.ready();
    const client = await clientOf(await readInventory(`${signal}.json`), 0);
    const stream = client.stream(client.services.miner.GetMinerStatus, {});
    stream.on('error', () => {});
    await new Promise((resolve) => stream.once('data', resolve));

    simulator.child.kill(signal);

    expect(await simulator.exit).toBe(0);
    expect(simulator.stderr).toContain(signal);
  });

  it('ends when its parent goes away', async () => {
    const simulator = run('--miners 2 --port 0', { ipc: true });
    await simulator.ready();

    simulator.child.disconnect();

    expect(await simulator.exit).toBe(0);
  });

  it.each([
    ['--miners none', '--miners "none"'],
    ['--miners 3 --faults offline=5', '"offline=5"'],
    ['--miners 3 --tenants 4', '--tenants 4'],
    ['--miners 3 --host 10.0.0.0', '--host "10.0.0.0"'],
    ['--miners 3 --wrong', '--wrong'],
  ])('refuses %s with one line and exit code 2', async (args, named) => {
    const simulator = run(args);

    expect(await simulator.exit).toBe(2);
    expect(simulator.stderr.trim().split('\n')).toHaveLength(1);
    expect(simulator.stderr).toContain(named);
    expect(simulator.stdout).toBe('');
  });

  it('names host, port and cause when a port is taken, with exit code 1', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.88.0.2', resolve));
    try {
      const { port } = blocker.address() as { port: number };
      const simulator = run(`--miners 3 --host 127.88.0.0 --port ${port}`);

      expect(await simulator.exit).toBe(1);
      expect(simulator.stderr).toContain(`127.88.0.2:${port}`);
      expect(simulator.stderr).toContain('EADDRINUSE');
    } finally {
      blocker.close();
    }
  });

  it('says when the inventory cannot be written, and leaves', async () => {
    const simulator = run(`--miners 1 --port 0 --inventory ${path.join(bundle.directory, 'no/such/fleet.json')}`);

    expect(await simulator.exit).toBe(1);
    expect(simulator.stderr).toContain('no/such/fleet.json');
  });
});

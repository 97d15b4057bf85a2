import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { Redis } from 'ioredis';
import { settleBounded } from '../../src/base/concurrency';
import { silentLogger } from '../../src/base/logger';
import { BraiinsSource } from '../../src/braiins/braiinsSource';
import { type BraiinsServices, loadMinerServices } from '../../src/braiins/proto/load';
import { type Miner, minerAddress } from '../../src/fleet/miner';
import { createRuntime } from '../../src/runtime';
import type { FleetServices } from '../../src/service/fleetServices';
import { type Comparison, measuresOf, ratio } from '../comparison';
import { FLEET_LOGIN, FleetProcess } from '../fleetProcess';
import { interleave } from '../interleave';
import { type Contenders, serveContender, startContenders } from '../ownProcess';
import { usedMemory } from '../usedMemory';

const MINERS = 2_000;
const CONCURRENCY = 100;
/** Each takes a while. */
const REPETITIONS = 4;
const CHANNELS = 512;
const KINDS = ['status', 'stats'] as const;
const LOGIN = { find: async () => FLEET_LOGIN };
const DEADLINE_MS = 15_000;
/** As Fleet Cache has it: what is left in a shared pool is cleared away later, on the account of whoever runs then. */
const CHANNEL_OPTIONS = { 'grpc.use_local_subchannel_pool': 1 };
const MIB = 1024 * 1024;

interface Setup {
  readonly port: number;
  readonly inventoryPath: string;
}

const CONTENDERS: Contenders<Setup> = {
  async 'Fleet Cache, warm'(setup) {
    const redis = new Redis(setup.port, '127.0.0.1');
    const run = async () => {
      await redis.flushall();
      const instance = await open(setup);
      const { miners } = instance.inventory.current;
      let warmed = 0;
      const perSecond = await minersPerSecond(async () => {
        ({ warmed } = await instance.warmer.warm(miners, KINDS, { concurrency: CONCURRENCY }));
      });
      await instance.close();
      if (warmed !== MINERS * KINDS.length) {
        throw new Error(`${warmed} entries were written instead of ${MINERS * KINDS.length}`);
      }
      return perSecond;
    };
    return { run };
  },
  async 'the same calls on grpc-js alone'(setup) {
    const miners = await minersOf(setup);
    const services = await loadMinerServices();
    return { run: () => minersPerSecond(() => askAll(miners, services)) };
  },
};

/** Status and stats of a fleet that nobody has asked yet: connecting, logging in, reading, and writing into Redis. */
export async function warmFleet(port: number): Promise<Comparison> {
  const fleet = await FleetProcess.start(MINERS);
  try {
    const setup = { port, inventoryPath: fleet.inventoryPath };
    const heldMb = await heldByChannels(await minersOf(setup));
    const contenders = await startContenders('warmFleetContender', CONTENDERS, setup);
    try {
      const values = await interleave(contenders.runs, REPETITIONS);
      return {
        title: `${MINERS.toLocaleString('en')} miners asked for the first time, ${CONCURRENCY} at a time`,
        measures: measuresOf(values, 'miners/s'),
        goals: [
          ratio(values, 'Fleet Cache, warm', 'the same calls on grpc-js alone', 'atLeast', 0.85),
          { name: `memory of ${CHANNELS} connections`, unit: 'MB', values: [heldMb], bound: 'atMost', limit: 150 },
        ],
      };
    } finally {
      contenders.stop();
    }
  } finally {
    await fleet.stop();
  }
}

/** The process of one of them. */
export function warmFleetContender(argument: string): Promise<void> {
  return serveContender(CONTENDERS, argument);
}

function open({ port, inventoryPath }: Setup): Promise<FleetServices> {
  return createRuntime({
    kind: 'server',
    watch: false,
    inventoryPath,
    redis: { url: `redis://127.0.0.1:${port}`, commandTimeoutMs: 5_000 },
    ttls: {},
    credentials: LOGIN,
    logger: silentLogger,
  });
}

async function minersOf(setup: Setup): Promise<readonly Miner[]> {
  const instance = await open(setup);
  const { miners } = instance.inventory.current;
  await instance.close();
  return miners;
}

async function minersPerSecond(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return (MINERS / (performance.now() - started)) * 1_000;
}

/** What the process holds more with as many connections as are kept open than before the first, in MB of resident memory. */
async function heldByChannels(miners: readonly Miner[]): Promise<number> {
  const { rss: before } = await usedMemory();
  const source = new BraiinsSource({ credentials: LOGIN, logger: silentLogger });
  try {
    await settleBounded(miners.slice(0, CHANNELS), CONCURRENCY, (miner) => source.read(miner, 'status'));
    const { rss: after } = await usedMemory();
    if (source.openChannels !== CHANNELS) {
      throw new Error(`${source.openChannels} connections were open instead of ${CHANNELS}`);
    }
    return (after - before) / MIB;
  } finally {
    source.dispose();
  }
}

/** What one writes without any layer: a client for each miner, the login, and the two reads. */
async function askAll(miners: readonly Miner[], services: BraiinsServices): Promise<void> {
  const results = await settleBounded(miners, CONCURRENCY, async (miner) => {
    const client = new Client(minerAddress(miner), credentials.createInsecure(), CHANNEL_OPTIONS);
    try {
      await ask(client, services);
    } finally {
      client.close();
    }
  });
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) {
    throw failure.reason;
  }
}

async function ask(client: Client, { authentication: { Login }, miner }: BraiinsServices): Promise<void> {
  const { GetMinerStatus, GetMinerStats } = miner;
  const options = { deadline: Date.now() + DEADLINE_MS };
  const metadata = new Metadata();
  const login = await new Promise<{ token?: string } | undefined>((resolve, reject) => {
    const { path, requestSerialize, responseDeserialize } = Login;
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      FLEET_LOGIN,
      metadata,
      options,
      (error, value) => (error === null ? resolve(value) : reject(error)),
    );
  });
  metadata.set('authorization', login?.token ?? '');
  await new Promise((resolve, reject) => {
    const { path, requestSerialize, responseDeserialize } = GetMinerStatus;
    const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {}, metadata, options);
    stream.on('error', reject);
    stream.on('data', (message) => {
      resolve(message);
      stream.cancel();
    });
  });
  await new Promise((resolve, reject) => {
    const { path, requestSerialize, responseDeserialize } = GetMinerStats;
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, {}, metadata, options, (error, value) =>
      error === null ? resolve(value) : reject(error),
    );
  });
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { summaryKey } from '../../src/cache/keys';
import { GLOBAL_TENANT } from '../../src/fleet/miner';
import { cachedFleet, SUMMARY_KINDS } from '../cachedFleet';
import { type Comparison, type Goal, measuresOf, ratio } from '../comparison';
import { openInstance, TENANT } from '../instance';
import { interleave, percentile } from '../interleave';
import { LeanClient } from '../mcp/leanClient';
import { EMPTY_TOOL, type ServerProcess, startServer } from '../mcp/serverProcess';

const MINERS = 5_000;
const REPETITIONS = 5;
/** In each repetition, one after the other. */
const READS = 1_000;
const OVERVIEWS = 15;
const WRITTEN_TIMEOUT_MS = 30_000;
/** Until a server is told that a key is gone. */
const TOLD_MS = 50;

const EMPTY = 'an empty tool, p50';
const STATUS = 'a cached status, read as a resource, p50';
const MINER = 'a cached status, by get_miner, p50';
const ANEW = 'get_fleet_overview, its summary made anew, p50';

/** What an agent waits for: a datum that is cached, and the overview of a large fleet that is. */
export async function mcp(port: number): Promise<Comparison> {
  const directory = await mkdtemp(join(tmpdir(), 'fleet-cache-bench-'));
  const servers: ServerProcess[] = [];
  const clients: LeanClient[] = [];
  const redis = new Redis(port, '127.0.0.1');
  try {
    const inventoryPath = join(directory, 'fleet.json');
    await fill(port, redis, inventoryPath);
    for (const type of ['fleet', 'empty'] as const) {
      const server = await startServer({ type, port, inventoryPath });
      servers.push(server);
      clients.push(await LeanClient.connect(server.url));
    }
    const [fleet, empty] = clients as [LeanClient, LeanClient];
    return await measure(fleet, empty, redis);
  } finally {
    redis.disconnect();
    for (const each of clients) {
      each.close();
    }
    for (const each of servers) {
      each.stop();
    }
    await rm(directory, { recursive: true, force: true });
  }
}

/** Another instance has read the fleet; its entries last longer than the benchmark. */
async function fill(port: number, redis: Redis, inventoryPath: string): Promise<void> {
  const instance = await openInstance(port, false);
  try {
    const { miners, reads } = cachedFleet(instance, MINERS);
    await writeFile(
      inventoryPath,
      JSON.stringify({ miners: miners.map(({ id, host, tenant }) => ({ id, host, tenant })) }),
    );
    await reads.summary(TENANT, { refresh: true });
    const deadline = performance.now() + WRITTEN_TIMEOUT_MS;
    while ((await redis.dbsize()) < MINERS * SUMMARY_KINDS.length) {
      if (performance.now() > deadline) {
        throw new Error('the fleet was not written to Redis');
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    instance.dispose();
  }
}

async function measure(fleet: LeanClient, empty: LeanClient, redis: Redis): Promise<Comparison> {
  const many = (ask: () => Promise<unknown>) => async () => percentile(await timesOf(READS, ask), 0.5);
  const tool = (client: LeanClient, name: string, args: object) =>
    client.ask<{ readonly structuredContent?: Record<string, unknown> }>('tools/call', { name, arguments: args });
  const reads = await interleave(
    {
      [EMPTY]: many(() => tool(empty, EMPTY_TOOL, {})),
      [STATUS]: many(() => fleet.ask('resources/read', { uri: 'braiins:///miner/m1/status' })),
      [MINER]: many(() => tool(fleet, 'get_miner', { miner_id: 'm1', datasets: ['status'] })),
    },
    REPETITIONS,
  );
  const overview = () => tool(fleet, 'get_fleet_overview', {});
  const first = await timesOf(1, overview);
  const forget = async () => {
    const pause = () => new Promise((resolve) => setTimeout(resolve, TOLD_MS));
    // What was made last may be on its way to Redis yet.
    await pause();
    await redis.del(summaryKey(GLOBAL_TENANT));
    await pause();
  };
  const overviews = await interleave(
    {
      [ANEW]: async () => percentile(await timesOf(OVERVIEWS, overview, forget), 0.5),
      'get_fleet_overview, its summary cached, p50': async () => percentile(await timesOf(OVERVIEWS, overview), 0.5),
    },
    REPETITIONS,
  );
  await requireCached(tool(fleet, 'get_fleet_overview', {}));
  const limit = (name: string, values: readonly number[], most: number): Goal => ({
    name,
    unit: 'ms',
    values,
    bound: 'atMost',
    limit: most,
  });
  return {
    title: `MCP over HTTP, one client, ${MINERS.toLocaleString('en')} cached miners`,
    measures: [
      ...measuresOf(reads, 'ms'),
      { contender: 'the first get_fleet_overview, when nothing is in the process yet', unit: 'ms', values: first },
      ...measuresOf(overviews, 'ms'),
    ],
    goals: [
      // Of times, so that the speed is the other way round.
      ratio(reads, EMPTY, STATUS, 'atLeast', 0.7),
      limit(STATUS, reads.get(STATUS) ?? [], 4),
      limit(ANEW, overviews.get(ANEW) ?? [], 60),
    ],
  };
}

/** What each call takes, one after the other, in ms. @param before runs before each, and is not counted. */
async function timesOf(count: number, run: () => Promise<unknown>, before?: () => Promise<void>): Promise<number[]> {
  const took: number[] = [];
  for (let index = 0; index < count; index++) {
    await before?.();
    const started = performance.now();
    await run();
    took.push(performance.now() - started);
  }
  return took;
}

/** There are no machines: what was not cached would be missing. */
async function requireCached(
  overview: Promise<{ readonly structuredContent?: Record<string, unknown> }>,
): Promise<void> {
  const { reporting } = (await overview).structuredContent ?? {};
  if (reporting !== MINERS) {
    throw new Error(`the overview has the hashrate of ${reporting} miners of ${MINERS}`);
  }
}

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Redis } from 'ioredis';
import { systemClock } from '../../src/base/clock';
import { silentLogger } from '../../src/base/logger';
import type { KeyBrowser } from '../../src/cache/keyBrowser';
import type { Inventory } from '../../src/fleet/inventory';
import type { Miner } from '../../src/fleet/miner';
import { MINER_KINDS } from '../../src/fleet/minerData';
import { openRedis, type RedisParts } from '../../src/redis/openRedis';
import { parseRedisUrl } from '../../src/redis/profileUrl';
import { KeyDescriber } from '../../src/service/keyDescriber';
import { KeyExplorer } from '../../src/service/keyExplorer';
import { type Comparison, measuresOf, ratio } from '../comparison';
import { interleave } from '../interleave';
import { populate } from '../population';
import { usedMemory } from '../usedMemory';

const MINERS = 100_000;
const OTHERS = 200_000;
const KEYS = MINERS * MINER_KINDS.length + OTHERS;
/** Miners that the inventory has; the others are what was left by earlier ones. */
const KNOWN_MINERS = 5_000;
const LIMIT = { limit: 1_000 };
const COMMAND_TIMEOUT_MS = 5_000;
const MEASURED_SIZES = 3;

/** A million keys are listed, as a view shows that has three levels open. */
export async function keys(port: number): Promise<Comparison> {
  const redis = new Redis(port, '127.0.0.1');
  for (const kind of MINER_KINDS) {
    await populate(redis, MINERS, 'v1:cache:miner:m', `:${kind}`);
  }
  await populate(redis, OTHERS, 'session:', ':data');
  const parts = openRedis({
    profile: parseRedisUrl(`redis://127.0.0.1:${port}`),
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    clock: systemClock,
    logger: silentLogger,
  });
  await parts.gauge.keyCount();
  const first: number[] = [];
  const others: number[] = [];
  const delays: number[] = [];
  const longest: number[] = [];
  const list = async () => {
    const listing = await listAll(parts);
    first.push(listing.firstLevelMs);
    others.push(listing.othersMs);
    delays.push(listing.delayP99);
    longest.push(listing.delayMax);
    return listing.ms;
  };
  try {
    const values = await interleave({
      'Fleet Cache': list,
      'SCAN alone, COUNT 1000': () => timed(() => scanAlone(redis)),
    });
    const bytes: number[] = [];
    for (let round = 0; round < MEASURED_SIZES; round++) {
      bytes.push(await bytesPerKey(parts));
    }
    // The first run warms up.
    const measured = (all: readonly number[]) => all.slice(1);
    return {
      title: `${KEYS.toLocaleString('en')} keys listed, of 100,000 miners and others`,
      measures: [
        ...measuresOf(values, 'ms'),
        { contender: "until others' namespaces are there", unit: 'ms', values: measured(others) },
        { contender: 'longest event loop delay', unit: 'ms', values: measured(longest) },
      ],
      goals: [
        { name: 'first level', unit: 'ms', values: measured(first), bound: 'atMost', limit: 200 },
        ratio(values, 'Fleet Cache', 'SCAN alone, COUNT 1000', 'atMost', 1.3),
        { name: 'event loop delay meanwhile, p99', unit: 'ms', values: measured(delays), bound: 'atMost', limit: 20 },
        { name: 'memory of a listed key', unit: 'bytes', values: bytes, bound: 'atMost', limit: 150 },
      ],
    };
  } finally {
    parts.dispose();
    redis.disconnect();
  }
}

interface Listing {
  readonly ms: number;
  readonly firstLevelMs: number;
  readonly othersMs: number;
  readonly delayP99: number;
  readonly delayMax: number;
}

/** Lists all, with a view that draws what changes. */
async function listAll(parts: RedisParts): Promise<Listing> {
  const started = performance.now();
  const explorer = openExplorer(parts);
  explorer.level('', LIMIT);
  const firstLevelMs = performance.now() - started;
  explorer.level('v1:cache:', LIMIT);
  explorer.level('v1:cache:miner:', LIMIT);
  explorer.onDidChange((prefix) => explorer.level(prefix ?? '', LIMIT));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let othersMs = Number.NaN;
  try {
    await explorer.scan('', {
      onProgress: () => {
        if (Number.isNaN(othersMs) && explorer.level('', LIMIT).namespaces.some(({ name }) => name === 'session')) {
          othersMs = performance.now() - started;
        }
      },
    });
    const ms = performance.now() - started;
    delay.disable();
    requireAll(explorer);
    return { ms, firstLevelMs, othersMs, delayP99: delay.percentile(99) / 1e6, delayMax: delay.max / 1e6 };
  } finally {
    explorer.dispose();
  }
}

/** What the process holds for each key that is listed. */
async function bytesPerKey(parts: RedisParts): Promise<number> {
  const held = async () => {
    const { heapUsed, arrayBuffers } = await usedMemory();
    return heapUsed + arrayBuffers;
  };
  const before = await held();
  const explorer = openExplorer(parts);
  await explorer.scan('');
  const bytes = (await held()) - before;
  requireAll(explorer);
  explorer.dispose();
  return bytes / KEYS;
}

function requireAll(explorer: KeyExplorer): void {
  const { listed, complete } = explorer.level('', LIMIT);
  // Instances and generations of ours are there as well.
  if (!complete || listed < KEYS) {
    throw new Error(`${listed} keys were listed instead of ${KEYS}`);
  }
}

function openExplorer({ browser, storeClock, link }: RedisParts): KeyExplorer {
  const nothing = () => ({ dispose() {} });
  const miners = Array.from(
    { length: KNOWN_MINERS },
    (_, index): Miner => ({
      id: `m${index}`,
      host: '127.0.0.1',
      port: 50_051,
      tenant: `tenant-${index % 10}`,
      tags: [],
      tls: false,
      credentials: 'default',
    }),
  );
  const byId = new Map(miners.map((miner) => [miner.id, miner]));
  const inventory: Inventory = {
    file: 'fleet.json',
    path: '/fleet.json',
    current: { miners, problems: [] },
    onDidChange: nothing,
    find: (id) => byId.get(id),
    reload: async () => {},
  };
  const common = { browser: browser satisfies KeyBrowser, inventory, clock: systemClock };
  return new KeyExplorer({
    ...common,
    describer: new KeyDescriber({ ...common, storeClock }),
    cache: { onDidChange: nothing },
    link,
    logger: silentLogger,
  });
}

async function timed(run: () => Promise<number>): Promise<number> {
  const started = performance.now();
  const count = await run();
  if (count < KEYS) {
    throw new Error(`${count} keys were found instead of ${KEYS}`);
  }
  return performance.now() - started;
}

async function scanAlone(redis: Redis): Promise<number> {
  let cursor = '0';
  let count = 0;
  do {
    const [next, found] = await redis.scan(cursor, 'COUNT', 1_000);
    cursor = next;
    count += found.length;
  } while (cursor !== '0');
  return count;
}

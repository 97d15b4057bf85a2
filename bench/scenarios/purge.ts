import { fork } from 'node:child_process';
import { Redis } from 'ioredis';
import { systemClock } from '../../src/base/clock';
import { silentLogger } from '../../src/base/logger';
import { minerEntryPattern } from '../../src/cache/keys';
import { RedisConnection } from '../../src/redis/connection';
import { RedisKeyPurger } from '../../src/redis/keyPurger';
import { parseRedisUrl } from '../../src/redis/profileUrl';
import { type Comparison, measuresOf, ratio } from '../comparison';
import { interleave, percentile } from '../interleave';
import { populate } from '../population';

const KEYS = 1_000_000;
const MATCHES = 100_000;
const WATCHED_PURGES = 5;
const READ_PAUSE_MS = 2;
const PATTERN = minerEntryPattern({ kind: 'errors' });

/** A tenth of a million keys is removed by pattern, while another client reads. */
export async function purge(port: number): Promise<Comparison> {
  const redis = new Redis(port, '127.0.0.1');
  const connection = new RedisConnection({
    profile: parseRedisUrl(`redis://127.0.0.1:${port}`),
    commandTimeoutMs: 5_000,
    clock: systemClock,
    logger: silentLogger,
  });
  const purger = new RedisKeyPurger({ connection, stepTimeoutMs: 5_000 });
  await populate(redis, KEYS - MATCHES, 'v1:cache:miner:m', ':config');
  const timed = (run: () => Promise<number>) => async () => {
    await populate(redis, MATCHES, 'v1:cache:miner:m', ':errors');
    const started = performance.now();
    const count = await run();
    const ms = performance.now() - started;
    if (count !== MATCHES) {
      throw new Error(`${count} keys were found instead of ${MATCHES}`);
    }
    return ms;
  };
  const purgeAll = timed(async () => (await purger.purge(PATTERN)).removed);
  try {
    const values = await interleave({
      'Fleet Cache': purgeAll,
      'SCAN alone, COUNT 1000': timed(() => scanAlone(redis)),
      'loop with awaits, COUNT 100': timed(() => scanAndDelete(redis)),
    });
    const latencies: number[] = [];
    for (let round = 0; round < WATCHED_PURGES; round++) {
      latencies.push(percentile(await latenciesDuring(port, purgeAll), 0.99));
    }
    return {
      title: '100,000 of 1,000,000 keys removed by pattern',
      measures: measuresOf(values, 'ms'),
      goals: [
        ratio(values, 'Fleet Cache', 'SCAN alone, COUNT 1000', 'atMost', 1.3),
        ratio(values, 'loop with awaits, COUNT 100', 'Fleet Cache', 'atLeast', 2),
        { name: "another client's GET meanwhile, p99", unit: 'ms', values: latencies, bound: 'atMost', limit: 10 },
      ],
    };
  } finally {
    connection.dispose();
    redis.disconnect();
  }
}

/** The other client: a process of its own, so that what is measured is Redis. Tells its latencies when it is asked to. */
export async function purgeReader(port: number): Promise<void> {
  const redis = new Redis(port, '127.0.0.1');
  const latencies: number[] = [];
  process.on('message', () => {
    process.send?.(latencies);
  });
  await redis.ping();
  process.send?.('ready');
  for (;;) {
    const started = performance.now();
    await redis.get('v1:cache:miner:m1:config');
    latencies.push(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, READ_PAUSE_MS));
  }
}

async function latenciesDuring(port: number, run: () => Promise<unknown>): Promise<number[]> {
  const reader = fork(process.argv[1] as string, ['purgeReader', String(port)]);
  const heard = () => new Promise<unknown>((resolve) => reader.once('message', resolve));
  try {
    await heard();
    await run();
    const latencies = heard();
    reader.send('end');
    return (await latencies) as number[];
  } finally {
    reader.kill('SIGKILL');
  }
}

async function scanAlone(redis: Redis): Promise<number> {
  let cursor = '0';
  let count = 0;
  do {
    const [next, keys] = await redis.scanBuffer(cursor, 'MATCH', PATTERN, 'COUNT', 1_000);
    cursor = String(next);
    count += keys.length;
  } while (cursor !== '0');
  return count;
}

/** What manuals show. */
async function scanAndDelete(redis: Redis): Promise<number> {
  let cursor = '0';
  let count = 0;
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', PATTERN, 'COUNT', 100);
    cursor = next;
    if (keys.length > 0) {
      count += await redis.unlink(...keys);
    }
  } while (cursor !== '0');
  return count;
}

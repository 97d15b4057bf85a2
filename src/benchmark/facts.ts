import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { StoreError } from '../cache/store';
import type { RedisConnection } from '../redis/connection';
import { type MachineFacts, median, type RedisFacts } from '../service/benchmarkReport';

const PINGS = 9;

/** The machine that measures. */
export function machineFacts(): MachineFacts {
  const processors = cpus();
  const [load = 0] = loadavg();
  return {
    cpus: processors.length,
    cpuModel: processors[0]?.model.trim() || 'unknown',
    platform: `${platform()} ${release()} ${arch()}`,
    node: process.versions.node,
    memoryBytes: totalmem(),
    // Windows has no such figure and says 0.
    ...(platform() === 'win32' ? {} : { load: Math.round(load * 100) / 100 }),
  };
}

/** What the servers tell of themselves, of a Cluster the first one and the sums. What the login may not ask is absent. */
export async function redisFacts(connection: RedisConnection): Promise<RedisFacts> {
  const denied = new Set<string>();
  const ask = async <T>(command: string, question: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await connection.execute(question);
    } catch (error) {
      if (!(error instanceof StoreError)) {
        throw error;
      }
      denied.add(command);
      return undefined;
    }
  };
  const masters = connection.masters();
  const ofAll = <T>(question: (node: (typeof masters)[number]) => Promise<T>) => Promise.all(masters.map(question));
  const [server] = (await ask('INFO', () => ofAll((node) => node.info('server')))) ?? [];
  const memory = await ask('INFO', () => ofAll((node) => node.info('memory')));
  const keys = await ask('DBSIZE', () => ofAll((node) => node.dbsize()));
  const limits = memory?.map((info) => Number(fieldIn(info, 'maxmemory') ?? 0)) ?? [];
  return {
    version: fieldIn(server, 'valkey_version') ?? fieldIn(server, 'redis_version'),
    mode: fieldIn(server, 'redis_mode') ?? fieldIn(server, 'server_mode'),
    masters: masters.length,
    system: fieldIn(server, 'os'),
    usedBytes: memory && sum(memory.map((info) => Number(fieldIn(info, 'used_memory') ?? 0))),
    limitBytes: limits.length > 0 && limits.every((limit) => limit > 0) ? sum(limits) : undefined,
    keys: keys && sum(keys),
    latencyMs: await ask('PING', () => latency(() => ofAll((node) => node.ping()))),
    denied: [...denied],
  };
}

async function latency(ping: () => Promise<unknown>): Promise<number> {
  const latencies: number[] = [];
  for (let each = 0; each < PINGS; each++) {
    const startedAt = performance.now();
    await ping();
    latencies.push(performance.now() - startedAt);
  }
  return median(latencies);
}

/** Of a line `name:value`. */
function fieldIn(info: string | undefined, name: string): string | undefined {
  return new RegExp(`^${name}:([^\\r\\n]+)`, 'm').exec(info ?? '')?.[1];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

import { systemClock } from '../src/base/clock';
import { silentLogger } from '../src/base/logger';
import { CacheService } from '../src/cache/cacheService';
import type { FirstTierLimits } from '../src/cache/firstTier';
import { type MinerKeyKind, minerKey, minerScopes } from '../src/cache/keys';
import { type Dataset, DEFAULT_POLICIES, type Policies } from '../src/cache/policy';
import type { CacheRequest } from '../src/cache/reading';
import type { RedisConnection } from '../src/redis/connection';
import { openRedis, type RedisParts } from '../src/redis/openRedis';
import { parseRedisUrl } from '../src/redis/profileUrl';

const DATASET = 'miner:config';
export const TENANT = 'tenant-1';
const KINDS: readonly MinerKeyKind[] = [
  'status',
  'stats',
  'errors',
  'cooling',
  'hashboards',
  'config',
  'details',
  'pools',
];
const COMMAND_TIMEOUT_MS = 5_000;
const LINK_TIMEOUT_MS = 5_000;

/** Of all datasets, so that nothing expires while it is measured. */
const LASTING_POLICIES = Object.fromEntries(
  Object.entries(DEFAULT_POLICIES).map(([dataset, policy]) => [dataset, { ...policy, ttlS: 600 }]),
) as Policies;

/** The cache as an instance of the product runs it, but for the TTLs. */
export interface Instance {
  readonly cache: CacheService;
  readonly connection: RedisConnection;
  dispose(): void;
}

export async function openInstance(
  port: number,
  firstTier: FirstTierLimits | false = { maxEntries: 100_000, maxBytes: 256 * 1024 * 1024 },
): Promise<Instance> {
  const redis = openRedis({
    profile: parseRedisUrl(`redis://127.0.0.1:${port}`),
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    clock: systemClock,
    logger: silentLogger,
  });
  const cache = new CacheService({
    ...redis,
    policies: LASTING_POLICIES,
    clock: systemClock,
    logger: silentLogger,
    instance: `bench-${process.pid}`,
    firstTier,
  });
  await linkStands(redis);
  return {
    cache,
    connection: redis.connection,
    dispose() {
      cache.dispose();
      redis.dispose();
    },
  };
}

async function linkStands({ link }: RedisParts): Promise<void> {
  const started = performance.now();
  while (link.caughtUpTo < 0) {
    if (performance.now() - started > LINK_TIMEOUT_MS) {
      throw new Error('Redis does not tell of changes.');
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What the product asks for one miner. */
export function minerRequest(id: string, fetch: () => Promise<unknown>, tenant = TENANT): CacheRequest<unknown> {
  const scopes = minerScopes(id, tenant, DEFAULT_POLICIES[DATASET].invalidateOn);
  return { key: minerKey(id, 'config'), dataset: DATASET, scopes, fetch };
}

/** All datasets of `count` miners, as a fleet is cached. */
export function fleetRequests(count: number): CacheRequest<unknown>[] {
  return Array.from({ length: count }, (_, index) => index).flatMap((index) =>
    KINDS.map((kind): CacheRequest<unknown> => {
      const dataset: Dataset = `miner:${kind}`;
      const scopes = minerScopes(`m${index}`, TENANT, DEFAULT_POLICIES[dataset].invalidateOn);
      return { key: minerKey(`m${index}`, kind), dataset, scopes, fetch: async () => minerValue(index) };
    }),
  );
}

export function minerRequests(count: number): CacheRequest<unknown>[] {
  return Array.from({ length: count }, (_, index) => minerRequest(`m${index}`, async () => minerValue(index)));
}

/** About 330 bytes as JSON, in the shape of a miner's data. */
export function minerValue(index: number) {
  return {
    id: `m${index}`,
    hostname: `miner-${String(index).padStart(6, '0')}.rack-${index % 40}.example`,
    model: 'Antminer S19j Pro',
    firmware: '2024-05-26-0-7fd8b0f8-24.05-plus',
    power: { targetW: 3_000 + (index % 400), mode: 'powerTarget', isDynamicScaling: true },
    pools: [
      { url: 'stratum+tcp://stratum.example:3333', user: `fleet.worker${index}`, isEnabled: true },
      { url: 'stratum+tcp://backup.example:3333', user: `fleet.worker${index}`, isEnabled: true },
    ],
  };
}

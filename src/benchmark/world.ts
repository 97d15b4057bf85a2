import { systemClock } from '../base/clock';
import { throwIfCancelled } from '../base/errors';
import { type Disposable, DisposableStore } from '../base/lifecycle';
import { silentLogger } from '../base/logger';
import { type BenchmarkKeys, benchmarkKeys } from '../cache/benchmarkKeys';
import { CacheService, type CacheServiceOptions } from '../cache/cacheService';
import { LINK_TRUST_MS } from '../cache/firstTier';
import type { KeyPurger } from '../cache/keyPurger';
import { DEFAULT_POLICIES, type Policies } from '../cache/policy';
import type { CacheRequest } from '../cache/reading';
import { RedisKeyPurger } from '../redis/keyPurger';
import { openRedis, type RedisParts } from '../redis/openRedis';
import { profileAddress } from '../redis/profile';
import { parseRedisUrl } from '../redis/profileUrl';
import type { BenchmarkOrder } from '../service/benchmarkMessages';
import { payload } from './payload';

/** One instance of the product's cache, with connections of its own. */
export interface Instance {
  readonly redis: RedisParts;
  readonly cache: CacheService;
}

/** What scenarios act on: two instances that share a Redis, on keys of the run's own. Disposing it closes every connection. */
export interface World extends Disposable {
  readonly keys: BenchmarkKeys;
  /** Of the Redis, for people. */
  readonly address: string;
  readonly first: Instance;
  readonly second: Instance;
  /** On the connections of the first, without a tier in the process. */
  readonly withoutFirstTier: CacheService;
  readonly purger: KeyPurger;
  /** Whether Redis tells both instances of changed keys, without which there is no tier in the process. */
  readonly isCoherent: boolean;
  /** Requests of a scenario for its keys from `from` on. @param fetch the source; one that answers at once by default. */
  requests(scenario: string, count: number, from?: number, fetch?: () => Promise<unknown>): CacheRequest<unknown>[];
}

/** All of one kind, which lasts longer than it is measured, and with its jitter less than the keys of a benchmark may. */
const DATASET = 'miner:config';
const POLICIES: Policies = {
  ...DEFAULT_POLICIES,
  [DATASET]: { ...DEFAULT_POLICIES[DATASET], ttlS: 300, graceS: 0 },
};

/** The shortest command timeout, in ms: what is slow is to be measured and not given up. */
const COMMAND_TIMEOUT_MS = 2_000;
const PURGE_STEP_TIMEOUT_MS = 5_000;
/** How long the links to Redis may take to stand, in ms. */
const LINKS_TIMEOUT_MS = 5_000;
const LOOK_EVERY_MS = 10;

/** Opens the connections. A Redis that is away is no error here. @throws {ConfigurationError} */
export function openWorld(order: BenchmarkOrder): World {
  const { url, secrets, commandTimeoutMs } = order.redis;
  const profile = parseRedisUrl(url, secrets);
  const keys = benchmarkKeys(order.run);
  const disposables = new DisposableStore();
  const timeoutMs = Math.max(commandTimeoutMs, COMMAND_TIMEOUT_MS);
  const openCache = (
    { store, link, storeClock, locks }: RedisParts,
    options: Pick<CacheServiceOptions, 'instance' | 'firstTier'>,
  ) => {
    const common = { policies: POLICIES, clock: systemClock, logger: silentLogger };
    return disposables.add(new CacheService({ ...common, store, link, storeClock, locks, ...options }));
  };
  const openInstance = (name: string): Instance => {
    const common = { clock: systemClock, logger: silentLogger };
    const redis = disposables.add(openRedis({ ...common, profile, commandTimeoutMs: timeoutMs }, keys.space));
    return { redis, cache: openCache(redis, { instance: `${order.run}-${name}` }) };
  };
  const [first, second] = [openInstance('first'), openInstance('second')];
  return {
    keys,
    address: profileAddress(profile),
    first,
    second,
    withoutFirstTier: openCache(first.redis, { instance: `${order.run}-below`, firstTier: false }),
    purger: new RedisKeyPurger({ connection: first.redis.connection, stepTimeoutMs: PURGE_STEP_TIMEOUT_MS }),
    get isCoherent() {
      return [first, second].every(isCoherent);
    },
    requests: (scenario, count, from = 0, fetch) =>
      Array.from({ length: count }, (_, index) => ({
        key: keys.entry(scenario, from + index),
        dataset: DATASET,
        scopes: [keys.generation(scenario)],
        fetch: fetch ?? (async () => payload(from + index)),
      })),
    dispose: () => disposables.dispose(),
  };
}

/** Waits until both links stand, for a while: they may never, where the server or the login does not allow it. */
export async function linksStand(world: World, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  while (!world.isCoherent && performance.now() - startedAt < LINKS_TIMEOUT_MS) {
    throwIfCancelled(signal);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function isCoherent({ redis }: Instance): boolean {
  return systemClock.monotonic() - redis.link.caughtUpTo <= LINK_TRUST_MS;
}

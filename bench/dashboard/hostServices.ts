import { version } from '../../package.json';
import { systemClock } from '../../src/base/clock';
import { silentLogger } from '../../src/base/logger';
import { CacheService } from '../../src/cache/cacheService';
import { figuresOf } from '../../src/cache/instanceFigures';
import { type Dataset, DEFAULT_POLICIES, type Policies } from '../../src/cache/policy';
import { DEFAULT_CREDENTIALS } from '../../src/fleet/credentials';
import type { Inventory } from '../../src/fleet/inventory';
import type { Miner } from '../../src/fleet/miner';
import type { MinerDatasets, MinerKind } from '../../src/fleet/minerData';
import type { MinerSource } from '../../src/fleet/minerSource';
import { openRedis } from '../../src/redis/openRedis';
import { parseRedisUrl } from '../../src/redis/profileUrl';
import { EventLog } from '../../src/service/eventLog';
import { FleetMonitor } from '../../src/service/fleetMonitor';
import { FleetOverview } from '../../src/service/fleetOverview';
import { FleetReads } from '../../src/service/fleetReads';
import type { FleetServices } from '../../src/service/fleetServices';
import { InstanceRegistry } from '../../src/service/instanceRegistry';
import { LiveRefresh } from '../../src/service/liveRefresh';
import { type HistorySample, MetricsHistory } from '../../src/service/metricsHistory';
import { MinerTemperatures } from '../../src/service/minerTemperatures';
import { policyFigures } from '../../src/service/policyFigures';
import { SampleRings } from '../../src/service/sampleRings';
import { MINERS, minerId, tenantOf } from './fleet';

/** What of the services the dashboard's side of the extension host uses. */
export type HostServices = Pick<
  FleetServices,
  | 'cache'
  | 'inventory'
  | 'monitor'
  | 'temperatures'
  | 'history'
  | 'events'
  | 'overview'
  | 'policyFigures'
  | 'followEvents'
>;

const COMMAND_TIMEOUT_MS = 5_000;
const SAMPLE_MS = 5_000;
const HISTORY_MS = 6 * 60 * 60 * 1_000;
const FIRST_TIER = { maxEntries: 100_000, maxBytes: 256 * 1024 * 1024 };

/** Of all datasets, so that nothing is fetched while it is measured: there are no miners behind the fleet. */
const LASTING_POLICIES = Object.fromEntries(
  Object.entries(DEFAULT_POLICIES).map(([dataset, policy]) => [dataset, { ...policy, ttlS: 600 }]),
) as Policies;

/** The product's services on a real Redis, with a fleet that other instances have read already, and six hours of history. */
export async function openHostServices(port: number): Promise<HostServices> {
  const [clock, logger, instance] = [systemClock, silentLogger, `bench-${process.pid}`];
  const redis = openRedis({
    profile: parseRedisUrl(`redis://127.0.0.1:${port}`),
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    clock,
    logger,
  });
  const { storeClock, bus, gauge, directory } = redis;
  const cache = new CacheService({
    ...redis,
    policies: LASTING_POLICIES,
    clock,
    logger,
    instance,
    firstTier: FIRST_TIER,
  });
  const inventory = makeInventory();
  const source = readingsSource();
  const reads = new FleetReads(cache, source, inventory);
  const { miners } = inventory.current;
  await reads.warm(
    (['status', 'stats', 'cooling'] as const).flatMap((kind) => miners.map((miner) => ({ miner, kind }))),
    { concurrency: 256, signal: new AbortController().signal },
  );
  const monitor = new FleetMonitor(reads, source, inventory, clock);
  const common = { cache, inventory, clock, logger };
  const self = {
    id: instance,
    kind: 'window',
    host: 'bench',
    pid: process.pid,
    version,
    startedAt: clock.now(),
  } as const;
  const figures = () => figuresOf(cache.metrics);
  const instances = new InstanceRegistry({ directory, self, figures, clock, logger });
  instances.start();
  return {
    cache,
    inventory,
    monitor,
    temperatures: new MinerTemperatures(reads),
    history: sixHours(new MetricsHistory({ ...common, gauge })) as FleetServices['history'],
    events: new EventLog({ ...common, history: redis.history, storeClock, instance }),
    overview: new FleetOverview({ instances, metrics: cache.metrics, gauge }),
    policyFigures: () => policyFigures(cache, LASTING_POLICIES),
    followEvents: () => new LiveRefresh({ ...common, bus, monitor }),
  };
}

function makeInventory(): Inventory {
  const miners = Array.from({ length: MINERS }, (_, index): Miner => {
    const [id, tenant] = [minerId(index), tenantOf(index)];
    return { id, host: '127.0.0.1', port: 50_051, tenant, tags: [], tls: false, credentials: DEFAULT_CREDENTIALS };
  });
  const byId = new Map(miners.map((miner) => [miner.id, miner]));
  return {
    path: '/fleet.json',
    file: 'fleet.json',
    current: { miners, problems: [] },
    find: (id) => byId.get(id),
    onDidChange: () => ({ dispose() {} }),
    reload: async () => {},
  };
}

/** Stands for the miners while the cache is filled. */
function readingsSource(): MinerSource {
  const readings: Partial<MinerDatasets> = {
    status: { state: 'normal' },
    stats: { hashrateThs: { last5m: 94.2 }, nominalHashrateThs: 95, powerW: 3_120 } as MinerDatasets['stats'],
    cooling: { fans: [], highestTempC: 63 },
  };
  const source: Pick<MinerSource, 'read' | 'retryNow'> = {
    read: async <K extends MinerKind>(_: Miner, kind: K) => ({ ...readings[kind] }) as MinerDatasets[K],
    retryNow() {},
  };
  return source as MinerSource;
}

/** As the product keeps them: of each five seconds in the last hour, of each thirty before that. */
function sixHours(present: MetricsHistory): Pick<FleetServices['history'], 'samples' | 'onDidSample'> {
  const rings = new SampleRings();
  const now = Date.now();
  for (let at = now - HISTORY_MS; at <= now; at += SAMPLE_MS) {
    rings.add(sampleAt(at));
  }
  return { samples: () => [...rings.all(), ...present.samples()], onDidSample: present.onDidSample };
}

const DATASETS: readonly Dataset[] = ['miner:status', 'miner:stats', 'miner:cooling', 'fleet:summary', 'miner:config'];

function sampleAt(at: number): HistorySample {
  const wave = Math.sin(at / 85_000);
  const counts = (lookups: number) => {
    const [l1Hits, l2Hits, staleHits, bypasses] = [0.6, 0.25, 0.02, 0.01].map((share) => Math.floor(lookups * share));
    const misses = lookups - (l1Hits ?? 0) - (l2Hits ?? 0) - (staleHits ?? 0) - (bypasses ?? 0);
    return {
      lookups,
      l1Hits: l1Hits ?? 0,
      l2Hits: l2Hits ?? 0,
      staleHits: staleHits ?? 0,
      misses,
      bypasses: bypasses ?? 0,
    };
  };
  return {
    at,
    spanMs: SAMPLE_MS,
    total: counts(2_000 + Math.round(600 * wave)),
    datasets: new Map(DATASETS.map((dataset, index) => [dataset, counts(300 + index * 40 + Math.round(100 * wave))])),
    hitMs: 0.4 + 0.1 * wave,
    missMs: 20 + 6 * wave,
    invalidations: at % 37 < 1 ? 3 : 0,
    evictions: 0,
    redisMemoryBytes: 46_000_000 + Math.round(2_000_000 * wave),
    redisWasDown: false,
  };
}

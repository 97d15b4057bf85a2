import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { version } from '../package.json';
import { systemClock } from './base/clock';
import type { ConnectionSecrets, SecretNeeds } from './base/connectionSecrets';
import { describeError } from './base/errors';
import { DisposableStore } from './base/lifecycle';
import type { Logger } from './base/logger';
import { CacheService } from './cache/cacheService';
import type { ConnectionReport } from './cache/connectionReport';
import type { InstanceRecord } from './cache/instanceDirectory';
import { figuresOf } from './cache/instanceFigures';
import type { CredentialStore } from './fleet/credentials';
import type { MinerTlsFiles } from './fleet/minerTls';
import { AuditLog } from './service/audit';
import { BenchmarkArchive, processMemory } from './service/benchmarkArchive';
import { Benchmarks } from './service/benchmarks';
import { Discovery } from './service/discovery';
import { EntryHistory } from './service/entryHistory';
import { EventLog } from './service/eventLog';
import { FileInventory } from './service/fileInventory';
import { FleetMonitor } from './service/fleetMonitor';
import { FleetOverview } from './service/fleetOverview';
import { FleetReads } from './service/fleetReads';
import type { FleetServices } from './service/fleetServices';
import { FleetWatcher } from './service/fleetWatcher';
import { FleetWriter } from './service/fleetWriter';
import { FreshReads } from './service/freshReads';
import { InstanceRegistry } from './service/instanceRegistry';
import { Invalidator } from './service/invalidator';
import { followInventoryFile } from './service/inventoryFollower';
import { KeyDescriber } from './service/keyDescriber';
import { KeyEditor } from './service/keyEditor';
import { KeyExplorer } from './service/keyExplorer';
import { KeyPurge } from './service/keyPurge';
import { KeyReader } from './service/keyReader';
import { LiveRefresh } from './service/liveRefresh';
import { MetricsExport } from './service/metricsExport';
import { MetricsHistory } from './service/metricsHistory';
import { MinerTemperatures } from './service/minerTemperatures';
import { MinerWriter } from './service/minerWriter';
import { invalidateMovedMiners } from './service/movedMiners';
import { PatternInvalidator } from './service/patternInvalidator';
import { PeriodicWarmer } from './service/periodicWarmer';
import { policyFigures } from './service/policyFigures';
import { StalenessExplainer } from './service/staleness';
import { StatusEvents } from './service/statusEvents';
import { TestEvents } from './service/testEvents';
import { TtlSettings } from './service/ttlSettings';
import { VoidedDataFeed } from './service/voidedData';
import { Warmer } from './service/warmer';
import { WarmingEvents } from './service/warmingMessages';
import { type AccessSettings, WriteAccess } from './service/writeAccess';

/** What a running Fleet Cache is built from. */
export interface RuntimeConfiguration {
  /** What this instance is to the others. */
  readonly kind: InstanceRecord['kind'];
  /** Whether it follows the status streams of its share of the miners. */
  readonly watch: boolean;
  /** Path of the inventory file. */
  readonly inventoryPath: string;
  /** Whether the file is read again when it changes; if not, whoever uses the services has to say so (`Inventory.reload`). */
  readonly followInventory?: boolean;
  readonly redis: {
    readonly url: string;
    readonly secrets?: Promise<ConnectionSecrets> | ConnectionSecrets;
    /** The longest that a read may wait for Redis, in ms. */
    readonly commandTimeoutMs: number;
  };
  /** What the person says of the connection; by default it may write unless it looks like production. */
  readonly connection?: ConnectionSettings;
  /** TTLs in seconds by dataset, as a person wrote them; what cannot be used becomes a problem of the services. */
  readonly ttls: Readonly<Record<string, unknown>>;
  readonly credentials: CredentialStore;
  /** For miners with TLS; the authorities of the runtime and the system when absent. */
  readonly minerTls?: MinerTlsFiles;
  readonly logger: Logger;
  /** Path of the bundle that benchmarks run in; beside this one by default. */
  readonly benchmarkScript?: string;
  /** Where the reports of benchmarks are kept; for as long as the process lives by default. */
  readonly benchmarkArchive?: BenchmarkArchive;
}

/** What a person says of a connection, and how messages name it. */
export interface ConnectionSettings extends Partial<AccessSettings> {
  readonly name: string;
  /** How a person allows writing, one sentence. */
  readonly advice: string;
}

const DEFAULT_CONNECTION: ConnectionSettings = {
  name: 'default',
  advice: 'Its own settings can allow writing.',
};

/** The longest that watching waits for a view that reads the fleet at the start, in ms. */
const FIRST_READING_MS = 10_000;

/**
 * Builds the object graph and reads the inventory. The clients of Redis and of the miners are loaded here, on first use,
 * because they are most of the product's code. An unreachable Redis or miner is no error here.
 *
 * @throws {ConfigurationError} when the Redis URL cannot be used.
 */
export async function createRuntime(configuration: RuntimeConfiguration): Promise<FleetServices> {
  const { logger, redis, credentials, minerTls = {} } = configuration;
  // While the clients are loaded, the system reads the file.
  const inventory = new FileInventory(configuration.inventoryPath);
  const inventoryRead = inventory.reload();
  const [{ openRedis }, { parseRedisUrl }, { profileAddress }, { profileTraits }, { BraiinsSource }, secrets = {}] =
    await Promise.all([
      import('./redis/openRedis'),
      import('./redis/profileUrl'),
      import('./redis/profile'),
      import('./redis/profileTraits'),
      import('./braiins/braiinsSource'),
      redis.secrets,
    ]);
  const profile = parseRedisUrl(redis.url, secrets);
  const disposables = new DisposableStore();
  const clock = systemClock;
  const redisParts = openRedis({ profile, commandTimeoutMs: redis.commandTimeoutMs, clock, logger });
  const { store, link, storeClock, locks, bus, history, directory, gauge, purger, browser } = redisParts;
  const { name, advice, readOnly, environment } = configuration.connection ?? DEFAULT_CONNECTION;
  const access = disposables.add(
    new WriteAccess({
      connection: name,
      advice,
      readOnly,
      environment,
      traits: profileTraits(profile),
      keyCount: () => gauge.keyCount(),
    }),
  );
  const source = disposables.add(new BraiinsSource({ credentials, logger, tls: minerTls }));
  disposables.add(inventory);
  const [host, { pid }] = [hostname(), process];
  const instance = `${host}-${pid}-${randomUUID().slice(0, 8)}`;
  const self = { id: instance, kind: configuration.kind, host, pid, version, startedAt: clock.now() };
  const ttls = new TtlSettings(configuration.ttls, access);
  const { policies } = ttls;
  const cache = disposables.add(
    new CacheService({ store, link, storeClock, locks, bus, history, policies, clock, logger, instance }),
  );
  const { metrics } = cache;
  const figures = () => figuresOf(metrics);
  const instances = new InstanceRegistry({ directory, self, figures, clock, logger });
  const reads = new FleetReads(cache, source, inventory);
  const monitor = disposables.add(new FleetMonitor(reads, source, inventory, clock));
  await inventoryRead;
  if (configuration.followInventory === true) {
    disposables.add(followInventoryFile(inventory));
  }
  disposables.add(inventory.onDidChange(({ miners }) => source.retain(miners)));
  const invalidator = new Invalidator(cache, reads, inventory, access);
  disposables.add(invalidateMovedMiners(inventory, invalidator, logger));
  const { control } = source;
  const writer = new MinerWriter({ cache, reads, source, control, bus, history, clock, logger, instance, access });
  const warmer = new Warmer(reads, cache, source, new WarmingEvents(history, instance));
  const common = { cache, inventory, clock, logger };
  const statusEvents = new StatusEvents({ ...common, reads, invalidator, bus, history, instance });
  const benchmarks = new Benchmarks({
    access,
    source,
    inventory,
    monitor,
    metrics,
    archive: configuration.benchmarkArchive ?? new BenchmarkArchive(processMemory()),
    logger,
    script: configuration.benchmarkScript ?? join(__dirname, 'benchmark.js'),
    order: { product: version, connection: name, redis: { ...redis, secrets } },
  });
  const ofPolicies = () => policyFigures(cache, policies);
  const firstReading = () => monitor.refreshed(FIRST_READING_MS);
  const watcher = configuration.watch
    ? disposables.add(new FleetWatcher({ ...common, source, instances, events: statusEvents, reads, firstReading }))
    : undefined;
  const periodicWarmer = disposables.add(new PeriodicWarmer({ ...common, warmer, locks }));
  const events = disposables.add(new EventLog({ ...common, history, storeClock, instance }));
  const describer = new KeyDescriber({ browser, inventory, storeClock, clock });
  const keyExplorer = disposables.add(new KeyExplorer({ ...common, browser, describer, link }));
  const freshReads = new FreshReads(source, inventory, clock);
  const entryHistory = new EntryHistory({ ...common, events, gauge, policies });
  instances.start();
  void access.decide();
  const close = async () => {
    disposables.dispose();
    // Redis goes last: over it the others are told.
    await instances.leave();
    redisParts.dispose();
  };
  return {
    problems: ttls.problems,
    connection: {
      name,
      address: profileAddress(profile),
      access,
      get environment() {
        return access.environment;
      },
    },
    inventory,
    cache,
    reads,
    monitor,
    temperatures: disposables.add(new MinerTemperatures(reads)),
    warmer,
    periodicWarmer,
    invalidator,
    patternInvalidator: new PatternInvalidator({ cache, purger, inventory, access }),
    keyPurge: new KeyPurge({ cache, purger, access }),
    keyExplorer,
    keyReader: new KeyReader(browser, describer),
    keyEditor: new KeyEditor({ browser, reads, freshReads, source, inventory, explorer: keyExplorer, access }),
    writer,
    fleetWriter: new FleetWriter(writer, access),
    discovery: new Discovery(source),
    benchmarks: disposables.add(benchmarks),
    instances,
    history: disposables.add(new MetricsHistory({ ...common, gauge })),
    metricsExport: new MetricsExport({ cache, policies, instance: self }),
    events,
    entryHistory,
    testEvents: new TestEvents({ ...common, bus, history, instances, instance, access }),
    overview: new FleetOverview({ instances, metrics, gauge }),
    voidedData: disposables.add(new VoidedDataFeed({ cache, bus, logger })),
    watcher,
    ttls,
    audit: disposables.add(new AuditLog(clock, logger)),
    staleness: new StalenessExplainer({ entryHistory, monitor, policyFigures: ofPolicies }),
    policyFigures: ofPolicies,
    followEvents: () => new LiveRefresh({ ...common, bus, monitor }),
    close,
    dispose: () => void close(),
  };
}

/** Why a Redis URL cannot be used, for people; `undefined` when it can. */
export async function redisUrlProblem(url: string): Promise<string | undefined> {
  const { parseRedisUrl } = await import('./redis/profileUrl');
  try {
    parseRedisUrl(url);
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}

/** Which secrets the Redis of a URL could ask for. @throws {ConfigurationError} */
export async function redisSecretNeeds(url: string): Promise<SecretNeeds> {
  const [{ parseRedisUrl }, { secretNeeds }] = await Promise.all([
    import('./redis/profileUrl'),
    import('./redis/profileTraits'),
  ]);
  return secretNeeds(parseRedisUrl(url));
}

/**
 * Connects to a Redis on the side, and changes nothing there.
 *
 * @throws {ConfigurationError} @throws {StoreError} @throws {CancelledError}
 */
export async function testConnection(
  url: string,
  secrets: ConnectionSecrets,
  signal: AbortSignal,
): Promise<ConnectionReport> {
  const [{ parseRedisUrl }, connectionTest] = await Promise.all([
    import('./redis/profileUrl'),
    import('./redis/connectionTest'),
  ]);
  return connectionTest.testConnection(parseRedisUrl(url, secrets), systemClock, signal);
}

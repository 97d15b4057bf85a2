import type { Disposable } from '../base/lifecycle';
import type { CacheService } from '../cache/cacheService';
import type { Inventory } from '../fleet/inventory';
import type { AuditLog } from './audit';
import type { Benchmarks } from './benchmarks';
import type { Discovery } from './discovery';
import type { EntryHistory } from './entryHistory';
import type { EventLog } from './eventLog';
import type { FleetMonitor } from './fleetMonitor';
import type { FleetOverview } from './fleetOverview';
import type { FleetReads } from './fleetReads';
import type { FleetWatcher } from './fleetWatcher';
import type { FleetWriter } from './fleetWriter';
import type { InstanceRegistry } from './instanceRegistry';
import type { Invalidator } from './invalidator';
import type { KeyEditor } from './keyEditor';
import type { KeyExplorer } from './keyExplorer';
import type { KeyPurge } from './keyPurge';
import type { KeyReader } from './keyReader';
import type { MetricsExport } from './metricsExport';
import type { MetricsHistory } from './metricsHistory';
import type { MinerTemperatures } from './minerTemperatures';
import type { MinerWriter } from './minerWriter';
import type { PatternInvalidator } from './patternInvalidator';
import type { PeriodicWarmer } from './periodicWarmer';
import type { PolicyFigures } from './policyFigures';
import type { ServiceConnection } from './serviceConnection';
import type { StalenessExplainer } from './staleness';
import type { TestEvents } from './testEvents';
import type { TtlSettings } from './ttlSettings';
import type { VoidedDataFeed } from './voidedData';
import type { Warmer } from './warmer';

/** Everything that the ways in (VS Code, MCP) act through. Disposing it closes every connection. */
export interface FleetServices extends Disposable {
  /** What of the configuration cannot be used, for people; the defaults stand in for it. */
  readonly problems: readonly string[];
  readonly connection: ServiceConnection;
  readonly inventory: Inventory;
  readonly cache: CacheService;
  readonly reads: FleetReads;
  readonly monitor: FleetMonitor;
  readonly temperatures: MinerTemperatures;
  readonly warmer: Warmer;
  readonly periodicWarmer: PeriodicWarmer;
  readonly invalidator: Invalidator;
  readonly patternInvalidator: PatternInvalidator;
  readonly keyPurge: KeyPurge;
  readonly keyExplorer: KeyExplorer;
  readonly keyReader: KeyReader;
  readonly keyEditor: KeyEditor;
  readonly writer: MinerWriter;
  readonly fleetWriter: FleetWriter;
  readonly discovery: Discovery;
  readonly benchmarks: Benchmarks;
  readonly instances: InstanceRegistry;
  readonly history: MetricsHistory;
  readonly metricsExport: MetricsExport;
  readonly events: EventLog;
  readonly entryHistory: EntryHistory;
  readonly testEvents: TestEvents;
  readonly overview: FleetOverview;
  readonly ttls: TtlSettings;
  /** What agents did through this instance. */
  readonly audit: AuditLog;
  readonly staleness: StalenessExplainer;
  readonly voidedData: VoidedDataFeed;
  /** `undefined` in an instance that watches no miners. */
  readonly watcher: FleetWatcher | undefined;
  /** What came of each dataset's policy in this instance. Asks nobody. */
  policyFigures(): readonly PolicyFigures[];
  /** Has {@link monitor} follow the events of the fleet until disposed, for a view that somebody looks at. */
  followEvents(): Disposable;
  /** As `dispose`; resolves when the other instances were told, or Redis did not answer. */
  close(): Promise<void>;
}

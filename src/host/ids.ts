/** Every id that the code shares with `package.json`; a test holds the two against each other, in both directions. */

export const COMMANDS = {
  refresh: 'fleetCache.refresh',
  warm: 'fleetCache.warm',
  togglePeriodicWarming: 'fleetCache.togglePeriodicWarming',
  invalidate: 'fleetCache.invalidate',
  purgeKeys: 'fleetCache.purgeKeys',
  control: 'fleetCache.control',
  pause: 'fleetCache.pause',
  resume: 'fleetCache.resume',
  startDemo: 'fleetCache.startDemo',
  stopDemo: 'fleetCache.stopDemo',
  createInventory: 'fleetCache.createInventory',
  importMiners: 'fleetCache.importMiners',
  discoverMiners: 'fleetCache.discoverMiners',
  setMinerLogin: 'fleetCache.setMinerLogin',
  setRedisPassword: 'fleetCache.setRedisPassword',
  addConnection: 'fleetCache.addConnection',
  editConnection: 'fleetCache.editConnection',
  testConnection: 'fleetCache.testConnection',
  switchConnection: 'fleetCache.switchConnection',
  removeConnection: 'fleetCache.removeConnection',
  labelConnection: 'fleetCache.labelConnection',
  makeReadOnly: 'fleetCache.makeReadOnly',
  allowWriting: 'fleetCache.allowWriting',
  showEntryHistory: 'fleetCache.showEntryHistory',
  publishTestEvent: 'fleetCache.publishTestEvent',
  openDashboard: 'fleetCache.openDashboard',
  exportMetrics: 'fleetCache.exportMetrics',
  resetMetrics: 'fleetCache.resetMetrics',
  benchmark: 'fleetCache.benchmark',
  showLastBenchmark: 'fleetCache.showLastBenchmark',
  showMore: 'fleetCache.showMore',
  showLog: 'fleetCache.showLog',
  filterKeys: 'fleetCache.filterKeys',
  clearKeyFilter: 'fleetCache.clearKeyFilter',
  sortKeys: 'fleetCache.sortKeys',
  refreshKeys: 'fleetCache.refreshKeys',
  cancelListingKeys: 'fleetCache.cancelListingKeys',
  resumeListingKeys: 'fleetCache.resumeListingKeys',
  showMoreKeys: 'fleetCache.showMoreKeys',
  compareKey: 'fleetCache.compareKey',
  setKeyTtl: 'fleetCache.setKeyTtl',
  refreshKey: 'fleetCache.refreshKey',
  deleteKeys: 'fleetCache.deleteKeys',
  copyKey: 'fleetCache.copyKey',
  copyKeyValue: 'fleetCache.copyKeyValue',
  copyRedisCliCommand: 'fleetCache.copyRedisCliCommand',
  loadMoreOfKey: 'fleetCache.loadMoreOfKey',
  readKeyAgain: 'fleetCache.readKeyAgain',
  showMcpStatus: 'fleetCache.showMcpStatus',
  connectAgent: 'fleetCache.connectAgent',
  rotateMcpToken: 'fleetCache.rotateMcpToken',
} as const;

export type CommandId = (typeof COMMANDS)[keyof typeof COMMANDS];

export const VIEW_CONTAINER = 'fleetCache';

export const VIEWS = {
  miners: 'fleetCache.miners',
  dashboard: 'fleetCache.dashboardView',
  keys: 'fleetCache.keys',
  instances: 'fleetCache.instances',
  connections: 'fleetCache.connectionsView',
} as const;

/** The dashboard in an editor tab, as VS Code remembers it over a reload of the window. */
export const DASHBOARD_PANEL = 'fleetCache.dashboard';

/** A benchmark's report, likewise. */
export const BENCHMARK_PANEL = 'fleetCache.benchmark';

/** What tells VS Code of the MCP server. */
export const MCP_PROVIDER = 'fleetCache.mcp';

/** Settings below the section `fleetCache`. */
export const SETTINGS = {
  inventory: 'inventory',
  redisUrl: 'redis.url',
  connections: 'connections',
  redisCommandTimeout: 'redis.commandTimeout',
  ttl: 'ttl',
  watch: 'watch',
  warmingEnabled: 'warming.enabled',
  warmingInterval: 'warming.interval',
  warmingDatasets: 'warming.datasets',
  mcpEnabled: 'mcp.enabled',
  mcpPort: 'mcp.port',
  mcpAllowMinerControl: 'mcp.allowMinerControl',
} as const;

export const SETTINGS_SECTION = 'fleetCache';

/** Context keys that `when` clauses ask for. */
export const CONTEXT_KEYS = {
  /** One of the states of `FleetSession`. */
  state: 'fleetCache.state',
  demoRunning: 'fleetCache.demoRunning',
  /** Where the listing of keys is: `idle`, `running`, `cancelled` or `failed`. */
  keyListing: 'fleetCache.keyListing',
  keysFiltered: 'fleetCache.keysFiltered',
} as const;

/** What tree items are to menus. */
export const CONTEXT_VALUES = {
  tenant: 'fleetCache.tenant',
  miner: 'fleetCache.miner',
  entry: 'fleetCache.entry',
  keyNamespace: 'fleetCache.keyNamespace',
  /** A key of the cache that may hold an entry. */
  entryKey: 'fleetCache.entryKey',
  /** Another key of ours. */
  ownKey: 'fleetCache.ownKey',
  foreignKey: 'fleetCache.foreignKey',
  connection: 'fleetCache.connection',
  activeConnection: 'fleetCache.activeConnection',
} as const;

/** Scheme of the read-only documents that show cache entries. */
export const ENTRY_SCHEME = 'fleet-cache';

/** Scheme of the read-only documents that show what became of an entry. */
export const HISTORY_SCHEME = 'fleet-cache-history';

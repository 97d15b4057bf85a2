import type { MinerConfig } from './minerConfig';
import type { MinerCooling } from './minerCooling';
import type { PoolGroup, PoolStats } from './minerPools';

/**
 * What a miner tells about itself, in SI units that the names carry. A property that is absent was absent on the wire: it is
 * unknown, not zero. All of it is plain JSON, because it is what the cache stores.
 */

export const MINER_STATES = ['unknown', 'not-started', 'normal', 'paused', 'suspended', 'restricted'] as const;
export type MinerState = (typeof MINER_STATES)[number];

export interface MinerStatus {
  readonly state: MinerState;
}

/** Hashrate in TH/s averaged over the named span. */
export interface HashrateThs {
  readonly last5s?: number;
  readonly last15s?: number;
  readonly last30s?: number;
  readonly last1m?: number;
  readonly last5m?: number;
  readonly last15m?: number;
  readonly last30m?: number;
  readonly last1h?: number;
  readonly last24h?: number;
  readonly sinceRestart?: number;
}

/** What hashing yields, of a whole miner or of one hashboard. */
export interface WorkStats {
  readonly hashrateThs?: HashrateThs;
  readonly nominalHashrateThs?: number;
  /** Rate of work that turned out wrong, in MH/s. */
  readonly errorHashrateMhs?: number;
  readonly foundBlocks?: number;
  readonly bestShare?: string;
}

export interface MinerStats extends WorkStats {
  readonly pool?: PoolStats;
  readonly powerW?: number;
  /** Joules per terahash. */
  readonly efficiencyJPerTh?: number;
}

export interface PsuInfo {
  readonly version?: number;
  readonly firmwareVersion?: number;
  readonly serialNumber?: string;
  readonly modelName?: string;
  readonly minVoltageV?: number;
  readonly maxVoltageV?: number;
}

export interface MinerDetails {
  readonly uid?: string;
  readonly brand?: string;
  /** The model as people say it, such as `Antminer S19j Pro`. */
  readonly model?: string;
  readonly name?: string;
  readonly platform?: string;
  readonly controlBoardSoc?: string;
  readonly bosMode?: string;
  readonly firmwareVersion?: string;
  readonly firmwareMajor?: string;
  readonly bosPlus?: boolean;
  readonly hostname?: string;
  readonly macAddress?: string;
  readonly serialNumber?: string;
  readonly kernelVersion?: string;
  readonly stickerHashrateThs?: number;
  readonly systemUptimeS?: number;
  /** Seconds since the mining software started; 0 means that it does not run. */
  readonly bosminerUptimeS?: number;
  readonly state?: MinerState;
  readonly psu?: PsuInfo;
}

export interface Hashboard {
  readonly id?: string;
  readonly enabled?: boolean;
  readonly model?: string;
  readonly boardName?: string;
  readonly chipType?: string;
  readonly serialNumber?: string;
  readonly chipsCount?: number;
  readonly voltageV?: number;
  readonly frequencyHz?: number;
  readonly boardTempC?: number;
  readonly highestChipTempC?: number;
  readonly lowestInletTempC?: number;
  readonly highestOutletTempC?: number;
  readonly lowestWaterInletTempC?: number;
  readonly highestWaterOutletTempC?: number;
  readonly work?: WorkStats;
}

export interface MinerErrorCode {
  readonly code?: string;
  readonly reason?: string;
  readonly hint?: string;
}

export interface MinerComponent {
  readonly name?: string;
  readonly index?: number;
}

/** One error that the miner reports about itself. */
export interface MinerErrorReport {
  /** As the miner writes it; ISO 8601 on current firmware. */
  readonly timestamp?: string;
  readonly message?: string;
  readonly codes: readonly MinerErrorCode[];
  readonly components: readonly MinerComponent[];
}

/** The datasets that a miner's API is read for, by the last part of their cache key. */
export interface MinerDatasets {
  readonly status: MinerStatus;
  readonly stats: MinerStats;
  readonly details: MinerDetails;
  readonly hashboards: readonly Hashboard[];
  readonly errors: readonly MinerErrorReport[];
  readonly config: MinerConfig;
  readonly pools: readonly PoolGroup[];
  readonly cooling: MinerCooling;
}

export type MinerKind = keyof MinerDatasets;

export const MINER_KINDS: readonly MinerKind[] = [
  'status',
  'stats',
  'details',
  'hashboards',
  'errors',
  'config',
  'pools',
  'cooling',
];

/** Version of the API that a miner speaks. */
export interface ApiVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly pre?: string;
  readonly build?: string;
}

import type { MinerConstraints } from './minerConstraints';
import type { NetworkConfig, NetworkInfo } from './minerNetwork';
import type { EfficiencyPoint, PerformanceMode, TunedProfiles, TunerStatus } from './minerPerformance';
import type { AutoUpgradeStatus, JsonObject, MinerLicense } from './minerSystem';

/** What a miner can be asked for that is not cached, because it is wanted seldom and then as it is. */
export interface MinerQueries {
  readonly constraints: MinerConstraints;
  readonly tuner: TunerStatus;
  readonly tunedProfiles: TunedProfiles;
  readonly efficiencyProfile: readonly EfficiencyPoint[];
  /** `undefined` when the miner runs in a mode that this version does not know. */
  readonly performanceMode: PerformanceMode | undefined;
  /** Whether the lamp blinks by which a person finds the machine. */
  readonly locating: boolean;
  readonly network: NetworkConfig;
  readonly networkInfo: NetworkInfo;
  readonly license: MinerLicense;
  readonly autoUpgrade: AutoUpgradeStatus;
  /** The advanced settings that were set. */
  readonly settings: JsonObject;
  /** All advanced settings, those that were not set with their defaults. */
  readonly allSettings: JsonObject;
  /** JSON schema of the advanced settings. */
  readonly settingsSchema: JsonObject;
}

export type MinerQuery = keyof MinerQueries;

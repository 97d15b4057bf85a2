import type { CoolingConfig } from './minerCooling';
import type { DpsConfig, HashboardsConfig, TunerConfig } from './minerPerformance';
import type { PoolGroupConfig } from './minerPools';

/** All that is configured on a miner. A part that its firmware does not have is absent. Pool passwords are never in it. */
export interface MinerConfig {
  readonly poolGroups: readonly PoolGroupConfig[];
  readonly cooling?: CoolingConfig;
  readonly tuner?: TunerConfig;
  readonly dps?: DpsConfig;
  readonly hashboards?: HashboardsConfig;
}

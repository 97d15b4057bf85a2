import type { CoolingModeName, FanPauseRuntime } from './minerCooling';
import type { DpsMode, TunerMode } from './minerPerformance';

/** The values that a setting can take on one machine, in the unit that the setting's name carries. */
export interface Range {
  readonly default?: number;
  readonly min?: number;
  readonly max?: number;
}

export interface TunerConstraints {
  readonly enabledByDefault?: boolean;
  readonly defaultMode?: TunerMode;
  readonly powerTargetW?: Range;
  readonly hashrateTargetThs?: Range;
}

export interface CoolingConstraints {
  readonly defaultMode?: CoolingModeName;
  readonly targetTempC?: Range;
  readonly hotTempC?: Range;
  readonly dangerousTempC?: Range;
  readonly fanSpeedRatio?: Range;
  readonly minimumRequiredFans?: Range;
  readonly minFanSpeedPercent?: Range;
  readonly maxFanSpeedPercent?: Range;
  readonly fanPauseSpeedRatio?: Range;
  readonly defaultFanPause?: 'auto' | 'manual';
  readonly defaultFanPauseRuntime?: FanPauseRuntime;
  /** What the runtime `limited` means on this machine. */
  readonly limitedFanPauseS?: number;
}

export interface DpsConstraints {
  readonly enabledByDefault?: boolean;
  readonly defaultMode?: DpsMode;
  readonly powerStepW?: Range;
  readonly minPowerTargetW?: Range;
  readonly hashrateStepThs?: Range;
  readonly minHashrateTargetThs?: Range;
  readonly shutdownEnabledByDefault?: boolean;
  readonly shutdownDurationS?: Range;
  readonly onStartTargetPercent?: Range;
}

export interface HashboardConstraints {
  readonly hashboardIds: readonly string[];
  readonly enabledByDefault?: boolean;
  readonly frequencyHz?: Range;
  readonly voltageV?: Range;
  readonly quickRampingS?: Range;
}

/** What can be configured on a miner. A part that the machine does not have is absent. */
export interface MinerConstraints {
  readonly tuner?: TunerConstraints;
  readonly cooling?: CoolingConstraints;
  readonly dps?: DpsConstraints;
  readonly hashboards?: HashboardConstraints;
}

/** What the tuner holds: the power drawn, or the hashrate yielded. */
export type TunerMode = 'power' | 'hashrate';

export interface TunerConfig {
  readonly enabled?: boolean;
  readonly mode?: TunerMode;
  readonly powerTargetW?: number;
  readonly hashrateTargetThs?: number;
}

export type TunerStateName = 'disabled' | 'stable' | 'tuning' | 'error' | 'continuous' | 'preheat';

/** What the tuner found for a target. */
interface TunedProfile {
  /** ISO 8601. */
  readonly created?: string;
  readonly measuredHashrateThs?: number;
  readonly estimatedPowerW?: number;
}

export interface PowerProfile extends TunedProfile {
  readonly powerTargetW?: number;
}

export interface HashrateProfile extends TunedProfile {
  readonly hashrateTargetThs?: number;
}

/** What the tuner works on now. */
export interface TunerStatus {
  readonly state?: TunerStateName;
  readonly mode?: TunerMode;
  readonly powerTargetW?: number;
  readonly hashrateTargetThs?: number;
  readonly powerProfile?: PowerProfile;
  readonly hashrateProfile?: HashrateProfile;
}

/** The targets that the tuner has found settings for. */
export interface TunedProfiles {
  readonly power: readonly PowerProfile[];
  readonly hashrate: readonly HashrateProfile[];
}

/** One point of the curve of what a machine can do. */
export interface EfficiencyPoint {
  readonly quality?: number;
  readonly powerTargetW?: number;
  readonly powerW?: number;
  readonly fanSpeedPercent?: number;
  readonly outletTempC?: number;
  readonly ambientTempC?: number;
  readonly hashrateThs?: number;
  readonly frequencyHz?: number;
  readonly voltageV?: number;
}

/** Boost also goes above the target while the machine is cool enough. */
export type DpsMode = 'normal' | 'boost';

/** Dynamic scaling of performance: the target goes down step by step while the machine is too hot. */
export interface DpsConfig {
  readonly enabled?: boolean;
  readonly mode?: DpsMode;
  readonly powerStepW?: number;
  readonly minPowerTargetW?: number;
  readonly hashrateStepThs?: number;
  readonly minHashrateTargetThs?: number;
  /** At the lowest target and still too hot, the machine pauses for the given time. */
  readonly shutdownEnabled?: boolean;
  readonly shutdownDurationS?: number;
  /** Target to begin with after a start, in per cent of the full one. */
  readonly onStartTargetPercent?: number;
}

/** What is to change of {@link DpsConfig}: absent properties stay. Steps and minimum go together, in watts or in TH/s. */
export interface DpsChange {
  readonly enabled?: boolean;
  readonly mode?: DpsMode;
  readonly target?:
    | { readonly type: 'power'; readonly powerStepW: number; readonly minPowerTargetW: number }
    | { readonly type: 'hashrate'; readonly hashrateStepThs: number; readonly minHashrateTargetThs: number };
  readonly shutdownEnabled?: boolean;
  /** Whole hours. */
  readonly shutdownDurationS?: number;
  readonly onStartTargetPercent?: number;
}

/** How one board is configured; what is absent is as for all boards. */
export interface HashboardConfig {
  readonly id?: string;
  readonly enabled?: boolean;
  readonly frequencyHz?: number;
  readonly voltageV?: number;
}

/** How fast power goes up and down. */
export interface QuickRamping {
  readonly upS: number;
  readonly downS: number;
}

export interface HashboardsConfig {
  readonly frequencyHz?: number;
  readonly voltageV?: number;
  readonly hashboards: readonly HashboardConfig[];
  readonly quickRampingUpS?: number;
  readonly quickRampingDownS?: number;
}

/** Frequency and voltage by hand, or a target for the tuner. */
export type PerformanceMode =
  | {
      readonly type: 'manual';
      readonly frequencyHz?: number;
      readonly voltageV?: number;
      /** The boards that differ. */
      readonly hashboards: readonly Omit<HashboardConfig, 'enabled'>[];
    }
  | { readonly type: 'power-target'; readonly powerTargetW?: number }
  | { readonly type: 'hashrate-target'; readonly hashrateTargetThs?: number };

/** What a target in per cent is of. */
export type TargetReference = 'nominal' | 'min' | 'max' | 'current';

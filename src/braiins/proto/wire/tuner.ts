import type { WireBooleanConstraint, WireHashrateConstraints, WirePowerConstraints } from './constraints';
import type {
  WireEnum,
  WireFrequency,
  WireGigaHashrate,
  WirePower,
  WireTemperature,
  WireTeraHashrate,
  WireTimestamp,
  WireVoltage,
} from './units';

export type WireTunerMode = WireEnum<
  'TUNER_MODE_UNSPECIFIED' | 'TUNER_MODE_POWER_TARGET' | 'TUNER_MODE_HASHRATE_TARGET'
>;

export interface WireTunerConfiguration {
  enabled?: boolean;
  tuner_mode?: WireTunerMode;
  power_target?: WirePower;
  hashrate_target?: WireTeraHashrate;
}

export interface WireTunerConstraints {
  power_target?: WirePowerConstraints;
  hashrate_target?: WireHashrateConstraints;
  enabled?: WireBooleanConstraint;
  default_mode?: WireTunerMode;
}

export type WireTunerState = WireEnum<
  | 'TUNER_STATE_UNSPECIFIED'
  | 'TUNER_STATE_DISABLED'
  | 'TUNER_STATE_STABLE'
  | 'TUNER_STATE_TUNING'
  | 'TUNER_STATE_ERROR'
  | 'TUNER_STATE_CONTINUOUS'
  | 'TUNER_STATE_PREHEAT'
>;

export interface WirePowerTargetProfile {
  created?: WireTimestamp;
  target?: WirePower;
  measured_hashrate?: WireGigaHashrate;
  estimated_power_consumption?: WirePower;
}

export interface WireHashrateTargetProfile {
  created?: WireTimestamp;
  target?: WireTeraHashrate;
  measured_hashrate?: WireGigaHashrate;
  estimated_power_consumption?: WirePower;
}

export interface WirePowerTargetModeState {
  profile?: WirePowerTargetProfile;
  current_target?: WirePower;
}

export interface WireHashrateTargetModeState {
  profile?: WireHashrateTargetProfile;
  current_target?: WireTeraHashrate;
}

export interface WireGetTunerStateResponse {
  overall_tuner_state?: WireTunerState;
  power_target_mode_state?: WirePowerTargetModeState;
  hashrate_target_mode_state?: WireHashrateTargetModeState;
}

export interface WireListTargetProfilesResponse {
  power_target_profiles?: readonly WirePowerTargetProfile[];
  hashrate_target_profiles?: readonly WireHashrateTargetProfile[];
}

export interface WireMinerEfficiencyPoint {
  quality?: number;
  power_target?: WirePower;
  consumption?: WirePower;
  fan_speed?: number;
  outlet_temp?: WireTemperature;
  ambient_temp?: WireTemperature;
  hashrate?: WireTeraHashrate;
  frequency?: WireFrequency;
  voltage?: WireVoltage;
}

export interface WireGetMinerEfficiencyProfileResponse {
  points?: readonly WireMinerEfficiencyPoint[];
}

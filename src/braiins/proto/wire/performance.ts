import type { MethodDefinition } from '@grpc/grpc-js';
import type {
  WireBooleanConstraint,
  WireFrequencyConstraints,
  WireUInt32Constraints,
  WireVoltageConstraints,
} from './constraints';
import type { WireSetDPSRequest, WireSetDPSResponse } from './dps';
import type {
  WireGetMinerEfficiencyProfileResponse,
  WireGetTunerStateResponse,
  WireListTargetProfilesResponse,
} from './tuner';
import type {
  WireEmpty,
  WireEnum,
  WireFrequency,
  WirePower,
  WireSaveAction,
  WireTeraHashrate,
  WireVoltage,
} from './units';

/** Of all calls that put one setting back to its default. */
export interface WireSaveActionRequest {
  save_action?: WireSaveAction;
}

export interface WireSetPowerTargetRequest {
  save_action?: WireSaveAction;
  power_target?: WirePower;
}

export interface WireIncrementPowerTargetRequest {
  save_action?: WireSaveAction;
  power_target_increment?: WirePower;
}

export interface WireDecrementPowerTargetRequest {
  save_action?: WireSaveAction;
  power_target_decrement?: WirePower;
}

export interface WireSetPowerTargetResponse {
  power_target?: WirePower;
}

export interface WireSetHashrateTargetRequest {
  save_action?: WireSaveAction;
  hashrate_target?: WireTeraHashrate;
}

export interface WireIncrementHashrateTargetRequest {
  save_action?: WireSaveAction;
  hashrate_target_increment?: WireTeraHashrate;
}

export interface WireDecrementHashrateTargetRequest {
  save_action?: WireSaveAction;
  hashrate_target_decrement?: WireTeraHashrate;
}

export interface WireSetHashrateTargetResponse {
  hashrate_target?: WireTeraHashrate;
}

export type WireRelativeTargetReference = WireEnum<
  | 'RELATIVE_TARGET_REFERENCE_UNSPECIFIED'
  | 'RELATIVE_TARGET_REFERENCE_NOMINAL'
  | 'RELATIVE_TARGET_REFERENCE_MIN'
  | 'RELATIVE_TARGET_REFERENCE_MAX'
  | 'RELATIVE_TARGET_REFERENCE_CURRENT'
>;

export interface WireSetRelativeTargetRequest {
  save_action?: WireSaveAction;
  percentage?: number;
  reference?: WireRelativeTargetReference;
}

export interface WireHashboardConfig {
  id?: string;
  enabled?: boolean;
  frequency?: WireFrequency;
  voltage?: WireVoltage;
}

export interface WireHashboardPerformanceConfiguration {
  global_frequency?: WireFrequency;
  global_voltage?: WireVoltage;
  hashboards?: readonly WireHashboardConfig[];
  quick_ramping_time_up_s?: number;
  quick_ramping_time_down_s?: number;
}

export interface WireHashboardConstraints {
  hashboard_ids?: readonly string[];
  enabled?: WireBooleanConstraint;
  frequency?: WireFrequencyConstraints;
  voltage?: WireVoltageConstraints;
  quick_ramping_time_s?: WireUInt32Constraints;
}

export interface WirePowerTargetMode {
  power_target?: WirePower;
}

export interface WireHashrateTargetMode {
  hashrate_target?: WireTeraHashrate;
}

export interface WireTunerPerformanceMode {
  power_target?: WirePowerTargetMode;
  hashrate_target?: WireHashrateTargetMode;
}

export interface WireHashboardPerformanceSettings {
  id?: string;
  frequency?: WireFrequency;
  voltage?: WireVoltage;
}

export interface WireManualPerformanceMode {
  global_frequency?: WireFrequency;
  global_voltage?: WireVoltage;
  hashboards?: readonly WireHashboardPerformanceSettings[];
}

export interface WirePerformanceMode {
  manual_mode?: WireManualPerformanceMode;
  tuner_mode?: WireTunerPerformanceMode;
}

export interface WireSetPerformanceModeRequest {
  save_action?: WireSaveAction;
  mode?: WirePerformanceMode;
}

export interface WireSetQuickRampingRequest {
  save_action?: WireSaveAction;
  up_s?: number;
  down_s?: number;
}

export interface WireQuickRampingResponse {
  up_s?: number;
  down_s?: number;
}

export type PerformanceMethods = {
  readonly GetTunerState: MethodDefinition<WireEmpty, WireGetTunerStateResponse>;
  readonly ListTargetProfiles: MethodDefinition<WireEmpty, WireListTargetProfilesResponse>;
  readonly GetMinerEfficiencyProfile: MethodDefinition<WireEmpty, WireGetMinerEfficiencyProfileResponse>;
  readonly SetDefaultPowerTarget: MethodDefinition<WireSaveActionRequest, WireSetPowerTargetResponse>;
  readonly SetPowerTarget: MethodDefinition<WireSetPowerTargetRequest, WireSetPowerTargetResponse>;
  readonly IncrementPowerTarget: MethodDefinition<WireIncrementPowerTargetRequest, WireSetPowerTargetResponse>;
  readonly DecrementPowerTarget: MethodDefinition<WireDecrementPowerTargetRequest, WireSetPowerTargetResponse>;
  readonly SetRelativePowerTarget: MethodDefinition<WireSetRelativeTargetRequest, WireSetPowerTargetResponse>;
  readonly SetDefaultHashrateTarget: MethodDefinition<WireSaveActionRequest, WireSetHashrateTargetResponse>;
  readonly SetHashrateTarget: MethodDefinition<WireSetHashrateTargetRequest, WireSetHashrateTargetResponse>;
  readonly IncrementHashrateTarget: MethodDefinition<WireIncrementHashrateTargetRequest, WireSetHashrateTargetResponse>;
  readonly DecrementHashrateTarget: MethodDefinition<WireDecrementHashrateTargetRequest, WireSetHashrateTargetResponse>;
  readonly SetRelativeHashrateTarget: MethodDefinition<WireSetRelativeTargetRequest, WireSetHashrateTargetResponse>;
  readonly SetDPS: MethodDefinition<WireSetDPSRequest, WireSetDPSResponse>;
  readonly SetPerformanceMode: MethodDefinition<WireSetPerformanceModeRequest, WirePerformanceMode>;
  readonly GetActivePerformanceMode: MethodDefinition<WireEmpty, WirePerformanceMode>;
  readonly RemoveTunedProfiles: MethodDefinition<WireEmpty, WireEmpty>;
  readonly SetQuickRamping: MethodDefinition<WireSetQuickRampingRequest, WireQuickRampingResponse>;
  readonly SetDefaultQuickRamping: MethodDefinition<WireSaveActionRequest, WireQuickRampingResponse>;
};

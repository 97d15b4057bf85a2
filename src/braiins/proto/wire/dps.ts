import type {
  WireBooleanConstraint,
  WireDurationConstraints,
  WireHashrateConstraints,
  WirePowerConstraints,
  WireUInt32Constraints,
} from './constraints';
import type { WireEnum, WireHours, WirePower, WireSaveAction, WireTeraHashrate } from './units';

export type WireDPSMode = WireEnum<'DPS_MODE_UNSPECIFIED' | 'DPS_MODE_NORMAL' | 'DPS_MODE_BOOST'>;

export interface WireDPSConfiguration {
  enabled?: boolean;
  power_step?: WirePower;
  hashrate_step?: WireTeraHashrate;
  min_power_target?: WirePower;
  min_hashrate_target?: WireTeraHashrate;
  shutdown_enabled?: boolean;
  shutdown_duration?: WireHours;
  mode?: WireDPSMode;
  on_start_target_percent?: number;
}

export interface WireDPSConstraints {
  power_step?: WirePowerConstraints;
  hashrate_step?: WireHashrateConstraints;
  min_power_target?: WirePowerConstraints;
  min_hashrate_target?: WireHashrateConstraints;
  shutdown_enabled?: WireBooleanConstraint;
  shutdown_duration?: WireDurationConstraints;
  enabled?: WireBooleanConstraint;
  mode?: WireDPSMode;
  on_start_target_percent?: WireUInt32Constraints;
}

export interface WireDPSPowerTarget {
  power_step?: WirePower;
  min_power_target?: WirePower;
}

export interface WireDPSHashrateTarget {
  hashrate_step?: WireTeraHashrate;
  min_hashrate_target?: WireTeraHashrate;
}

export interface WireDPSTarget {
  power_target?: WireDPSPowerTarget;
  hashrate_target?: WireDPSHashrateTarget;
}

export interface WireSetDPSRequest {
  save_action?: WireSaveAction;
  enable?: boolean;
  enable_shutdown?: boolean;
  shutdown_duration?: WireHours;
  target?: WireDPSTarget;
  mode?: WireDPSMode;
  on_start_target_percent?: number;
}

export interface WireSetDPSResponse {
  enabled?: boolean;
  shutdown_enabled?: boolean;
  shutdown_duration?: WireHours;
  power_target?: WireDPSPowerTarget;
  hashrate_target?: WireDPSHashrateTarget;
  mode?: WireDPSMode;
  on_start_target_percent?: number;
}

import type { MethodDefinition } from '@grpc/grpc-js';
import type { WireDoubleConstraints, WireTemperatureConstraints, WireUInt32Constraints } from './constraints';
import type { WireEmpty, WireEnum, WireSaveAction, WireTemperature } from './units';

export type WireSensorLocation = WireEnum<
  'SENSOR_LOCATION_UNSPECIFIED' | 'SENSOR_LOCATION_CHIP' | 'SENSOR_LOCATION_PCB'
>;

export interface WireTemperatureSensor {
  id?: number;
  location?: WireSensorLocation;
  temperature?: WireTemperature;
}

export interface WireFanState {
  position?: number;
  rpm?: number;
  target_speed_ratio?: number;
}

export interface WireGetCoolingStateResponse {
  fans?: readonly WireFanState[];
  highest_temperature?: WireTemperatureSensor;
}

export type WireFanPauseMode = WireEnum<'FAN_PAUSE_MODE_UNSPECIFIED' | 'FAN_PAUSE_MODE_AUTO' | 'FAN_PAUSE_MODE_MANUAL'>;

export type WireFanPauseRuntime = WireEnum<
  'FAN_PAUSE_RUNTIME_UNSPECIFIED' | 'FAN_PAUSE_RUNTIME_LIMITED' | 'FAN_PAUSE_RUNTIME_INDEFINITE'
>;

export interface WireManualPauseMode {
  pause_cooldown_fan_speed_ratio?: number;
  fan_pause_runtime?: WireFanPauseRuntime;
}

export interface WirePauseMode {
  auto?: WireEmpty;
  manual?: WireManualPauseMode;
}

export type WireCoolingMode = WireEnum<
  | 'COOLING_MODE_UNSPECIFIED'
  | 'COOLING_MODE_AUTO'
  | 'COOLING_MODE_MANUAL'
  | 'COOLING_MODE_DISABLED'
  | 'COOLING_MODE_IMMERSION'
  | 'COOLING_MODE_HYDRO'
>;

export interface WireCoolingAutoMode {
  target_temperature?: WireTemperature;
  hot_temperature?: WireTemperature;
  dangerous_temperature?: WireTemperature;
  min_fan_speed?: number;
  max_fan_speed?: number;
  minimum_required_fans?: number;
  pause_mode?: WirePauseMode;
}

export interface WireCoolingManualMode {
  fan_speed_ratio?: number;
  hot_temperature?: WireTemperature;
  dangerous_temperature?: WireTemperature;
  target_temperature?: WireTemperature;
  minimum_required_fans?: number;
  pause_mode?: WirePauseMode;
}

/** @deprecated by the protocol; older miners still send it. */
export interface WireCoolingDisabledMode {
  fan_speed_ratio?: number;
}

export interface WireCoolingImmersionMode {
  hot_temperature?: WireTemperature;
  dangerous_temperature?: WireTemperature;
  target_temperature?: WireTemperature;
}

export interface WireCoolingHydroMode {
  hot_temperature?: WireTemperature;
  dangerous_temperature?: WireTemperature;
  target_temperature?: WireTemperature;
}

export interface WireSetCoolingModeRequest {
  save_action?: WireSaveAction;
  auto?: WireCoolingAutoMode;
  manual?: WireCoolingManualMode;
  immersion?: WireCoolingImmersionMode;
  hydro?: WireCoolingHydroMode;
}

export interface WireSetCoolingModeResponse {
  auto?: WireCoolingAutoMode;
  manual?: WireCoolingManualMode;
  immersion?: WireCoolingImmersionMode;
  hydro?: WireCoolingHydroMode;
}

export interface WireSetImmersionModeRequest {
  save_action?: WireSaveAction;
  enable_immersion_mode?: boolean;
}

export interface WireSetImmersionModeResponse {
  immersion_mode?: boolean;
}

export interface WireCoolingConfiguration {
  minimum_required_fans?: number;
  auto?: WireCoolingAutoMode;
  manual?: WireCoolingManualMode;
  disabled?: WireCoolingDisabledMode;
  immersion?: WireCoolingImmersionMode;
  hydro?: WireCoolingHydroMode;
}

export interface WireCoolingConstraints {
  default_cooling_mode?: WireCoolingMode;
  target_temperature?: WireTemperatureConstraints;
  hot_temperature?: WireTemperatureConstraints;
  dangerous_temperature?: WireTemperatureConstraints;
  fan_speed_ratio?: WireDoubleConstraints;
  minimum_required_fans?: WireUInt32Constraints;
  min_fan_speed?: WireUInt32Constraints;
  max_fan_speed?: WireUInt32Constraints;
  pause_cooldown_fan_speed_ratio?: WireDoubleConstraints;
  default_fan_pause_mode?: WireFanPauseMode;
  default_fan_pause_runtime?: WireFanPauseRuntime;
  fan_pause_runtime_limited_duration_s?: number;
}

export type CoolingMethods = {
  readonly GetCoolingState: MethodDefinition<WireEmpty, WireGetCoolingStateResponse>;
  readonly SetImmersionMode: MethodDefinition<WireSetImmersionModeRequest, WireSetImmersionModeResponse>;
  readonly SetCoolingMode: MethodDefinition<WireSetCoolingModeRequest, WireSetCoolingModeResponse>;
};

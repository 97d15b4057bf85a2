import type { WireFrequency, WireHours, WirePower, WireTemperature, WireTeraHashrate, WireVoltage } from './units';

export interface WireUInt32Constraints {
  default?: number;
  min?: number;
  max?: number;
}

export interface WireDoubleConstraints {
  default?: number;
  min?: number;
  max?: number;
}

export interface WirePowerConstraints {
  default?: WirePower;
  min?: WirePower;
  max?: WirePower;
}

export interface WireHashrateConstraints {
  default?: WireTeraHashrate;
  min?: WireTeraHashrate;
  max?: WireTeraHashrate;
}

export interface WireTemperatureConstraints {
  default?: WireTemperature;
  min?: WireTemperature;
  max?: WireTemperature;
}

export interface WireBooleanConstraint {
  default?: boolean;
}

export interface WireDurationConstraints {
  default?: WireHours;
  min?: WireHours;
  max?: WireHours;
}

export interface WireFrequencyConstraints {
  default?: WireFrequency;
  min?: WireFrequency;
  max?: WireFrequency;
}

export interface WireVoltageConstraints {
  default?: WireVoltage;
  min?: WireVoltage;
  max?: WireVoltage;
}

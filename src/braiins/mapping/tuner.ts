import type {
  EfficiencyPoint,
  HashrateProfile,
  PowerProfile,
  TunedProfiles,
  TunerConfig,
  TunerMode,
  TunerStateName,
  TunerStatus,
} from '../../fleet/minerPerformance';
import type {
  WireGetMinerEfficiencyProfileResponse,
  WireGetTunerStateResponse,
  WireHashrateTargetProfile,
  WireListTargetProfilesResponse,
  WireMinerEfficiencyPoint,
  WirePowerTargetProfile,
  WireTunerConfiguration,
} from '../proto/wire/tuner';
import { nameOf } from './enums';
import {
  anyKnown,
  celsius,
  finite,
  flag,
  hertz,
  isoTime,
  known,
  list,
  targetTerahash,
  terahash,
  volts,
  watts,
} from './values';

export const TUNER_MODES = {
  power: 'TUNER_MODE_POWER_TARGET',
  hashrate: 'TUNER_MODE_HASHRATE_TARGET',
} as const satisfies Record<TunerMode, string>;

const TUNER_STATES = {
  disabled: 'TUNER_STATE_DISABLED',
  stable: 'TUNER_STATE_STABLE',
  tuning: 'TUNER_STATE_TUNING',
  error: 'TUNER_STATE_ERROR',
  continuous: 'TUNER_STATE_CONTINUOUS',
  preheat: 'TUNER_STATE_PREHEAT',
} as const satisfies Record<TunerStateName, string>;

export function toTunerConfig(wire: WireTunerConfiguration | undefined): TunerConfig | undefined {
  return anyKnown<TunerConfig>({
    enabled: flag(wire?.enabled),
    mode: nameOf(TUNER_MODES, wire?.tuner_mode),
    powerTargetW: watts(wire?.power_target),
    hashrateTargetThs: targetTerahash(wire?.hashrate_target),
  });
}

export function toTunerStatus(wire: WireGetTunerStateResponse): TunerStatus {
  const { power_target_mode_state: power, hashrate_target_mode_state: hashrate } = wire;
  return known<TunerStatus>({
    state: nameOf(TUNER_STATES, wire.overall_tuner_state),
    mode: power !== undefined ? 'power' : hashrate !== undefined ? 'hashrate' : undefined,
    powerTargetW: watts(power?.current_target),
    hashrateTargetThs: targetTerahash(hashrate?.current_target),
    powerProfile: power?.profile && toPowerProfile(power.profile),
    hashrateProfile: hashrate?.profile && toHashrateProfile(hashrate.profile),
  });
}

export function toTunedProfiles(wire: WireListTargetProfilesResponse): TunedProfiles {
  return {
    power: list(wire.power_target_profiles, toPowerProfile),
    hashrate: list(wire.hashrate_target_profiles, toHashrateProfile),
  };
}

function toPowerProfile(wire: WirePowerTargetProfile): PowerProfile {
  return known<PowerProfile>({ ...found(wire), powerTargetW: watts(wire.target) });
}

function toHashrateProfile(wire: WireHashrateTargetProfile): HashrateProfile {
  return known<HashrateProfile>({ ...found(wire), hashrateTargetThs: targetTerahash(wire.target) });
}

function found(wire: Omit<WirePowerTargetProfile, 'target'>) {
  return {
    created: isoTime(wire.created),
    measuredHashrateThs: terahash(wire.measured_hashrate),
    estimatedPowerW: watts(wire.estimated_power_consumption),
  };
}

export function toEfficiencyProfile(wire: WireGetMinerEfficiencyProfileResponse): EfficiencyPoint[] {
  return list(wire.points, toEfficiencyPoint);
}

function toEfficiencyPoint(wire: WireMinerEfficiencyPoint): EfficiencyPoint {
  return known<EfficiencyPoint>({
    quality: finite(wire.quality),
    powerTargetW: watts(wire.power_target),
    powerW: watts(wire.consumption),
    fanSpeedPercent: finite(wire.fan_speed),
    outletTempC: celsius(wire.outlet_temp),
    ambientTempC: celsius(wire.ambient_temp),
    hashrateThs: targetTerahash(wire.hashrate),
    frequencyHz: hertz(wire.frequency),
    voltageV: volts(wire.voltage),
  });
}

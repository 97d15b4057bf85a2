import type {
  CoolingConstraints,
  DpsConstraints,
  HashboardConstraints,
  MinerConstraints,
  Range,
  TunerConstraints,
} from '../../fleet/minerConstraints';
import type { WireGetConstraintsResponse } from '../proto/wire/configuration';
import type { WireBooleanConstraint } from '../proto/wire/constraints';
import type { WireCoolingConstraints } from '../proto/wire/cooling';
import type { WireDPSConstraints } from '../proto/wire/dps';
import type { WireHashboardConstraints } from '../proto/wire/performance';
import type { WireTunerConstraints } from '../proto/wire/tuner';
import { zeroIfAbsent } from '../proto/wire/units';
import { COOLING_MODES, FAN_PAUSE_RUNTIMES } from './cooling';
import { DPS_MODES } from './dps';
import { nameOf } from './enums';
import { TUNER_MODES } from './tuner';
import {
  anyKnown,
  celsius,
  finite,
  hertz,
  hoursToSeconds,
  known,
  list,
  targetTerahash,
  text,
  volts,
  watts,
} from './values';

const FAN_PAUSE_MODES = { auto: 'FAN_PAUSE_MODE_AUTO', manual: 'FAN_PAUSE_MODE_MANUAL' } as const;

export function toConstraints(wire: WireGetConstraintsResponse): MinerConstraints {
  return known<MinerConstraints>({
    tuner: toTunerConstraints(wire.tuner_constraints),
    cooling: toCoolingConstraints(wire.cooling_constraints),
    dps: toDpsConstraints(wire.dps_constraints),
    hashboards: toHashboardConstraints(wire.hashboards_constraints),
  });
}

function toTunerConstraints(wire: WireTunerConstraints | undefined): TunerConstraints | undefined {
  return anyKnown<TunerConstraints>({
    enabledByDefault: toDefault(wire?.enabled),
    defaultMode: nameOf(TUNER_MODES, wire?.default_mode),
    powerTargetW: toRange(wire?.power_target, watts),
    hashrateTargetThs: toRange(wire?.hashrate_target, targetTerahash),
  });
}

function toCoolingConstraints(wire: WireCoolingConstraints | undefined): CoolingConstraints | undefined {
  return anyKnown<CoolingConstraints>({
    defaultMode: nameOf(COOLING_MODES, wire?.default_cooling_mode),
    targetTempC: toRange(wire?.target_temperature, celsius),
    hotTempC: toRange(wire?.hot_temperature, celsius),
    dangerousTempC: toRange(wire?.dangerous_temperature, celsius),
    fanSpeedRatio: toRange(wire?.fan_speed_ratio, plain),
    minimumRequiredFans: toRange(wire?.minimum_required_fans, plain),
    minFanSpeedPercent: toRange(wire?.min_fan_speed, plain),
    maxFanSpeedPercent: toRange(wire?.max_fan_speed, plain),
    fanPauseSpeedRatio: toRange(wire?.pause_cooldown_fan_speed_ratio, plain),
    defaultFanPause: nameOf(FAN_PAUSE_MODES, wire?.default_fan_pause_mode),
    defaultFanPauseRuntime: nameOf(FAN_PAUSE_RUNTIMES, wire?.default_fan_pause_runtime),
    limitedFanPauseS: finite(wire?.fan_pause_runtime_limited_duration_s),
  });
}

function toDpsConstraints(wire: WireDPSConstraints | undefined): DpsConstraints | undefined {
  return anyKnown<DpsConstraints>({
    enabledByDefault: toDefault(wire?.enabled),
    defaultMode: nameOf(DPS_MODES, wire?.mode),
    powerStepW: toRange(wire?.power_step, watts),
    minPowerTargetW: toRange(wire?.min_power_target, watts),
    hashrateStepThs: toRange(wire?.hashrate_step, targetTerahash),
    minHashrateTargetThs: toRange(wire?.min_hashrate_target, targetTerahash),
    shutdownEnabledByDefault: toDefault(wire?.shutdown_enabled),
    shutdownDurationS: toRange(wire?.shutdown_duration, hoursToSeconds),
    onStartTargetPercent: toRange(wire?.on_start_target_percent, plain),
  });
}

function toHashboardConstraints(wire: WireHashboardConstraints | undefined): HashboardConstraints | undefined {
  if (wire === undefined) {
    return undefined;
  }
  return known<HashboardConstraints>({
    hashboardIds: list(wire.hashboard_ids, text).filter((id) => id !== undefined),
    enabledByDefault: toDefault(wire.enabled),
    frequencyHz: toRange(wire.frequency, hertz),
    voltageV: toRange(wire.voltage, volts),
    quickRampingS: toRange(wire.quick_ramping_time_s, plain),
  });
}

function toDefault(wire: WireBooleanConstraint | undefined): boolean | undefined {
  return wire && wire.default === true;
}

/** The three values of a constraint, each mapped; `undefined` when there is none of them. */
function toRange<W>(
  wire: { default?: W; min?: W; max?: W } | undefined,
  map: (value: W | undefined) => number | undefined,
): Range | undefined {
  return wire && anyKnown<Range>({ default: map(wire.default), min: map(wire.min), max: map(wire.max) });
}

/** A bare number of a constraint that is there: proto3 does not send zeros. */
function plain(value: number | undefined): number | undefined {
  return finite(zeroIfAbsent(value));
}

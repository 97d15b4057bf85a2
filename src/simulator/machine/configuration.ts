import type {
  WireGetConstraintsResponse,
  WireGetMinerConfigurationResponse,
} from '../../braiins/proto/wire/configuration';
import type { WireCoolingConstraints } from '../../braiins/proto/wire/cooling';
import type { WireDPSConfiguration, WireDPSConstraints } from '../../braiins/proto/wire/dps';
import type {
  WireHashboardConstraints,
  WireHashboardPerformanceConfiguration,
} from '../../braiins/proto/wire/performance';
import type { WireTunerConfiguration, WireTunerConstraints } from '../../braiins/proto/wire/tuner';
import type { MinerModelSpec } from '../models';
import { boardId } from './boardId';
import { LIMITED_FAN_RUNTIME_S, type Limits, type Range } from './limits';
import { wireByHand } from './performanceModes';
import { groupConfiguration } from './poolGroups';
import type { DpsSettings, Settings, TunerSettings } from './settings';

export function configurationMessage(settings: Settings): WireGetMinerConfigurationResponse {
  return {
    pool_groups: settings.pools.map(groupConfiguration),
    temperature: settings.cooling,
    tuner: tunerMessage(settings.tuner),
    dps: dpsMessage(settings.dps),
    hashboard_config: hashboardsMessage(settings),
  };
}

function tunerMessage({ enabled, mode, powerW, hashrateThs }: TunerSettings): WireTunerConfiguration {
  return {
    enabled,
    tuner_mode: mode === 'power' ? 'TUNER_MODE_POWER_TARGET' : 'TUNER_MODE_HASHRATE_TARGET',
    power_target: { watt: powerW },
    hashrate_target: { terahash_per_second: hashrateThs },
  };
}

function dpsMessage(dps: DpsSettings): WireDPSConfiguration {
  return {
    enabled: dps.enabled,
    power_step: { watt: dps.powerStepW },
    hashrate_step: { terahash_per_second: dps.hashrateStepThs },
    min_power_target: { watt: dps.minPowerW },
    min_hashrate_target: { terahash_per_second: dps.minHashrateThs },
    shutdown_enabled: dps.shutdownEnabled,
    shutdown_duration: { hours: dps.shutdownHours },
    mode: dps.mode,
    on_start_target_percent: dps.onStartPercent,
  };
}

function hashboardsMessage({ byHand, boardsEnabled, ramping }: Settings): WireHashboardPerformanceConfiguration {
  return {
    global_frequency: { hertz: byHand.frequencyHz },
    global_voltage: { volt: byHand.voltageV },
    hashboards: boardsEnabled.map((enabled, index) => {
      const id = boardId(index);
      return { id, enabled, ...wireByHand(byHand.boards[id] ?? {}) };
    }),
    quick_ramping_time_up_s: ramping.upS,
    quick_ramping_time_down_s: ramping.downS,
  };
}

export function constraintsMessage(model: MinerModelSpec, limits: Limits): WireGetConstraintsResponse {
  return {
    tuner_constraints: tunerConstraints(limits),
    cooling_constraints: coolingConstraints(model, limits),
    dps_constraints: dpsConstraints(limits),
    hashboards_constraints: hashboardConstraints(model, limits),
  };
}

function tunerConstraints(limits: Limits): WireTunerConstraints {
  return {
    power_target: inUnit(limits.powerW, watt),
    hashrate_target: inUnit(limits.hashrateThs, terahash),
    enabled: { default: true },
    default_mode: 'TUNER_MODE_POWER_TARGET',
  };
}

function coolingConstraints({ hydro }: MinerModelSpec, limits: Limits): WireCoolingConstraints {
  return {
    default_cooling_mode: hydro ? 'COOLING_MODE_HYDRO' : 'COOLING_MODE_AUTO',
    target_temperature: inUnit(limits.targetC, celsius),
    hot_temperature: inUnit(limits.hotC, celsius),
    dangerous_temperature: inUnit(limits.dangerousC, celsius),
    ...(!hydro && {
      fan_speed_ratio: limits.fanRatio,
      minimum_required_fans: limits.requiredFans,
      min_fan_speed: limits.minFanPercent,
      max_fan_speed: limits.maxFanPercent,
      pause_cooldown_fan_speed_ratio: limits.pauseFanRatio,
      default_fan_pause_mode: 'FAN_PAUSE_MODE_AUTO',
      default_fan_pause_runtime: 'FAN_PAUSE_RUNTIME_LIMITED',
      fan_pause_runtime_limited_duration_s: LIMITED_FAN_RUNTIME_S,
    }),
  };
}

function dpsConstraints(limits: Limits): WireDPSConstraints {
  return {
    power_step: inUnit(limits.powerStepW, watt),
    hashrate_step: inUnit(limits.hashrateStepThs, terahash),
    min_power_target: inUnit(limits.minPowerW, watt),
    min_hashrate_target: inUnit(limits.minHashrateThs, terahash),
    shutdown_enabled: { default: false },
    shutdown_duration: inUnit(limits.shutdownHours, (hours) => ({ hours })),
    enabled: { default: false },
    mode: 'DPS_MODE_NORMAL',
    on_start_target_percent: limits.onStartPercent,
  };
}

function hashboardConstraints({ boards }: MinerModelSpec, limits: Limits): WireHashboardConstraints {
  return {
    hashboard_ids: Array.from({ length: boards }, (_, index) => boardId(index)),
    enabled: { default: true },
    frequency: inUnit(limits.frequencyHz, (hertz) => ({ hertz })),
    voltage: inUnit(limits.voltageV, (volt) => ({ volt })),
    quick_ramping_time_s: limits.rampS,
  };
}

function inUnit<Unit>(range: Range, unit: (value: number) => Unit): { default: Unit; min: Unit; max: Unit } {
  return { default: unit(range.default), min: unit(range.min), max: unit(range.max) };
}

function watt(value: number) {
  return { watt: value };
}

function terahash(value: number) {
  return { terahash_per_second: value };
}

function celsius(value: number) {
  return { degree_c: value };
}

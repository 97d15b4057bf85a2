import type {
  WireCoolingAutoMode,
  WireCoolingImmersionMode,
  WireCoolingManualMode,
  WirePauseMode,
} from '../../braiins/proto/wire/cooling';
import type { WireTemperature } from '../../braiins/proto/wire/units';
import type { MinerModelSpec } from '../models';
import { invalid } from '../refusal';
import { type Limits, within } from './limits';
import type { CoolingSettings } from './settings';

type Temperatures = Required<WireCoolingImmersionMode>;

export function defaultCooling(model: MinerModelSpec, limits: Limits): CoolingSettings {
  return model.hydro ? { hydro: temperatures({}, limits) } : { auto: autoMode({}, limits) };
}

/** Cooling in a bath, with the usual temperatures. */
export function immersion(limits: Limits): CoolingSettings {
  return { immersion: temperatures({}, limits) };
}

/**
 * What a request makes of cooling; what it leaves out becomes the default.
 *
 * @throws {Refusal} when it names no mode, one that the machine is not built for, or values out of range.
 */
export function toCooling(wire: CoolingSettings, model: MinerModelSpec, limits: Limits): CoolingSettings {
  if (wire.hydro !== undefined && !model.hydro) {
    throw invalid('hydro is not possible: the machine is cooled by air.');
  }
  if (wire.hydro === undefined && model.hydro) {
    throw invalid('The machine is cooled by water: its only mode is hydro.');
  }
  if (wire.auto !== undefined) {
    return { auto: autoMode(wire.auto, limits) };
  }
  if (wire.manual !== undefined) {
    return { manual: manualMode(wire.manual, limits) };
  }
  if (wire.immersion !== undefined) {
    return { immersion: temperatures(wire.immersion, limits) };
  }
  if (wire.hydro !== undefined) {
    return { hydro: temperatures(wire.hydro, limits) };
  }
  throw invalid('mode is missing: one of auto, manual, immersion and hydro.');
}

function autoMode(wire: WireCoolingAutoMode, limits: Limits): WireCoolingAutoMode {
  const min = within('min_fan_speed', wire.min_fan_speed ?? limits.minFanPercent.default, limits.minFanPercent, ' %');
  const max = within('max_fan_speed', wire.max_fan_speed ?? limits.maxFanPercent.default, limits.maxFanPercent, ' %');
  if (min > max) {
    throw invalid(`min_fan_speed is ${min} %, which is above max_fan_speed, ${max} %.`);
  }
  return {
    ...temperatures(wire, limits),
    min_fan_speed: min,
    max_fan_speed: max,
    minimum_required_fans: requiredFans(wire.minimum_required_fans, limits),
    pause_mode: pauseMode(wire.pause_mode, limits),
  };
}

function manualMode(wire: WireCoolingManualMode, limits: Limits): WireCoolingManualMode {
  const ratio = wire.fan_speed_ratio ?? limits.fanRatio.default;
  return {
    ...temperatures(wire, limits),
    fan_speed_ratio: within('fan_speed_ratio', ratio, limits.fanRatio, ''),
    minimum_required_fans: requiredFans(wire.minimum_required_fans, limits),
    pause_mode: pauseMode(wire.pause_mode, limits),
  };
}

function requiredFans(value: number | undefined, limits: Limits): number {
  return within('minimum_required_fans', value ?? limits.requiredFans.default, limits.requiredFans, '');
}

function pauseMode(wire: WirePauseMode | undefined, limits: Limits): WirePauseMode {
  if (wire?.manual === undefined) {
    return { auto: {} };
  }
  const { pause_cooldown_fan_speed_ratio: ratio = limits.pauseFanRatio.default, fan_pause_runtime: runtime } =
    wire.manual;
  return {
    manual: {
      pause_cooldown_fan_speed_ratio: within('pause_cooldown_fan_speed_ratio', ratio, limits.pauseFanRatio, ''),
      fan_pause_runtime:
        runtime === 'FAN_PAUSE_RUNTIME_INDEFINITE' ? 'FAN_PAUSE_RUNTIME_INDEFINITE' : 'FAN_PAUSE_RUNTIME_LIMITED',
    },
  };
}

function temperatures(wire: WireCoolingImmersionMode, limits: Limits): Temperatures {
  const target = celsius('target_temperature', wire.target_temperature, limits.targetC);
  const hot = celsius('hot_temperature', wire.hot_temperature, limits.hotC);
  const dangerous = celsius('dangerous_temperature', wire.dangerous_temperature, limits.dangerousC);
  if (!(target <= hot && hot <= dangerous)) {
    throw invalid(
      `Temperatures have to go up from target over hot to dangerous, and are ${target}, ${hot} and ${dangerous} °C.`,
    );
  }
  return {
    target_temperature: { degree_c: target },
    hot_temperature: { degree_c: hot },
    dangerous_temperature: { degree_c: dangerous },
  };
}

function celsius(what: string, wire: WireTemperature | undefined, range: Limits['targetC']): number {
  return within(what, wire === undefined ? range.default : (wire.degree_c ?? 0), range, ' °C');
}

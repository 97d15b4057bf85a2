import type {
  AutoCooling,
  CoolingConfig,
  CoolingMode,
  CoolingModeName,
  Fan,
  FanPause,
  FanPauseRuntime,
  ManualCooling,
  MinerCooling,
  SensorLocation,
} from '../../fleet/minerCooling';
import type {
  WireCoolingAutoMode,
  WireCoolingConfiguration,
  WireCoolingManualMode,
  WireFanState,
  WireGetCoolingStateResponse,
  WirePauseMode,
  WireSetCoolingModeRequest,
} from '../proto/wire/cooling';
import { type WireTemperature, zeroIfAbsent } from '../proto/wire/units';
import { nameOf } from './enums';
import { checkedInteger, optional, wireCelsius, wireRatio } from './requests';
import { celsius, finite, known, list } from './values';

const SENSOR_LOCATIONS = {
  chip: 'SENSOR_LOCATION_CHIP',
  board: 'SENSOR_LOCATION_PCB',
} as const satisfies Record<SensorLocation, string>;

export const COOLING_MODES = {
  auto: 'COOLING_MODE_AUTO',
  manual: 'COOLING_MODE_MANUAL',
  disabled: 'COOLING_MODE_DISABLED',
  immersion: 'COOLING_MODE_IMMERSION',
  hydro: 'COOLING_MODE_HYDRO',
} as const satisfies Record<CoolingModeName, string>;

export const FAN_PAUSE_RUNTIMES = {
  limited: 'FAN_PAUSE_RUNTIME_LIMITED',
  indefinite: 'FAN_PAUSE_RUNTIME_INDEFINITE',
} as const satisfies Record<FanPauseRuntime, string>;

export function toCooling(wire: WireGetCoolingStateResponse): MinerCooling {
  const highest = wire.highest_temperature;
  return known<MinerCooling>({
    fans: list(wire.fans, toFan),
    highestTempC: celsius(highest?.temperature),
    highestTempLocation: nameOf(SENSOR_LOCATIONS, highest?.location),
    highestTempSensorId: finite(highest?.id),
  });
}

/** Every fan has its turns, and proto3 does not send a zero: a fan without them stands still. */
function toFan(wire: WireFanState): Fan {
  return known<Fan>({
    position: finite(wire.position),
    rpm: finite(zeroIfAbsent(wire.rpm)) ?? 0,
    targetSpeedRatio: finite(wire.target_speed_ratio),
  });
}

export function toCoolingConfig(wire: WireCoolingConfiguration | undefined): CoolingConfig | undefined {
  if (wire?.disabled !== undefined) {
    return known<CoolingConfig>({ mode: 'disabled', fanSpeedRatio: finite(wire.disabled.fan_speed_ratio) });
  }
  return toCoolingMode(wire, finite(wire?.minimum_required_fans));
}

/** @param minimumRequiredFans of older firmware, which has it beside the mode. */
export function toCoolingMode(
  wire: Omit<WireCoolingConfiguration, 'disabled'> | undefined,
  minimumRequiredFans?: number,
): CoolingMode | undefined {
  const { auto, manual, immersion, hydro } = wire ?? {};
  if (auto !== undefined) {
    return known<AutoCooling>({
      mode: 'auto',
      ...temperatures(auto),
      minFanSpeedPercent: finite(auto.min_fan_speed),
      maxFanSpeedPercent: finite(auto.max_fan_speed),
      minimumRequiredFans: finite(auto.minimum_required_fans) ?? minimumRequiredFans,
      fanPause: toFanPause(auto.pause_mode),
    });
  }
  if (manual !== undefined) {
    return known<ManualCooling>({
      mode: 'manual',
      ...temperatures(manual),
      fanSpeedRatio: finite(manual.fan_speed_ratio),
      minimumRequiredFans: finite(manual.minimum_required_fans) ?? minimumRequiredFans,
      fanPause: toFanPause(manual.pause_mode),
    });
  }
  if (immersion !== undefined) {
    return known<CoolingMode>({ mode: 'immersion', ...temperatures(immersion) });
  }
  return hydro === undefined ? undefined : known<CoolingMode>({ mode: 'hydro', ...temperatures(hydro) });
}

interface WireTemperatures {
  target_temperature?: WireTemperature;
  hot_temperature?: WireTemperature;
  dangerous_temperature?: WireTemperature;
}

function temperatures(wire: WireTemperatures) {
  return {
    targetTempC: celsius(wire.target_temperature),
    hotTempC: celsius(wire.hot_temperature),
    dangerousTempC: celsius(wire.dangerous_temperature),
  };
}

function toFanPause(wire: WirePauseMode | undefined): FanPause | undefined {
  if (wire?.manual === undefined) {
    return wire?.auto === undefined ? undefined : { type: 'auto' };
  }
  return known<FanPause>({
    type: 'manual',
    speedRatio: finite(wire.manual.pause_cooldown_fan_speed_ratio),
    runtime: nameOf(FAN_PAUSE_RUNTIMES, wire.manual.fan_pause_runtime),
  });
}

export function wireCoolingMode(mode: CoolingMode): Omit<WireSetCoolingModeRequest, 'save_action'> {
  const limits = known<WireTemperatures>({
    target_temperature: optional(mode.targetTempC, (value) => wireCelsius('The target temperature', value)),
    hot_temperature: optional(mode.hotTempC, (value) => wireCelsius('The hot temperature', value)),
    dangerous_temperature: optional(mode.dangerousTempC, (value) => wireCelsius('The dangerous temperature', value)),
  });
  switch (mode.mode) {
    case 'auto':
      return {
        auto: known<WireCoolingAutoMode>({
          ...limits,
          min_fan_speed: optional(mode.minFanSpeedPercent, (value) => percent('The least fan speed', value)),
          max_fan_speed: optional(mode.maxFanSpeedPercent, (value) => percent('The greatest fan speed', value)),
          minimum_required_fans: optional(mode.minimumRequiredFans, fanCount),
          pause_mode: optional(mode.fanPause, wireFanPause),
        }),
      };
    case 'manual':
      return {
        manual: known<WireCoolingManualMode>({
          ...limits,
          fan_speed_ratio: optional(mode.fanSpeedRatio, (value) => wireRatio('The fan speed', value)),
          minimum_required_fans: optional(mode.minimumRequiredFans, fanCount),
          pause_mode: optional(mode.fanPause, wireFanPause),
        }),
      };
    case 'immersion':
      return { immersion: limits };
    case 'hydro':
      return { hydro: limits };
  }
}

function wireFanPause(pause: FanPause): WirePauseMode {
  if (pause.type === 'auto') {
    return { auto: {} };
  }
  return {
    manual: known<NonNullable<WirePauseMode['manual']>>({
      pause_cooldown_fan_speed_ratio: optional(pause.speedRatio, (value) =>
        wireRatio('The fan speed of a paused miner', value),
      ),
      fan_pause_runtime: optional(pause.runtime, (runtime) => FAN_PAUSE_RUNTIMES[runtime]),
    }),
  };
}

function percent(what: string, value: number): number {
  return checkedInteger(`${what} in per cent`, value, 0, 100);
}

function fanCount(value: number): number {
  return checkedInteger('The number of fans that have to turn', value);
}

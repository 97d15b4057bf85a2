import type {
  HashboardConfig,
  HashboardsConfig,
  PerformanceMode,
  QuickRamping,
  TargetReference,
} from '../../fleet/minerPerformance';
import type {
  WireHashboardConfig,
  WireHashboardPerformanceConfiguration,
  WireHashboardPerformanceSettings,
  WireManualPerformanceMode,
  WirePerformanceMode,
  WireQuickRampingResponse,
} from '../proto/wire/performance';
import { zeroIfAbsent } from '../proto/wire/units';
import { checkedInteger, checkedText, optional, wireHertz, wireTerahash, wireVolts, wireWatts } from './requests';
import { finite, flag, hertz, known, list, targetTerahash, text, volts, watts } from './values';

export const TARGET_REFERENCES = {
  nominal: 'RELATIVE_TARGET_REFERENCE_NOMINAL',
  min: 'RELATIVE_TARGET_REFERENCE_MIN',
  max: 'RELATIVE_TARGET_REFERENCE_MAX',
  current: 'RELATIVE_TARGET_REFERENCE_CURRENT',
} as const satisfies Record<TargetReference, string>;

export function toHashboardsConfig(
  wire: WireHashboardPerformanceConfiguration | undefined,
): HashboardsConfig | undefined {
  if (wire === undefined) {
    return undefined;
  }
  return known<HashboardsConfig>({
    frequencyHz: hertz(wire.global_frequency),
    voltageV: volts(wire.global_voltage),
    hashboards: list(wire.hashboards, toHashboardConfig),
    quickRampingUpS: finite(wire.quick_ramping_time_up_s),
    quickRampingDownS: finite(wire.quick_ramping_time_down_s),
  });
}

function toHashboardConfig(wire: WireHashboardConfig): HashboardConfig {
  return known<HashboardConfig>({
    id: text(wire.id),
    enabled: flag(wire.enabled),
    frequencyHz: hertz(wire.frequency),
    voltageV: volts(wire.voltage),
  });
}

export function toPerformanceMode(wire: WirePerformanceMode): PerformanceMode | undefined {
  const { manual_mode: manual, tuner_mode: tuner } = wire;
  if (manual !== undefined) {
    return known<PerformanceMode>({
      type: 'manual',
      frequencyHz: hertz(manual.global_frequency),
      voltageV: volts(manual.global_voltage),
      hashboards: list(manual.hashboards, toHashboardConfig),
    });
  }
  if (tuner?.power_target !== undefined) {
    return known<PerformanceMode>({ type: 'power-target', powerTargetW: watts(tuner.power_target.power_target) });
  }
  if (tuner?.hashrate_target !== undefined) {
    const hashrateTargetThs = targetTerahash(tuner.hashrate_target.hashrate_target);
    return known<PerformanceMode>({ type: 'hashrate-target', hashrateTargetThs });
  }
  return undefined;
}

export function wirePerformanceMode(mode: PerformanceMode): WirePerformanceMode {
  switch (mode.type) {
    case 'manual':
      return {
        manual_mode: known<WireManualPerformanceMode>({
          global_frequency: optional(mode.frequencyHz, (value) => wireHertz('The frequency', value)),
          global_voltage: optional(mode.voltageV, (value) => wireVolts('The voltage', value)),
          hashboards: mode.hashboards.map(wireHashboard),
        }),
      };
    case 'power-target': {
      const target = optional(mode.powerTargetW, (value) => wireWatts('The power target', value));
      return { tuner_mode: { power_target: target === undefined ? {} : { power_target: target } } };
    }
    case 'hashrate-target': {
      const target = optional(mode.hashrateTargetThs, (value) => wireTerahash('The hashrate target', value));
      return { tuner_mode: { hashrate_target: target === undefined ? {} : { hashrate_target: target } } };
    }
  }
}

function wireHashboard(board: Omit<HashboardConfig, 'enabled'>): WireHashboardPerformanceSettings {
  return known<WireHashboardPerformanceSettings>({
    id: checkedText('The id of a hashboard', board.id ?? ''),
    frequency: optional(board.frequencyHz, (value) => wireHertz(`The frequency of hashboard ${board.id}`, value)),
    voltage: optional(board.voltageV, (value) => wireVolts(`The voltage of hashboard ${board.id}`, value)),
  });
}

/** Both times are in every answer, and proto3 does not send zeros. */
export function toQuickRamping(wire: WireQuickRampingResponse): QuickRamping {
  return { upS: finite(zeroIfAbsent(wire.up_s)) ?? 0, downS: finite(zeroIfAbsent(wire.down_s)) ?? 0 };
}

export function wireQuickRamping({ upS, downS }: QuickRamping): { up_s: number; down_s: number } {
  return {
    up_s: checkedInteger('The time to ramp up in s', upS),
    down_s: checkedInteger('The time to ramp down in s', downS),
  };
}

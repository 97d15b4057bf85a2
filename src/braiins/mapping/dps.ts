import type { DpsChange, DpsConfig, DpsMode } from '../../fleet/minerPerformance';
import type { WireDPSConfiguration, WireDPSTarget, WireSetDPSRequest, WireSetDPSResponse } from '../proto/wire/dps';
import { nameOf } from './enums';
import { checkedInteger, optional, wireHours, wireTerahash, wireWatts } from './requests';
import { anyKnown, finite, flag, hoursToSeconds, known, targetTerahash, watts } from './values';

export const DPS_MODES = {
  normal: 'DPS_MODE_NORMAL',
  boost: 'DPS_MODE_BOOST',
} as const satisfies Record<DpsMode, string>;

export function toDpsConfig(wire: WireDPSConfiguration | undefined): DpsConfig | undefined {
  return anyKnown<DpsConfig>({
    ...switches(wire),
    powerStepW: watts(wire?.power_step),
    minPowerTargetW: watts(wire?.min_power_target),
    hashrateStepThs: targetTerahash(wire?.hashrate_step),
    minHashrateTargetThs: targetTerahash(wire?.min_hashrate_target),
  });
}

/** What the miner answers to a change: the same, in other messages. */
export function toChangedDps(wire: WireSetDPSResponse): DpsConfig {
  return known<DpsConfig>({
    ...switches(wire),
    powerStepW: watts(wire.power_target?.power_step),
    minPowerTargetW: watts(wire.power_target?.min_power_target),
    hashrateStepThs: targetTerahash(wire.hashrate_target?.hashrate_step),
    minHashrateTargetThs: targetTerahash(wire.hashrate_target?.min_hashrate_target),
  });
}

function switches(wire: Omit<WireSetDPSResponse, 'power_target' | 'hashrate_target'> | undefined) {
  return {
    enabled: flag(wire?.enabled),
    mode: nameOf(DPS_MODES, wire?.mode),
    shutdownEnabled: flag(wire?.shutdown_enabled),
    shutdownDurationS: hoursToSeconds(wire?.shutdown_duration),
    onStartTargetPercent: finite(wire?.on_start_target_percent),
  };
}

export function wireDps(change: DpsChange): Omit<WireSetDPSRequest, 'save_action'> {
  return known<Omit<WireSetDPSRequest, 'save_action'>>({
    enable: change.enabled,
    enable_shutdown: change.shutdownEnabled,
    shutdown_duration: optional(change.shutdownDurationS, (value) => wireHours('The duration of a shutdown', value)),
    target: optional(change.target, wireTarget),
    mode: optional(change.mode, (mode) => DPS_MODES[mode]),
    on_start_target_percent: optional(change.onStartTargetPercent, (value) =>
      checkedInteger('The target on start in per cent', value),
    ),
  });
}

function wireTarget(target: NonNullable<DpsChange['target']>): WireDPSTarget {
  if (target.type === 'power') {
    return {
      power_target: {
        power_step: wireWatts('The power step', target.powerStepW),
        min_power_target: wireWatts('The least power target', target.minPowerTargetW),
      },
    };
  }
  return {
    hashrate_target: {
      hashrate_step: wireTerahash('The hashrate step', target.hashrateStepThs),
      min_hashrate_target: wireTerahash('The least hashrate target', target.minHashrateTargetThs),
    },
  };
}

import type { WireSetDPSRequest, WireSetDPSResponse } from '../../braiins/proto/wire/dps';
import { invalid } from '../refusal';
import { within } from './limits';
import type { DpsSettings } from './settings';
import type { SettingsStore } from './settingsStore';
import { terahash, watts } from './targets';

/** Dynamic performance scaling, as it is configured. */
export class DynamicScaling {
  constructor(private readonly store: SettingsStore) {}

  /** What the request leaves out stays as it is. */
  set(request: WireSetDPSRequest): WireSetDPSResponse {
    const { dps } = this.store.change(request.save_action, (saved) => ({ dps: this.toDps(request, saved.dps) }));
    return {
      enabled: dps.enabled,
      shutdown_enabled: dps.shutdownEnabled,
      shutdown_duration: { hours: dps.shutdownHours },
      // The one that goes with what the request was about.
      ...(request.target?.hashrate_target === undefined
        ? { power_target: { power_step: { watt: dps.powerStepW }, min_power_target: { watt: dps.minPowerW } } }
        : {
            hashrate_target: {
              hashrate_step: { terahash_per_second: dps.hashrateStepThs },
              min_hashrate_target: { terahash_per_second: dps.minHashrateThs },
            },
          }),
      mode: dps.mode,
      on_start_target_percent: dps.onStartPercent,
    };
  }

  private toDps(request: WireSetDPSRequest, saved: DpsSettings): DpsSettings {
    const { limits } = this.store;
    if (request.mode === 'DPS_MODE_UNSPECIFIED' || typeof request.mode === 'number') {
      throw invalid('mode is neither DPS_MODE_NORMAL nor DPS_MODE_BOOST.');
    }
    const hours =
      request.shutdown_duration === undefined ? saved.shutdownHours : (request.shutdown_duration.hours ?? 0);
    const percent = request.on_start_target_percent ?? saved.onStartPercent;
    return {
      ...saved,
      ...this.toTarget(request),
      enabled: request.enable ?? saved.enabled,
      mode: request.mode ?? saved.mode,
      shutdownEnabled: request.enable_shutdown ?? saved.shutdownEnabled,
      shutdownHours: within('shutdown_duration', hours, limits.shutdownHours, ' h'),
      onStartPercent: within('on_start_target_percent', percent, limits.onStartPercent, ' %'),
    };
  }

  private toTarget({ target }: WireSetDPSRequest): Partial<DpsSettings> {
    const { limits } = this.store;
    if (target?.power_target !== undefined) {
      const { power_step: step, min_power_target: min } = target.power_target;
      return {
        powerStepW: within('power_step', watts('power_step', step), limits.powerStepW, ' W'),
        minPowerW: within('min_power_target', watts('min_power_target', min), limits.minPowerW, ' W'),
      };
    }
    if (target?.hashrate_target !== undefined) {
      const { hashrate_step: step, min_hashrate_target: min } = target.hashrate_target;
      const minThs = terahash('min_hashrate_target', min);
      return {
        hashrateStepThs: within('hashrate_step', terahash('hashrate_step', step), limits.hashrateStepThs, ' TH/s'),
        minHashrateThs: within('min_hashrate_target', minThs, limits.minHashrateThs, ' TH/s'),
      };
    }
    return {};
  }
}

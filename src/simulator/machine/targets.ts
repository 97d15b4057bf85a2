import type {
  WireDecrementHashrateTargetRequest,
  WireDecrementPowerTargetRequest,
  WireIncrementHashrateTargetRequest,
  WireIncrementPowerTargetRequest,
  WireSaveActionRequest,
  WireSetHashrateTargetRequest,
  WireSetHashrateTargetResponse,
  WireSetPowerTargetRequest,
  WireSetPowerTargetResponse,
  WireSetRelativeTargetRequest,
} from '../../braiins/proto/wire/performance';
import type { WirePower, WireSaveAction, WireTeraHashrate } from '../../braiins/proto/wire/units';
import { invalid } from '../refusal';
import { type Range, within } from './limits';
import { round } from './rounding';
import type { SettingsStore } from './settingsStore';

/** The tuner's targets. Setting one of them has the tuner work towards it, whatever it did before. */
export class Targets {
  constructor(private readonly store: SettingsStore) {}

  setPower({ save_action, power_target }: WireSetPowerTargetRequest): WireSetPowerTargetResponse {
    return this.aimAtPower(save_action, watts('power_target', power_target));
  }

  incrementPower({ save_action, power_target_increment: by }: WireIncrementPowerTargetRequest) {
    return this.aimAtPower(save_action, this.powerW + watts('power_target_increment', by));
  }

  decrementPower({ save_action, power_target_decrement: by }: WireDecrementPowerTargetRequest) {
    return this.aimAtPower(save_action, this.powerW - watts('power_target_decrement', by));
  }

  setRelativePower(request: WireSetRelativeTargetRequest): WireSetPowerTargetResponse {
    const powerW = relative(request, this.store.limits.powerW, this.powerW);
    return this.aimAtPower(request.save_action, Math.round(powerW));
  }

  setDefaultPower({ save_action }: WireSaveActionRequest): WireSetPowerTargetResponse {
    return this.aimAtPower(save_action, this.store.limits.powerW.default);
  }

  setHashrate({ save_action, hashrate_target }: WireSetHashrateTargetRequest): WireSetHashrateTargetResponse {
    return this.aimAtHashrate(save_action, terahash('hashrate_target', hashrate_target));
  }

  incrementHashrate({ save_action, hashrate_target_increment: by }: WireIncrementHashrateTargetRequest) {
    return this.aimAtHashrate(save_action, this.hashrateThs + terahash('hashrate_target_increment', by));
  }

  decrementHashrate({ save_action, hashrate_target_decrement: by }: WireDecrementHashrateTargetRequest) {
    return this.aimAtHashrate(save_action, this.hashrateThs - terahash('hashrate_target_decrement', by));
  }

  setRelativeHashrate(request: WireSetRelativeTargetRequest): WireSetHashrateTargetResponse {
    const hashrateThs = relative(request, this.store.limits.hashrateThs, this.hashrateThs);
    return this.aimAtHashrate(request.save_action, hashrateThs);
  }

  setDefaultHashrate({ save_action }: WireSaveActionRequest): WireSetHashrateTargetResponse {
    return this.aimAtHashrate(save_action, this.store.limits.hashrateThs.default);
  }

  aimAtPower(action: WireSaveAction | undefined, powerW: number): WireSetPowerTargetResponse {
    within('power_target', powerW, this.store.limits.powerW, ' W');
    const { tuner } = this.store.change(action, (saved) => ({
      tuner: { ...saved.tuner, enabled: true, mode: 'power', powerW },
    }));
    return { power_target: { watt: tuner.powerW } };
  }

  aimAtHashrate(action: WireSaveAction | undefined, hashrateThs: number): WireSetHashrateTargetResponse {
    within('hashrate_target', hashrateThs, this.store.limits.hashrateThs, ' TH/s');
    const { tuner } = this.store.change(action, (saved) => ({
      tuner: { ...saved.tuner, enabled: true, mode: 'hashrate', hashrateThs: round(hashrateThs, 2) },
    }));
    return { hashrate_target: { terahash_per_second: tuner.hashrateThs } };
  }

  private get powerW(): number {
    return this.store.saved.tuner.powerW;
  }

  private get hashrateThs(): number {
    return this.store.saved.tuner.hashrateThs;
  }
}

function relative({ percentage = 0, reference }: WireSetRelativeTargetRequest, range: Range, current: number): number {
  const whole = {
    RELATIVE_TARGET_REFERENCE_NOMINAL: range.default,
    RELATIVE_TARGET_REFERENCE_MIN: range.min,
    RELATIVE_TARGET_REFERENCE_MAX: range.max,
    RELATIVE_TARGET_REFERENCE_CURRENT: current,
  };
  if (typeof reference !== 'string' || reference === 'RELATIVE_TARGET_REFERENCE_UNSPECIFIED') {
    throw invalid('reference is missing.');
  }
  return (whole[reference] * percentage) / 100;
}

export function watts(what: string, wire: WirePower | undefined): number {
  if (wire === undefined) {
    throw invalid(`${what} is missing.`);
  }
  return wire.watt ?? 0;
}

export function terahash(what: string, wire: WireTeraHashrate | undefined): number {
  if (wire === undefined) {
    throw invalid(`${what} is missing.`);
  }
  return wire.terahash_per_second ?? 0;
}

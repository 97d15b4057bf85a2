import type {
  WireGetMinerEfficiencyProfileResponse,
  WireGetTunerStateResponse,
  WireHashrateTargetProfile,
  WireListTargetProfilesResponse,
  WireMinerEfficiencyPoint,
  WirePowerTargetProfile,
} from '../../braiins/proto/wire/tuner';
import type { MinerProfile } from '../profile';
import { unit } from '../random';
import { ambientC } from './heat';
import { levelOf } from './operation';
import { hashingPowerW, levelForPower, STANDBY_W } from './power';
import { round } from './rounding';
import type { Settings, TunerSettings } from './settings';
import type { SettingsStore } from './settingsStore';
import { wireTimestamp } from './timestamps';

/** Settings of the chips that the tuner has found, or will have found by then, for one target. */
interface TunedProfile {
  readonly mode: TunerSettings['mode'];
  /** W or TH/s. */
  readonly target: number;
  /** ms since the Unix epoch. */
  readonly readyAt: number;
}

const TUNING_MS = 600_000;
const MAX_PROFILES = 16;
/** When the machines of a fleet were put up, over how long a time. */
const PUT_UP = { from: Date.UTC(2025, 0, 6), spanMs: 90 * 86_400_000 };
const EFFICIENCY_POINTS = 7;

/** What the tuner does, and what it has found. It takes a while for every target that it has not met before. */
export class Tuning {
  private profiles: readonly TunedProfile[];

  constructor(
    private readonly profile: MinerProfile,
    private readonly store: SettingsStore,
  ) {
    const readyAt = Math.floor(PUT_UP.from + PUT_UP.spanMs * unit(profile.seed, 'put up'));
    const { powerW } = store.limits;
    this.profiles = [{ mode: 'power', target: powerW.default, readyAt }];
  }

  /** A configuration came into force: its target is tuned from now on, unless it has been. */
  aim({ tuner }: Settings, now: number): void {
    const { mode, target } = targetOf(tuner);
    // What was not finished is given up.
    const found = this.profiles.filter(({ readyAt }) => readyAt <= now);
    const isKnown = found.some((profile) => profile.mode === mode && profile.target === target);
    const readyAt = now + TUNING_MS;
    this.profiles = tuner.enabled && !isKnown ? [...found, { mode, target, readyAt }].slice(-MAX_PROFILES) : found;
  }

  /** Forgets all profiles, and begins with the target of now. */
  forget(now: number): void {
    this.profiles = [];
    this.aim(this.store.applied, now);
  }

  state(now: number): WireGetTunerStateResponse {
    const { tuner } = this.store.applied;
    if (!tuner.enabled) {
      return { overall_tuner_state: 'TUNER_STATE_DISABLED' };
    }
    const { mode, target } = targetOf(tuner);
    const found = this.found(now).find((profile) => profile.mode === mode && profile.target === target);
    const state = found === undefined ? 'TUNER_STATE_TUNING' : 'TUNER_STATE_STABLE';
    return mode === 'power'
      ? {
          overall_tuner_state: state,
          power_target_mode_state: {
            ...(found !== undefined && { profile: this.powerProfile(found) }),
            current_target: { watt: target },
          },
        }
      : {
          overall_tuner_state: state,
          hashrate_target_mode_state: {
            ...(found !== undefined && { profile: this.hashrateProfile(found) }),
            current_target: { terahash_per_second: target },
          },
        };
  }

  list(now: number): WireListTargetProfilesResponse {
    const found = this.found(now);
    return {
      power_target_profiles: found.filter(({ mode }) => mode === 'power').map((profile) => this.powerProfile(profile)),
      hashrate_target_profiles: found
        .filter(({ mode }) => mode === 'hashrate')
        .map((profile) => this.hashrateProfile(profile)),
    };
  }

  /** What the machine can do, from its lowest target to its highest. */
  efficiency(now: number): WireGetMinerEfficiencyProfileResponse {
    const { min, max } = this.store.limits.powerW;
    return {
      points: Array.from({ length: EFFICIENCY_POINTS }, (_, index) =>
        this.efficiencyPoint(Math.round(min + ((max - min) * index) / (EFFICIENCY_POINTS - 1)), now),
      ),
    };
  }

  private efficiencyPoint(powerW: number, now: number): WireMinerEfficiencyPoint {
    const { model, quality } = this.profile;
    const level = levelForPower(model, powerW);
    const outsideC = ambientC(this.profile, now / 1_000);
    return {
      quality: Math.round(quality * 100),
      power_target: { watt: powerW },
      consumption: { watt: Math.round(STANDBY_W + hashingPowerW(model, level)) },
      fan_speed: model.hydro ? 0 : Math.min(100, Math.round(15 + 55 * level)),
      outlet_temp: { degree_c: round(outsideC + 1.5 + 22 * level, 1) },
      ambient_temp: { degree_c: round(outsideC, 1) },
      hashrate: { terahash_per_second: round(model.stickerThs * quality * level, 2) },
      frequency: { hertz: Math.round(model.frequencyMhz * quality * level * 100) * 10_000 },
      voltage: { volt: round(model.boardVoltageV * (0.85 + 0.15 * level), 2) },
    };
  }

  private found(now: number): readonly TunedProfile[] {
    return this.profiles.filter(({ readyAt }) => readyAt <= now);
  }

  private powerProfile(profile: TunedProfile): WirePowerTargetProfile {
    return { ...this.measured(profile), target: { watt: profile.target } };
  }

  private hashrateProfile(profile: TunedProfile): WireHashrateTargetProfile {
    return { ...this.measured(profile), target: { terahash_per_second: profile.target } };
  }

  private measured({ mode, target, readyAt }: TunedProfile) {
    const { model, quality } = this.profile;
    const { applied } = this.store;
    const tuner = { ...applied.tuner, enabled: true, mode, [mode === 'power' ? 'powerW' : 'hashrateThs']: target };
    const level = levelOf(this.profile, { ...applied, tuner });
    return {
      created: wireTimestamp(readyAt),
      measured_hashrate: { gigahash_per_second: round(model.stickerThs * 1_000 * quality * level, 2) },
      estimated_power_consumption: { watt: Math.round(STANDBY_W + hashingPowerW(model, level)) },
    };
  }
}

function targetOf({ mode, powerW, hashrateThs }: TunerSettings) {
  return { mode, target: mode === 'power' ? powerW : hashrateThs };
}

import type { WireSaveAction } from '../../braiins/proto/wire/units';
import type { MinerProfile } from '../profile';
import { invalid } from '../refusal';
import { defaultCooling } from './coolingModes';
import { type Limits, limitsOf } from './limits';
import { defaultPoolGroups } from './poolGroups';
import type { Settings } from './settings';

/** The configuration that is written down, and the one that is in force. Made when it is first asked for. */
export class SettingsStore {
  private written: Settings | undefined;
  private inForce: Settings | undefined;

  /** @param onApplied hears of every configuration that comes into force */
  constructor(
    private readonly profile: MinerProfile,
    private readonly onApplied: (settings: Settings) => void,
  ) {}

  get limits(): Limits {
    return limitsOf(this.profile.model);
  }

  get saved(): Settings {
    this.written ??= this.applied;
    return this.written;
  }

  get applied(): Settings {
    this.inForce ??= defaultSettings(this.profile);
    return this.inForce;
  }

  /**
   * Writes what `change` makes of the configuration, and takes it up unless it is only to be saved.
   *
   * @throws {Refusal} when the request does not say how far it goes.
   */
  change(action: WireSaveAction | undefined, change: (saved: Settings) => Partial<Settings>): Settings {
    if (typeof action !== 'string' || action === 'SAVE_ACTION_UNSPECIFIED') {
      throw invalid('save_action is missing.');
    }
    this.written = { ...this.saved, ...change(this.saved) };
    if (action !== 'SAVE_ACTION_SAVE') {
      this.apply();
    }
    return this.written;
  }

  /** Takes up what is written, as a start does. */
  apply(): void {
    if (this.written !== undefined && this.written !== this.inForce) {
      this.inForce = this.written;
      this.onApplied(this.inForce);
    }
  }

  /** Goes back to what the miner left the factory with. */
  reset(): void {
    this.written = defaultSettings(this.profile);
    this.apply();
  }
}

function defaultSettings(profile: MinerProfile): Settings {
  const limits = limitsOf(profile.model);
  return {
    tuner: {
      enabled: true,
      mode: 'power',
      powerW: limits.powerW.default,
      hashrateThs: limits.hashrateThs.default,
    },
    byHand: { frequencyHz: limits.frequencyHz.default, voltageV: limits.voltageV.default, boards: {} },
    dps: {
      enabled: false,
      mode: 'DPS_MODE_NORMAL',
      powerStepW: limits.powerStepW.default,
      minPowerW: limits.minPowerW.default,
      hashrateStepThs: limits.hashrateStepThs.default,
      minHashrateThs: limits.minHashrateThs.default,
      shutdownEnabled: false,
      shutdownHours: limits.shutdownHours.default,
      onStartPercent: limits.onStartPercent.default,
    },
    ramping: { upS: limits.rampS.default, downS: limits.rampS.default },
    boardsEnabled: Array.from({ length: profile.model.boards }, () => true),
    cooling: defaultCooling(profile.model, limits),
    pools: defaultPoolGroups(profile),
  };
}

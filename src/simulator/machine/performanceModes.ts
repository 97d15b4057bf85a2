import type {
  WireManualPerformanceMode,
  WirePerformanceMode,
  WireQuickRampingResponse,
  WireSaveActionRequest,
  WireSetPerformanceModeRequest,
  WireSetQuickRampingRequest,
} from '../../braiins/proto/wire/performance';
import type { WireFrequency, WireVoltage } from '../../braiins/proto/wire/units';
import { invalid, notFound } from '../refusal';
import { boardId } from './boardId';
import { type Limits, within } from './limits';
import type { BoardByHand, ByHandSettings, Settings } from './settings';
import type { SettingsStore } from './settingsStore';
import { type Targets, terahash, watts } from './targets';

/** Whether the tuner rules, or frequency and voltage are set by hand; and how fast power goes up and down. */
export class PerformanceModes {
  constructor(
    private readonly store: SettingsStore,
    private readonly targets: Targets,
  ) {}

  set({ save_action, mode }: WireSetPerformanceModeRequest): WirePerformanceMode {
    const { manual_mode: manual, tuner_mode: tuner } = mode ?? {};
    if (manual !== undefined) {
      const byHand = toByHand(manual, this.store);
      this.store.change(save_action, (saved) => ({ byHand, tuner: { ...saved.tuner, enabled: false } }));
    } else if (tuner?.power_target !== undefined) {
      this.targets.aimAtPower(save_action, watts('power_target', tuner.power_target.power_target));
    } else if (tuner?.hashrate_target !== undefined) {
      this.targets.aimAtHashrate(save_action, terahash('hashrate_target', tuner.hashrate_target.hashrate_target));
    } else {
      throw invalid('mode is missing: one of manual_mode, tuner_mode.power_target and tuner_mode.hashrate_target.');
    }
    return wireMode(this.store.saved);
  }

  get(): WirePerformanceMode {
    return wireMode(this.store.applied);
  }

  setRamping({ save_action, up_s = 0, down_s = 0 }: WireSetQuickRampingRequest): WireQuickRampingResponse {
    const { rampS } = this.store.limits;
    within('up_s', up_s, rampS, ' s');
    within('down_s', down_s, rampS, ' s');
    this.store.change(save_action, () => ({ ramping: { upS: up_s, downS: down_s } }));
    return { up_s, down_s };
  }

  setDefaultRamping({ save_action }: WireSaveActionRequest): WireQuickRampingResponse {
    const { default: seconds } = this.store.limits.rampS;
    return this.setRamping({ save_action, up_s: seconds, down_s: seconds } as WireSetQuickRampingRequest);
  }
}

function toByHand(wire: WireManualPerformanceMode, { limits, saved }: SettingsStore): ByHandSettings {
  const boards = (wire.hashboards ?? []).map(({ id = '', frequency, voltage }): [string, BoardByHand] => {
    if (!saved.boardsEnabled.some((_, index) => boardId(index) === id)) {
      throw notFound(`There is no hashboard "${id}".`);
    }
    return [
      id,
      {
        ...(frequency !== undefined && { frequencyHz: hertz(frequency, limits) }),
        ...(voltage !== undefined && { voltageV: volts(voltage, limits) }),
      },
    ];
  });
  return {
    frequencyHz: wire.global_frequency === undefined ? saved.byHand.frequencyHz : hertz(wire.global_frequency, limits),
    voltageV: wire.global_voltage === undefined ? saved.byHand.voltageV : volts(wire.global_voltage, limits),
    boards: Object.fromEntries(boards),
  };
}

function hertz(wire: WireFrequency, limits: Limits): number {
  return within('frequency', wire.hertz ?? 0, limits.frequencyHz, ' Hz');
}

function volts(wire: WireVoltage, limits: Limits): number {
  return within('voltage', wire.volt ?? 0, limits.voltageV, ' V');
}

function wireMode({ tuner, byHand }: Settings): WirePerformanceMode {
  if (tuner.enabled) {
    return tuner.mode === 'power'
      ? { tuner_mode: { power_target: { power_target: { watt: tuner.powerW } } } }
      : { tuner_mode: { hashrate_target: { hashrate_target: { terahash_per_second: tuner.hashrateThs } } } };
  }
  return {
    manual_mode: {
      global_frequency: { hertz: byHand.frequencyHz },
      global_voltage: { volt: byHand.voltageV },
      hashboards: Object.entries(byHand.boards).map(([id, board]) => ({ id, ...wireByHand(board) })),
    },
  };
}

export function wireByHand({ frequencyHz, voltageV }: BoardByHand) {
  return {
    ...(frequencyHz !== undefined && { frequency: { hertz: frequencyHz } }),
    ...(voltageV !== undefined && { voltage: { volt: voltageV } }),
  };
}

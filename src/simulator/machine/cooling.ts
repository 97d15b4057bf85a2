import type {
  WireSetCoolingModeRequest,
  WireSetCoolingModeResponse,
  WireSetImmersionModeRequest,
  WireSetImmersionModeResponse,
} from '../../braiins/proto/wire/cooling';
import type { MinerModelSpec } from '../models';
import { notNow } from '../refusal';
import { defaultCooling, immersion, toCooling } from './coolingModes';
import type { SettingsStore } from './settingsStore';

/** How a machine is cooled. */
export class Cooling {
  constructor(
    private readonly model: MinerModelSpec,
    private readonly store: SettingsStore,
  ) {}

  setMode({ save_action, ...mode }: WireSetCoolingModeRequest): WireSetCoolingModeResponse {
    const cooling = toCooling(mode, this.model, this.store.limits);
    return this.store.change(save_action, () => ({ cooling })).cooling;
  }

  /** The way of older firmware: the fans stay off in a bath. */
  setImmersion({ save_action, enable_immersion_mode: on = false }: WireSetImmersionModeRequest) {
    if (on && this.model.hydro) {
      throw notNow('The machine is cooled by water: it has no immersion mode.');
    }
    const { limits, saved } = this.store;
    const dry = saved.cooling.immersion === undefined ? saved.cooling : defaultCooling(this.model, limits);
    this.store.change(save_action, () => ({ cooling: on ? immersion(limits) : dry }));
    const response: WireSetImmersionModeResponse = { immersion_mode: on };
    return response;
  }
}

import type {
  WireCoolingAutoMode,
  WireCoolingImmersionMode,
  WireCoolingManualMode,
} from '../../braiins/proto/wire/cooling';
import type { WireDPSMode } from '../../braiins/proto/wire/dps';
import type { PoolGroupSettings } from './poolGroups';

/** The targets of both modes, of which the one not in use waits for its time. */
export interface TunerSettings {
  /** Off: frequency and voltage are set by hand. */
  readonly enabled: boolean;
  readonly mode: 'power' | 'hashrate';
  readonly powerW: number;
  readonly hashrateThs: number;
}

export interface BoardByHand {
  readonly frequencyHz?: number;
  readonly voltageV?: number;
}

export interface ByHandSettings {
  readonly frequencyHz: number;
  readonly voltageV: number;
  /** Those that differ, by their ids. */
  readonly boards: Readonly<Record<string, BoardByHand>>;
}

export interface DpsSettings {
  readonly enabled: boolean;
  readonly mode: WireDPSMode;
  readonly powerStepW: number;
  readonly minPowerW: number;
  readonly hashrateStepThs: number;
  readonly minHashrateThs: number;
  readonly shutdownEnabled: boolean;
  readonly shutdownHours: number;
  readonly onStartPercent: number;
}

/** As the protocol has it: one of these is there. */
export interface CoolingSettings {
  readonly auto?: WireCoolingAutoMode;
  readonly manual?: WireCoolingManualMode;
  readonly immersion?: WireCoolingImmersionMode;
  readonly hydro?: WireCoolingImmersionMode;
}

export interface RampingSettings {
  readonly upS: number;
  readonly downS: number;
}

/** All that a miner keeps in its configuration file. Never changed in place. */
export interface Settings {
  readonly tuner: TunerSettings;
  readonly byHand: ByHandSettings;
  readonly dps: DpsSettings;
  readonly ramping: RampingSettings;
  /** Per hashboard. */
  readonly boardsEnabled: readonly boolean[];
  readonly cooling: CoolingSettings;
  readonly pools: readonly PoolGroupSettings[];
}

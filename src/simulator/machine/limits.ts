import type { MinerModelSpec } from '../models';
import { invalid } from '../refusal';
import { levelForPower, nominalPowerW } from './power';

/** What a setting may be, and what it is unless somebody changes it. */
export interface Range {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** What a machine can be set to. Units stand in the names; ratios are from 0 to 1. */
export interface Limits {
  readonly powerW: Range;
  readonly hashrateThs: Range;
  readonly powerStepW: Range;
  readonly hashrateStepThs: Range;
  readonly minPowerW: Range;
  readonly minHashrateThs: Range;
  readonly shutdownHours: Range;
  readonly onStartPercent: Range;
  readonly frequencyHz: Range;
  readonly voltageV: Range;
  readonly rampS: Range;
  readonly targetC: Range;
  readonly hotC: Range;
  readonly dangerousC: Range;
  readonly fanRatio: Range;
  readonly requiredFans: Range;
  readonly minFanPercent: Range;
  readonly maxFanPercent: Range;
  readonly pauseFanRatio: Range;
}

/** How long the fans of a paused miner turn if they are to for a while only. */
export const LIMITED_FAN_RUNTIME_S = 300;
export const FANS = 4;

export function limitsOf(model: MinerModelSpec): Limits {
  const nominalW = nominalPowerW(model);
  const powerW = { default: nominalW, min: roundTo(nominalW * 0.4, 10), max: roundTo(nominalW * 1.2, 10) };
  const hashrateThs = {
    default: model.stickerThs,
    min: Math.ceil(model.stickerThs * levelForPower(model, powerW.min)),
    max: Math.floor(model.stickerThs * levelForPower(model, powerW.max)),
  };
  const nominalHz = model.frequencyMhz * 1e6;
  return {
    powerW,
    hashrateThs,
    powerStepW: { default: 300, min: 50, max: 1_000 },
    hashrateStepThs: { default: 8, min: 1, max: 40 },
    minPowerW: { default: powerW.min, min: powerW.min, max: nominalW },
    minHashrateThs: { default: hashrateThs.min, min: hashrateThs.min, max: hashrateThs.default },
    shutdownHours: { default: 3, min: 1, max: 24 },
    onStartPercent: { default: 100, min: 20, max: 100 },
    frequencyHz: { default: nominalHz, min: roundTo(nominalHz * 0.4, 5e6), max: roundTo(nominalHz * 1.3, 5e6) },
    voltageV: { default: model.boardVoltageV, min: roundTo(model.boardVoltageV - 2, 0.1), max: 16 },
    rampS: { default: 60, min: 5, max: 600 },
    targetC: { default: model.hydro ? 55 : 75, min: 40, max: 90 },
    hotC: { default: model.hydro ? 70 : 90, min: 50, max: 100 },
    dangerousC: { default: model.hydro ? 80 : 100, min: 60, max: 110 },
    fanRatio: { default: 0.7, min: 0, max: 1 },
    requiredFans: { default: 1, min: 0, max: FANS },
    minFanPercent: { default: 10, min: 0, max: 100 },
    maxFanPercent: { default: 100, min: 0, max: 100 },
    pauseFanRatio: { default: 0.3, min: 0, max: 1 },
  };
}

/**
 * @param what names the value at the beginning of a sentence
 * @param unit follows the figures, with the space that belongs before it
 * @throws {Refusal} that names the range, when `value` is outside of it.
 */
export function within(what: string, value: number, range: Range, unit: string): number {
  if (!(value >= range.min && value <= range.max)) {
    throw invalid(`${what} has to be from ${range.min}${unit} to ${range.max}${unit}, and is ${value}${unit}.`);
  }
  return value;
}

function roundTo(value: number, step: number): number {
  // The last rounding takes away what a step such as 0.1 leaves behind.
  return Math.round(Math.round(value / step) * step * 1e6) / 1e6;
}

import type { MinerModelSpec } from '../models';

/** What a miner draws while it does not hash. */
export const STANDBY_W = 60;
/** A miner that works less hard needs less for each hash: down to this part of its usual need. */
const LEAST_NEED = 0.7;

/** What hashing alone takes at level 1. */
function hashingW(model: MinerModelSpec): number {
  return Math.round(model.stickerThs * model.efficiencyJPerTh);
}

/** What the whole machine draws at level 1. */
export function nominalPowerW(model: MinerModelSpec): number {
  return STANDBY_W + hashingW(model);
}

/**
 * What hashing at that level takes, without the standby.
 *
 * @param voltageV of the boards, where somebody set it by hand; else the tuner finds the one that fits
 */
export function hashingPowerW(model: MinerModelSpec, level: number, voltageV?: number): number {
  const need = voltageV === undefined ? LEAST_NEED + (1 - LEAST_NEED) * level : (voltageV / model.boardVoltageV) ** 2;
  return hashingW(model) * level * need;
}

/** The level at which the whole machine draws that much. */
export function levelForPower(model: MinerModelSpec, powerW: number): number {
  const part = Math.max(0, powerW - STANDBY_W) / hashingW(model);
  const slope = 1 - LEAST_NEED;
  const level = (Math.sqrt(LEAST_NEED ** 2 + 4 * slope * part) - LEAST_NEED) / (2 * slope);
  return Math.round(level * 1e9) / 1e9;
}

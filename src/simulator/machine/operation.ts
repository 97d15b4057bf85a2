import type { MinerProfile } from '../profile';
import { boardId } from './boardId';
import { levelForPower } from './power';
import type { Settings } from './settings';

/** How one hashboard is run. */
export interface BoardOperation {
  readonly enabled: boolean;
  /** Its level as a part of the machine's. */
  readonly share: number;
  /** `undefined`: what the tuner finds fit. */
  readonly voltageV: number | undefined;
}

/** The level that a configuration has a machine work towards; 1 is that of its default power target. */
export function levelOf(profile: MinerProfile, { tuner, byHand }: Settings): number {
  const { model, quality } = profile;
  if (!tuner.enabled) {
    return byHand.frequencyHz / (model.frequencyMhz * 1e6 * quality);
  }
  return tuner.mode === 'power' ? levelForPower(model, tuner.powerW) : tuner.hashrateThs / (model.stickerThs * quality);
}

export function boardOperations({ tuner, byHand, boardsEnabled }: Settings): BoardOperation[] {
  return boardsEnabled.map((enabled, index) => {
    if (tuner.enabled) {
      return { enabled, share: 1, voltageV: undefined };
    }
    const own = byHand.boards[boardId(index)];
    return {
      enabled,
      share: (own?.frequencyHz ?? byHand.frequencyHz) / byHand.frequencyHz,
      voltageV: own?.voltageV ?? byHand.voltageV,
    };
  });
}

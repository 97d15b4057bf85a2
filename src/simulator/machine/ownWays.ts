import type { MinerState } from '../../fleet/minerData';
import type { MinerProfile } from '../profile';
import { hash, unit } from '../random';

/** States that a simulated miner can be put into. */
export type SimulatedState = Exclude<MinerState, 'unknown'>;

/** A restless miner spends the last part of every cycle in another state than normal. */
const CYCLE_MS = { shortest: 120_000, longest: 480_000, excursion: 0.25 };
const EXCURSIONS: readonly SimulatedState[] = ['paused', 'restricted', 'suspended'];

/** What a miner does while nobody interferes, by its temper. All times are ms since the Unix epoch. */
export class OwnWays {
  private readonly cycleMs: number;
  private readonly phaseMs: number;
  private readonly excursion: SimulatedState;

  constructor(private readonly profile: MinerProfile) {
    const span = CYCLE_MS.longest - CYCLE_MS.shortest;
    this.cycleMs = CYCLE_MS.shortest + Math.floor(span * unit(profile.seed, 'cycle'));
    this.phaseMs = Math.floor(this.cycleMs * unit(profile.seed, 'phase'));
    this.excursion = EXCURSIONS[hash(profile.seed, 'excursion') % EXCURSIONS.length] ?? 'paused';
  }

  stateAt(time: number): SimulatedState {
    const { temper } = this.profile;
    if (temper !== 'restless') {
      return temper === 'steady' || temper === 'failing' ? 'normal' : temper;
    }
    const { into, calmMs } = this.cycle(time);
    return into < calmMs ? 'normal' : this.excursion;
  }

  /** When the state changes next; `undefined` when it never does. */
  nextChange(time: number): number | undefined {
    if (this.profile.temper !== 'restless') {
      return undefined;
    }
    const { start, into, calmMs } = this.cycle(time);
    return into < calmMs ? start + calmMs : start + this.cycleMs;
  }

  /** Milliseconds mined until `time`, counted from an arbitrary start; only differences mean something. */
  minedMs(time: number): number {
    if (this.profile.temper !== 'restless') {
      return isMining(this.stateAt(time)) ? time : 0;
    }
    if (isMining(this.excursion)) {
      return time;
    }
    const { number, into, calmMs } = this.cycle(time);
    return number * calmMs + Math.min(into, calmMs);
  }

  private cycle(time: number): { number: number; start: number; into: number; calmMs: number } {
    const number = Math.floor((time + this.phaseMs) / this.cycleMs);
    const start = number * this.cycleMs - this.phaseMs;
    return { number, start, into: time - start, calmMs: Math.floor(this.cycleMs * (1 - CYCLE_MS.excursion)) };
  }
}

/** Whether a miner hashes in that state. */
export function isMining(state: SimulatedState): boolean {
  return state === 'normal' || state === 'restricted';
}

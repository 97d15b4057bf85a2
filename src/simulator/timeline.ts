import type { MinerState } from '../fleet/minerData';
import type { MinerProfile } from './profile';
import { hash, unit } from './random';

/** States that a simulated miner can be put into. */
export type SimulatedState = Exclude<MinerState, 'unknown'>;

interface Override {
  readonly at: number;
  /** Mined until then, in ms. */
  readonly minedMs: number;
  /** `undefined`: back to the miner's own ways. */
  readonly state: SimulatedState | undefined;
}

/** A restless miner spends the last part of every cycle in another state than normal. */
const CYCLE_MS = { shortest: 120_000, longest: 480_000, excursion: 0.25 };
const EXCURSIONS: readonly SimulatedState[] = ['paused', 'restricted', 'suspended'];

/** Which state a miner is in, was in, and will be in, and how long it has mined. All times are ms since the Unix epoch. */
export class StateTimeline {
  private readonly overrides: Override[] = [];
  private readonly cycleMs: number;
  private readonly phaseMs: number;
  private readonly excursion: SimulatedState;

  constructor(private readonly profile: MinerProfile) {
    const span = CYCLE_MS.longest - CYCLE_MS.shortest;
    this.cycleMs = CYCLE_MS.shortest + Math.floor(span * unit(profile.seed, 'cycle'));
    this.phaseMs = Math.floor(this.cycleMs * unit(profile.seed, 'phase'));
    this.excursion = EXCURSIONS[hash(profile.seed, 'excursion') % EXCURSIONS.length] ?? 'paused';
  }

  /** Puts the miner into a state from `at` on; `undefined` hands it back to its own ways. Times must not go backwards. */
  override(state: SimulatedState | undefined, at: number): void {
    this.overrides.push({ at, minedMs: this.minedMs(at), state });
  }

  stateAt(time: number): SimulatedState {
    return this.lastOverride(time)?.state ?? this.ownState(time);
  }

  /** When the state changes next if nobody interferes; `undefined` when it never does. */
  nextChange(time: number): number | undefined {
    if (this.profile.temper !== 'restless' || this.lastOverride(time)?.state !== undefined) {
      return undefined;
    }
    const { start, into, calmMs } = this.cycle(time);
    return into < calmMs ? start + calmMs : start + this.cycleMs;
  }

  /** Milliseconds that the miner has mined until `time`, counted from an arbitrary start; only differences mean something. */
  minedMs(time: number): number {
    const override = this.lastOverride(time);
    if (override === undefined) {
      return this.ownMinedMs(time);
    }
    if (override.state === undefined) {
      return override.minedMs + this.ownMinedMs(time) - this.ownMinedMs(override.at);
    }
    return override.minedMs + (isMining(override.state) ? time - override.at : 0);
  }

  private lastOverride(time: number): Override | undefined {
    return this.overrides.findLast((override) => override.at <= time);
  }

  private ownState(time: number): SimulatedState {
    const { temper } = this.profile;
    if (temper !== 'restless') {
      return temper === 'steady' || temper === 'failing' ? 'normal' : temper;
    }
    const { into, calmMs } = this.cycle(time);
    return into < calmMs ? 'normal' : this.excursion;
  }

  private ownMinedMs(time: number): number {
    if (this.profile.temper !== 'restless') {
      return isMining(this.ownState(time)) ? time : 0;
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

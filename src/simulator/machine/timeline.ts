import type { MinerProfile } from '../profile';
import { isMining, OwnWays, type SimulatedState } from './ownWays';

/** From `at` until the next phase, the miner keeps to one state and one way from one level to another. */
interface Phase {
  readonly at: number;
  /** Work done until `at`, in ms at level 1. */
  readonly workMs: number;
  /** `undefined`: the miner's own ways. */
  readonly state: SimulatedState | undefined;
  readonly fromLevel: number;
  readonly toLevel: number;
  readonly rampMs: number;
  /** When the mining software was last started by a command. */
  readonly startedAt: number | undefined;
  /** When the control board was last booted by a command. */
  readonly bootedAt: number | undefined;
  /** Others came until the next, and only the work that was done by then is known. */
  readonly isVague: boolean;
}

type Change = Partial<Omit<Phase, 'at' | 'workMs' | 'isVague'>>;

/** Phases that are remembered singly. */
const MAX_PHASES = 256;

/**
 * Which state a miner is in, was in, and will be in, and how hard it works: its level is 1 at the target that it has by
 * default. All times are ms since the Unix epoch, and changes have to come in the order of time.
 */
export class StateTimeline {
  private readonly phases: Phase[] = [];
  private readonly own: OwnWays;

  constructor(profile: MinerProfile) {
    this.own = new OwnWays(profile);
  }

  /** Puts the miner into a state from `at` on, at once; `undefined` hands it back to its own ways. */
  override(state: SimulatedState | undefined, at: number): void {
    const starts = this.stateAt(at) === 'not-started' && (state ?? this.own.stateAt(at)) !== 'not-started';
    this.begin(at, { state, ...(starts && { startedAt: at }) });
  }

  /** Has the miner mine from `at` on, with its level going up from nothing. */
  resume(at: number, rampMs: number): void {
    this.begin(at, { state: 'normal', fromLevel: 0, rampMs });
  }

  /** The mining software starts at `readyAt`, and does not run until then. */
  restart(at: number, readyAt: number, rampMs: number): void {
    this.begin(at, { state: 'not-started' });
    this.begin(readyAt, { state: 'normal', fromLevel: 0, rampMs, startedAt: readyAt });
  }

  /** The control board comes back at `bootedAt`, its mining software at `readyAt`. */
  reboot(at: number, bootedAt: number, readyAt: number, rampMs: number): void {
    this.begin(at, { state: 'not-started', bootedAt });
    this.begin(readyAt, { state: 'normal', fromLevel: 0, rampMs, startedAt: readyAt });
  }

  /** Changes the level that the miner works towards. A start that is under way goes on. */
  aim(toLevel: number, at: number, rampMs: number): void {
    const later = this.phases.filter((phase) => phase.at > at);
    this.begin(at, { toLevel, fromLevel: this.levelAt(at), rampMs });
    for (const phase of later) {
      this.begin(phase.at, { ...phase, toLevel });
    }
  }

  stateAt(time: number): SimulatedState {
    return this.phaseAt(time)?.state ?? this.own.stateAt(time);
  }

  /** How hard the miner works: 0 while it does not mine. */
  levelAt(time: number): number {
    const phase = this.phaseAt(time);
    if (!isMining(this.stateAt(time))) {
      return 0;
    }
    return phase === undefined ? 1 : rampedLevel(phase, time);
  }

  /** The level that the miner works towards, whatever its state. */
  aimAt(time: number): number {
    return this.phaseAt(time)?.toLevel ?? 1;
  }

  startedAt(time: number): number | undefined {
    return this.phaseAt(time)?.startedAt;
  }

  bootedAt(time: number): number | undefined {
    return this.phaseAt(time)?.bootedAt;
  }

  /** When the state changes next if nobody interferes; `undefined` when it never does. */
  nextChange(time: number): number | undefined {
    const planned = this.phases.find((phase) => phase.at > time)?.at;
    const phase = this.phaseAt(time);
    const own = phase?.state === undefined ? this.own.nextChange(time) : undefined;
    return planned === undefined || own === undefined ? (planned ?? own) : Math.min(planned, own);
  }

  /**
   * Milliseconds that the miner has mined until `time`, counted from an arbitrary start, each as much as its level; only
   * differences mean something.
   */
  minedMs(time: number): number {
    const number = this.phases.findLastIndex(({ at }) => at <= time);
    const phase = this.phases[number];
    if (phase === undefined) {
      return this.own.minedMs(time);
    }
    const next = this.phases[number + 1];
    if (phase.isVague && next !== undefined) {
      return phase.workMs + ((next.workMs - phase.workMs) * (time - phase.at)) / (next.at - phase.at);
    }
    const rampEnd = phase.at + phase.rampMs;
    const ramped = phase.workMs + this.rampWork(phase, Math.min(time, rampEnd));
    return time <= rampEnd ? ramped : ramped + phase.toLevel * this.timeMined(phase, rampEnd, time);
  }

  private begin(at: number, change: Change): void {
    const before = this.phaseAt(at);
    const rampLeftMs = before === undefined ? 0 : Math.max(0, before.at + before.rampMs - at);
    const phase: Phase = {
      state: undefined,
      toLevel: 1,
      startedAt: undefined,
      bootedAt: undefined,
      ...before,
      // A ramp goes on from where it is, whatever the state.
      fromLevel: before === undefined ? 1 : rampedLevel(before, at),
      rampMs: rampLeftMs,
      ...change,
      isVague: false,
      at,
      workMs: this.minedMs(at),
    };
    while ((this.phases.at(-1)?.at ?? Number.NEGATIVE_INFINITY) > at) {
      this.phases.pop();
    }
    this.phases.push(phase);
    if (this.phases.length > MAX_PHASES) {
      this.forgetOne();
    }
  }

  /**
   * Lets one phase stand for itself and the next, the oldest that may. The first stays, and so does the one in which the mining
   * software was started, because counters begin there and must not change by what is forgotten.
   */
  private forgetOne(): void {
    const startedAt = this.phases.at(-1)?.startedAt;
    const forgotten = this.phases[1]?.at === startedAt ? 2 : 1;
    const before = this.phases[forgotten - 1];
    if (before !== undefined) {
      this.phases.splice(forgotten - 1, 2, { ...before, isVague: true });
    }
  }

  private phaseAt(time: number): Phase | undefined {
    return this.phases.findLast((phase) => phase.at <= time);
  }

  /** Work of a phase until `time`, which lies within its ramp. */
  private rampWork(phase: Phase, time: number): number {
    let work = 0;
    for (let from = phase.at; from < time; ) {
      const state = phase.state ?? this.own.stateAt(from);
      const change = phase.state === undefined ? this.own.nextChange(from) : undefined;
      const to = Math.min(time, change ?? time);
      if (isMining(state)) {
        work += ((rampedLevel(phase, from) + rampedLevel(phase, to)) / 2) * (to - from);
      }
      from = to;
    }
    return work;
  }

  private timeMined({ state }: Phase, from: number, to: number): number {
    if (state !== undefined) {
      return isMining(state) ? to - from : 0;
    }
    return this.own.minedMs(to) - this.own.minedMs(from);
  }
}

function rampedLevel({ at, fromLevel, toLevel, rampMs }: Phase, time: number): number {
  const done = rampMs === 0 ? 1 : Math.min(1, (time - at) / rampMs);
  return fromLevel + (toLevel - fromLevel) * done;
}

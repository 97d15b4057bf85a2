import type { StateTimeline } from './timeline';

/** From `at` until the next division, each board has that part of the machine's level. */
interface Division {
  readonly at: number;
  /** What the timeline had mined until then. */
  readonly minedMs: number;
  /** What each board had mined until then, each millisecond as much as its level. */
  readonly workMs: readonly number[];
  readonly shares: readonly number[];
}

/** Divisions that are remembered singly. */
const MAX_DIVISIONS = 32;

/**
 * What each hashboard had of the machine's work, and when: a board that is switched off or set otherwise changes what is done
 * from then on, and not what was done. All times are ms since the Unix epoch, and changes have to come in the order of time.
 */
export class BoardHistory {
  private readonly divisions: Division[] = [];

  constructor(
    private readonly timeline: StateTimeline,
    private readonly boards: number,
  ) {}

  /** @param shares of the level, per board; 0 for one that is off */
  divide(shares: readonly number[], at: number): void {
    const last = this.divisions.at(-1)?.shares;
    if (shares.every((share, index) => share === (last?.[index] ?? 1))) {
      return;
    }
    const workMs = shares.map((_, index) => this.workMs(index, at));
    this.divisions.push({ at, minedMs: this.timeline.minedMs(at), workMs, shares });
    if (this.divisions.length > MAX_DIVISIONS) {
      this.mergeOne(this.timeline.startedAt(at));
    }
  }

  /** Milliseconds that the board mined in that time, each as much as its level. */
  boardMs(index: number, from: number, to: number): number {
    return this.workMs(index, to) - this.workMs(index, from);
  }

  /** Milliseconds that the whole machine mined in that time, each as much as the level of its boards on average. */
  machineMs(from: number, to: number): number {
    let work = 0;
    for (let index = 0; index < this.boards; index++) {
      work += this.boardMs(index, from, to);
    }
    return work / this.boards;
  }

  /** The machine's level as its boards have it on average. */
  levelAt(time: number): number {
    const shares = this.divisions.findLast(({ at }) => at <= time)?.shares;
    const average = shares === undefined ? 1 : shares.reduce((sum, share) => sum + share, 0) / this.boards;
    return this.timeline.levelAt(time) * average;
  }

  private workMs(index: number, time: number): number {
    const minedMs = this.timeline.minedMs(time);
    const number = this.divisions.findLastIndex(({ at }) => at <= time);
    const division = this.divisions[number];
    if (division === undefined) {
      return minedMs;
    }
    // The timeline may have become vague about a time that was long ago.
    const latest = Math.min(minedMs, this.divisions[number + 1]?.minedMs ?? minedMs);
    return (division.workMs[index] ?? 0) + (division.shares[index] ?? 0) * Math.max(0, latest - division.minedMs);
  }

  /**
   * Joins the oldest two divisions that may be: what each board did in both of them together stays. The first stays where it
   * is, and so does the one in which the mining software was started, because counters begin there.
   */
  private mergeOne(startedAt = Number.NEGATIVE_INFINITY): void {
    const start = this.divisions.findLastIndex(({ at }) => at <= startedAt);
    const dropped = [1, 2, 3].find((number) => number !== start && number !== start + 1) ?? 1;
    const [before, , after] = this.divisions.slice(dropped - 1);
    if (before === undefined || after === undefined) {
      return;
    }
    const minedMs = after.minedMs - before.minedMs;
    const shares = before.shares.map((share, index) =>
      minedMs > 0 ? ((after.workMs[index] ?? 0) - (before.workMs[index] ?? 0)) / minedMs : share,
    );
    this.divisions.splice(dropped - 1, 2, { ...before, shares });
  }
}

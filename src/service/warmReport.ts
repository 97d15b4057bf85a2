import type { Miner } from '../fleet/miner';
import type { MinerKind } from '../fleet/minerData';

/** One dataset of one miner. */
export interface WarmTask {
  readonly miner: Miner;
  readonly kind: MinerKind;
}

/** What came of warming. `warmed + notStored + fresh + failed = total` unless it was cancelled. */
export interface WarmReport {
  readonly total: number;
  /** Entries fetched and written. */
  readonly warmed: number;
  /** Data fetched that did not reach Redis. */
  readonly notStored: number;
  /** Entries that were fresh already, and left alone. */
  readonly fresh: number;
  readonly failed: number;
  /** The most frequent first. */
  readonly failures: readonly WarmFailure[];
  readonly cancelled: boolean;
  /** Why what was fetched may not have reached Redis, if Redis had trouble at the end. */
  readonly storeProblem: string | undefined;
}

/** Reads that failed for one cause. */
export interface WarmFailure {
  /** The cause without the machine's name, so that a hundred refused connections are one line. */
  readonly cause: string;
  /** All that failed for it. */
  readonly tasks: readonly WarmTask[];
}

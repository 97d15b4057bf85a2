import type { MinerProfile } from '../profile';
import { unit } from '../random';
import type { BoardHistory } from './boardHistory';

export interface PoolMeasurement {
  readonly acceptedShares: number;
  readonly rejectedShares: number;
  readonly staleShares: number;
  readonly difficulty: number;
  readonly generatedWork: number;
  readonly bestShare: number;
  /** ms since the Unix epoch; `undefined` before the first share. */
  readonly lastShareAt: number | undefined;
}

/** Hashes that a share of difficulty 1 stands for. */
const HASHES_PER_SHARE = 2 ** 32;

/**
 * Shares follow from the work done since the mining software started, so that they grow with it and stop with it.
 *
 * @param runningSince when it started, in ms since the Unix epoch
 */
export function measurePool(
  profile: MinerProfile,
  history: BoardHistory,
  runningSince: number,
  now: number,
): PoolMeasurement {
  const minedS = history.machineMs(runningSince, now) / 1_000;
  const difficulty = 2 ** (15 + Math.floor(3 * unit(profile.seed, 'difficulty')));
  const hashesPerS = profile.model.stickerThs * profile.quality * 1e12;
  const sharesPerS = hashesPerS / (difficulty * HASHES_PER_SHARE);
  const shares = Math.floor(minedS * sharesPerS);
  const rejectedShares = Math.floor(shares * 0.0015 * (0.5 + unit(profile.seed, 'rejected')));
  const staleShares = Math.floor(shares * 0.0004 * (0.5 + unit(profile.seed, 'stale')));
  return {
    acceptedShares: shares - rejectedShares - staleShares,
    rejectedShares,
    staleShares,
    difficulty,
    generatedWork: Math.floor((minedS * hashesPerS) / HASHES_PER_SHARE),
    bestShare: bestShare(profile.seed, shares * difficulty),
    lastShareAt: lastShareAt(history, shares, minedS - shares / sharesPerS, now),
  };
}

/** The luckiest share grows in leaps as work piles up, by about a factor of two each. */
function bestShare(seed: number, work: number): number {
  if (work < 1) {
    return 0;
  }
  const level = Math.floor(Math.log2(work));
  return Math.floor(2 ** level * (1 + unit(seed, 'best', level)));
}

function lastShareAt(history: BoardHistory, shares: number, minedSinceS: number, now: number): number | undefined {
  const level = history.levelAt(now);
  // While the miner stands still, the time of its last share would have to be looked for; it is left unknown.
  if (shares === 0 || level === 0) {
    return undefined;
  }
  // Time at the level of now: one that works half as hard needs twice as long for the same work.
  return Math.floor(now - (minedSinceS * 1_000) / Math.max(0.1, level));
}

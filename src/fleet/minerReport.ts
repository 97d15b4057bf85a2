import type { Miner } from './miner';
import type { MinerState, MinerStats, MinerStatus } from './minerData';

/** What is known of one machine when a summary is made. */
export interface MinerReport {
  readonly miner: Miner;
  /** `undefined` when the machine does not answer. */
  readonly status: MinerStatus | undefined;
  /** `undefined` when they are not known, or are those of a machine that does not answer. */
  readonly stats: MinerStats | undefined;
  /** The highest temperature in the machine, in °C. */
  readonly tempC: number | undefined;
  /** Why there is no status, for people. */
  readonly failure: string | undefined;
  /** Of a machine that does not answer: what it last said, if that is known still. */
  readonly lastState: MinerState | undefined;
  /** When each part that counts was fetched, in ms since the epoch. */
  readonly fetchedAt: readonly number[];
}

/** The hashrate to show as "now", in TH/s: the shortest average that does not flicker. */
export function currentHashrateThs(stats: MinerStats | undefined): number | undefined {
  return stats?.hashrateThs?.last1m ?? stats?.hashrateThs?.last5m ?? stats?.hashrateThs?.last5s;
}

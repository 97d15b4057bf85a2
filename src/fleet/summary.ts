import type { Miner } from './miner';
import type { MinerState, MinerStats, MinerStatus } from './minerData';

/** What is known of one machine when a summary is made. */
export interface MinerReport {
  readonly miner: Miner;
  readonly status: MinerStatus | undefined;
  readonly stats: MinerStats | undefined;
  /** Why there is no status, for people. */
  readonly failure: string | undefined;
  /** When the older of the two was fetched, in ms since the epoch. */
  readonly fetchedAt: number | undefined;
}

/**
 * A tenant, or the whole fleet, in figures. Machines that do not answer are counted as `offline` and are in no sum: the
 * sums are over `reporting` machines.
 */
export interface FleetSummary {
  readonly tenant: string;
  readonly miners: number;
  readonly byState: Readonly<Partial<Record<MinerState | 'offline', number>>>;
  /** Machines whose hashrate is known. */
  readonly reporting: number;
  readonly hashrateThs: number | undefined;
  readonly nominalHashrateThs: number | undefined;
  readonly powerW: number | undefined;
  readonly efficiencyJPerTh: number | undefined;
  /** Some of the machines that do not answer, with the reason. */
  readonly offline: readonly { readonly minerId: string; readonly reason: string }[];
  /** When the oldest of its parts was fetched, in ms since the epoch. */
  readonly oldestPartAt: number | undefined;
}

const LISTED_OFFLINE = 10;

export function summarize(tenant: string, reports: readonly MinerReport[]): FleetSummary {
  const byState: Partial<Record<MinerState | 'offline', number>> = {};
  for (const { status } of reports) {
    const state = status?.state ?? 'offline';
    byState[state] = (byState[state] ?? 0) + 1;
  }
  const hashrates = known(reports, ({ stats }) => currentHashrateThs(stats));
  const hashrateThs = sum(hashrates);
  // Over the same machines, so that power that is known of a machine without hashrate does not spoil the ratio.
  const measured = reports.filter(({ stats }) => currentHashrateThs(stats) && stats?.powerW !== undefined);
  const measuredThs = sum(known(measured, ({ stats }) => currentHashrateThs(stats)));
  const measuredW = sum(known(measured, ({ stats }) => stats?.powerW));
  const fetchTimes = known(reports, ({ fetchedAt }) => fetchedAt);
  return {
    tenant,
    miners: reports.length,
    byState,
    reporting: hashrates.length,
    hashrateThs,
    nominalHashrateThs: sum(known(reports, ({ stats }) => stats?.nominalHashrateThs)),
    powerW: sum(known(reports, ({ stats }) => stats?.powerW)),
    efficiencyJPerTh: measuredThs && measuredW !== undefined ? measuredW / measuredThs : undefined,
    offline: reports
      .filter(({ status }) => status === undefined)
      .slice(0, LISTED_OFFLINE)
      .map(({ miner, failure }) => ({ minerId: miner.id, reason: failure ?? 'not read' })),
    oldestPartAt: fetchTimes.length === 0 ? undefined : fetchTimes.reduce((a, b) => Math.min(a, b)),
  };
}

/** The hashrate to show as "now", in TH/s: the shortest average that does not flicker. */
export function currentHashrateThs(stats: MinerStats | undefined): number | undefined {
  return stats?.hashrateThs?.last1m ?? stats?.hashrateThs?.last5m ?? stats?.hashrateThs?.last5s;
}

function known<T>(items: readonly T[], value: (item: T) => number | undefined): number[] {
  return items.map(value).filter((number) => number !== undefined);
}

function sum(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : numbers.reduce((total, number) => total + number, 0);
}

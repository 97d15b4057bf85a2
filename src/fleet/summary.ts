import { type MinerConcern, worstConcerns } from './health';
import type { MinerState } from './minerData';
import { currentHashrateThs, type MinerReport } from './minerReport';

/**
 * A tenant, or the whole fleet, in figures. Machines that do not answer are counted as `offline` and are in no sum, whatever is
 * remembered of them: the sums are over `reporting` machines.
 */
export interface FleetSummary {
  readonly tenant: string;
  readonly miners: number;
  readonly byState: Readonly<Partial<Record<MinerState | 'offline', number>>>;
  /** Machines whose hashrate is known. */
  readonly reporting: number;
  readonly hashrateThs: number | undefined;
  /** Of the machines whose hashrate is known. */
  readonly nominalHashrateThs: number | undefined;
  /** Hashrate by nominal hashrate, over the machines of which both are known. */
  readonly nominalRatio: number | undefined;
  readonly powerW: number | undefined;
  readonly efficiencyJPerTh: number | undefined;
  readonly hottest: { readonly minerId: string; readonly tempC: number } | undefined;
  /** The ten machines that need somebody most, with the reason. */
  readonly worst: readonly MinerConcern[];
  /** How fresh the parts are that the figures are made of. */
  readonly freshness: Freshness;
}

export interface Freshness {
  /** Machines that answered, by fresh data. */
  readonly fresh: number;
  /** Machines that do not answer, of which an older state is still known. */
  readonly stale: number;
  /** Machines that do not answer, of which nothing is known. */
  readonly unknown: number;
  /** When the oldest part was fetched, and the newest, in ms since the epoch. */
  readonly oldestPartAt: number | undefined;
  readonly newestPartAt: number | undefined;
}

const LISTED_WORST = 10;

export function summarize(tenant: string, reports: readonly MinerReport[]): FleetSummary {
  const reporting = reports.filter(({ stats }) => currentHashrateThs(stats) !== undefined);
  const rated = reporting.filter(({ stats }) => stats?.nominalHashrateThs !== undefined);
  // Over the same machines, so that power that is known of a machine without hashrate does not spoil the ratio.
  const measured = reporting.filter(({ stats }) => currentHashrateThs(stats) && stats?.powerW !== undefined);
  return {
    tenant,
    miners: reports.length,
    byState: countStates(reports),
    reporting: reporting.length,
    hashrateThs: sumOf(reporting, hashrateOf),
    nominalHashrateThs: sumOf(rated, nominalOf),
    nominalRatio: quotient(sumOf(rated, hashrateOf), sumOf(rated, nominalOf)),
    powerW: sumOf(reports, powerOf),
    efficiencyJPerTh: quotient(sumOf(measured, powerOf), sumOf(measured, hashrateOf)),
    hottest: hottestOf(reports),
    worst: worstConcerns(reports, LISTED_WORST),
    freshness: freshnessOf(reports),
  };
}

const hashrateOf = ({ stats }: MinerReport) => currentHashrateThs(stats);
const nominalOf = ({ stats }: MinerReport) => stats?.nominalHashrateThs;
const powerOf = ({ stats }: MinerReport) => stats?.powerW;

function countStates(reports: readonly MinerReport[]): FleetSummary['byState'] {
  const byState: Partial<Record<MinerState | 'offline', number>> = {};
  for (const { status } of reports) {
    const state = status?.state ?? 'offline';
    byState[state] = (byState[state] ?? 0) + 1;
  }
  return byState;
}

function hottestOf(reports: readonly MinerReport[]): FleetSummary['hottest'] {
  let hottest: FleetSummary['hottest'];
  for (const { miner, tempC } of reports) {
    if (tempC !== undefined && (hottest === undefined || tempC > hottest.tempC)) {
      hottest = { minerId: miner.id, tempC };
    }
  }
  return hottest;
}

function freshnessOf(reports: readonly MinerReport[]): Freshness {
  let fresh = 0;
  let stale = 0;
  let oldestPartAt: number | undefined;
  let newestPartAt: number | undefined;
  for (const { status, lastState, fetchedAt } of reports) {
    if (status !== undefined) {
      fresh++;
    } else if (lastState !== undefined) {
      stale++;
    }
    for (const at of fetchedAt) {
      oldestPartAt = Math.min(at, oldestPartAt ?? at);
      newestPartAt = Math.max(at, newestPartAt ?? at);
    }
  }
  return { fresh, stale, unknown: reports.length - fresh - stale, oldestPartAt, newestPartAt };
}

/** Over what is known; `undefined` when nothing is. */
function sumOf(reports: readonly MinerReport[], value: (report: MinerReport) => number | undefined) {
  let sum: number | undefined;
  for (const report of reports) {
    const part = value(report);
    if (part !== undefined) {
      sum = (sum ?? 0) + part;
    }
  }
  return sum;
}

function quotient(numerator: number | undefined, denominator: number | undefined): number | undefined {
  return numerator === undefined || !denominator ? undefined : numerator / denominator;
}

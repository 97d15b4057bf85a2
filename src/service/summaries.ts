import { describeError } from '../base/errors';
import type { Reading } from '../cache/reading';
import type { Miner } from '../fleet/miner';
import type { MinerDatasets, MinerKind } from '../fleet/minerData';
import type { MinerReport } from '../fleet/minerReport';
import { type FleetSummary, summarize } from '../fleet/summary';

type Result<K extends MinerKind> = PromiseSettledResult<Reading<MinerDatasets[K]>>;

/** Reads one dataset of many machines, in their order. */
export type BatchRead = <K extends MinerKind>(miners: readonly Miner[], kind: K) => Promise<readonly Result<K>[]>;

/**
 * Makes the summary of some machines out of their status and, of those that answer, their figures.
 *
 * @throws {CancelledError}
 */
export async function makeSummary(tenant: string, miners: readonly Miner[], read: BatchRead): Promise<FleetSummary> {
  const statuses = await read(miners, 'status');
  const answering = miners.filter((_, index) => isFresh(statuses[index]));
  const stats = await read(answering, 'stats');
  const statsOf = new Map(answering.map((miner, index) => [miner, stats[index]]));
  const reports = miners.map((miner, index) =>
    reportOf(miner, statuses[index] as Result<'status'>, freshReading<'stats'>(statsOf.get(miner))),
  );
  return summarize(tenant, reports);
}

/** A machine that does not answer, or whose status is stale for that reason, counts as offline and is in no sum. */
function reportOf(
  miner: Miner,
  status: Result<'status'>,
  stats: Reading<MinerDatasets['stats']> | undefined,
): MinerReport {
  const nothing = { miner, status: undefined, stats: undefined, tempC: undefined };
  if (status.status === 'rejected') {
    return { ...nothing, failure: describeError(status.reason), lastState: undefined, fetchedAt: [] };
  }
  const { data, fresh, failure, fetchedAt } = status.value;
  if (!fresh) {
    return { ...nothing, failure: describeError(failure), lastState: data.state, fetchedAt: [] };
  }
  // A machine that tells its state and not its figures counts under its state, and is in no sum.
  const times = [fetchedAt, ...(stats === undefined ? [] : [stats.fetchedAt])];
  return { ...nothing, status: data, stats: stats?.data, failure: undefined, lastState: data.state, fetchedAt: times };
}

function isFresh(result: Result<MinerKind> | undefined): boolean {
  return freshReading(result) !== undefined;
}

function freshReading<K extends MinerKind>(result: Result<K> | undefined): Reading<MinerDatasets[K]> | undefined {
  return result?.status === 'fulfilled' && result.value.fresh ? result.value : undefined;
}

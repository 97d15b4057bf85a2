import { describeError } from '../base/errors';
import type { Reading } from '../cache/reading';
import type { Miner } from '../fleet/miner';
import type { MinerDatasets, MinerKind } from '../fleet/minerData';
import type { MinerReport } from '../fleet/minerReport';
import { type FleetSummary, summarize } from '../fleet/summary';

/** How the reading of one dataset ended. */
export type Result<K extends MinerKind> = PromiseSettledResult<Reading<MinerDatasets[K]>>;

/** Reads one dataset of many machines, in their order. */
export type BatchRead = <K extends MinerKind>(miners: readonly Miner[], kind: K) => Promise<readonly Result<K>[]>;

/**
 * Makes the summary of some machines out of their status and, of those that answer, their figures.
 *
 * @throws {CancelledError}
 */
export async function makeSummary(tenant: string, miners: readonly Miner[], read: BatchRead): Promise<FleetSummary> {
  const statuses = await read(miners, 'status');
  const answering = miners.filter((_, index) => fresh(statuses[index]) !== undefined);
  const [stats, cooling] = await Promise.all([read(answering, 'stats'), read(answering, 'cooling')]);
  const figuresOf = new Map<Miner, Figures>(
    answering.map((miner, index) => [
      miner,
      { stats: fresh<'stats'>(stats[index]), cooling: fresh<'cooling'>(cooling[index]) },
    ]),
  );
  const reports = miners.map((miner, index) =>
    reportOf(miner, statuses[index] as Result<'status'>, figuresOf.get(miner) ?? NO_FIGURES),
  );
  return summarize(tenant, reports);
}

/** What a machine that answers told besides its status; what it did not tell is `undefined`, and in no sum. */
interface Figures {
  readonly stats: Reading<MinerDatasets['stats']> | undefined;
  readonly cooling: Reading<MinerDatasets['cooling']> | undefined;
}

const NO_FIGURES: Figures = { stats: undefined, cooling: undefined };

/** A machine that does not answer, or whose status is stale for that reason, counts as offline and is in no sum. */
function reportOf(miner: Miner, status: Result<'status'>, { stats, cooling }: Figures): MinerReport {
  const nothing = { miner, status: undefined, stats: undefined, tempC: undefined, fetchedAt: [] };
  if (status.status === 'rejected') {
    return { ...nothing, failure: describeError(status.reason), lastState: undefined };
  }
  const { data, failure, fetchedAt } = status.value;
  if (!status.value.fresh) {
    return { ...nothing, failure: describeError(failure), lastState: data.state };
  }
  return {
    miner,
    status: data,
    stats: stats?.data,
    tempC: cooling?.data.highestTempC,
    failure: undefined,
    lastState: data.state,
    fetchedAt: [fetchedAt, ...[stats, cooling].flatMap((part) => (part === undefined ? [] : [part.fetchedAt]))],
  };
}

function fresh<K extends MinerKind>(result: Result<K> | undefined): Reading<MinerDatasets[K]> | undefined {
  return result?.status === 'fulfilled' && result.value.fresh ? result.value : undefined;
}

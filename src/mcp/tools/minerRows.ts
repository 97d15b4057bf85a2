import type { Reading } from '../../cache/reading';
import type { Miner } from '../../fleet/miner';
import type { MinerDatasets, MinerKind, MinerState } from '../../fleet/minerData';
import { currentHashrateThs } from '../../fleet/minerReport';
import type { FleetServices } from '../../service/fleetServices';
import { cleanText } from '../untrusted';
import { rounded } from './budget';

export type RowState = MinerState | 'offline';

/** One miner with the figures that miners are found and compared by. What it did not tell is absent. */
export interface MinerRow {
  readonly miner: Miner;
  readonly state: RowState;
  readonly hashrateThs?: number | undefined;
  readonly nominalRatio?: number | undefined;
  readonly powerW?: number | undefined;
  readonly efficiencyJPerTh?: number | undefined;
  readonly tempC?: number | undefined;
  /** Why it is offline. */
  readonly failure?: string | undefined;
  /** Of its status; `undefined` when nothing is known of it. */
  readonly status: Reading<MinerDatasets['status']> | undefined;
}

/** Source fetches at a time. */
const CONCURRENCY = 128;

export interface RowOptions {
  /** Whether temperatures are wanted, which take a dataset more. */
  readonly withTemperature: boolean;
  readonly signal: AbortSignal;
  /** How many of the readings are there. */
  onProgress(done: number, total: number): void;
}

/** Reads the miners through the cache; a miner that does not answer is a row too. @throws {CancelledError} */
export async function readMinerRows(
  { reads }: Pick<FleetServices, 'reads'>,
  miners: readonly Miner[],
  { withTemperature, signal, onProgress }: RowOptions,
): Promise<readonly MinerRow[]> {
  const kinds = withTemperature ? 3 : 2;
  const total = miners.length * kinds;
  let done = 0;
  const onRead = () => onProgress(++done, total);
  const read = <K extends MinerKind>(kind: K, of: readonly Miner[]) =>
    reads.many(of, kind, CONCURRENCY, { signal }, onRead);
  const statuses = await read('status', miners);
  const answering = miners.filter((_, index) => readingOf(statuses[index])?.fresh === true);
  // Of the others no more is read.
  done += (kinds - 1) * (miners.length - answering.length);
  const [stats, cooling] = await Promise.all([
    read('stats', answering),
    withTemperature ? read('cooling', answering) : [],
  ]);
  const positions = new Map(answering.map((miner, index) => [miner, index]));
  return miners.map((miner, index) => {
    const result = statuses[index];
    const position = positions.get(miner);
    const status = readingOf(result);
    if (position === undefined) {
      const reason = result?.status === 'rejected' ? result.reason : status?.failure;
      return { miner, state: 'offline', failure: reason instanceof Error ? reason.message : undefined, status };
    }
    const [figures, warmth] = [freshData(stats[position]), freshData(cooling[position])];
    const hashrateThs = currentHashrateThs(figures);
    const nominal = figures?.nominalHashrateThs;
    return {
      miner,
      state: status?.data.state ?? 'unknown',
      hashrateThs,
      nominalRatio: hashrateThs === undefined || !nominal ? undefined : hashrateThs / nominal,
      powerW: figures?.powerW,
      efficiencyJPerTh: figures?.efficiencyJPerTh,
      tempC: warmth?.highestTempC,
      status,
    };
  });
}

/** A row as it is told, without what is not wanted. */
export function describeRow(row: MinerRow, now: number) {
  const { miner, state, status } = row;
  return {
    minerId: cleanText(miner.id),
    tenant: cleanText(miner.tenant),
    state,
    hashrateThs: rounded(row.hashrateThs),
    nominalRatio: rounded(row.nominalRatio, 3),
    powerW: rounded(row.powerW, 0),
    efficiencyJPerTh: rounded(row.efficiencyJPerTh),
    tempC: rounded(row.tempC),
    failure: row.failure === undefined ? undefined : cleanText(row.failure, 120),
    ageMs: status === undefined ? undefined : Math.max(0, Math.round(now - status.fetchedAt)),
    source: status?.origin,
    fresh: status?.fresh ?? false,
  };
}

function readingOf<T>(result: PromiseSettledResult<Reading<T>> | undefined): Reading<T> | undefined {
  return result?.status === 'fulfilled' ? result.value : undefined;
}

/** Figures of a machine that does not answer are none. */
function freshData<T>(result: PromiseSettledResult<Reading<T>> | undefined): T | undefined {
  const reading = readingOf(result);
  return reading?.fresh === true ? reading.data : undefined;
}

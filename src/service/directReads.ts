import { CancelledError, describeError, throwIfCancelled } from '../base/errors';
import type { CacheMetrics } from '../cache/metrics';
import type { Inventory } from '../fleet/inventory';
import type { Miner } from '../fleet/miner';
import type { MinerSource } from '../fleet/minerSource';
import type { DirectReadings } from './benchmarkMessages';
import type { FleetMonitor } from './fleetMonitor';

export interface DirectReadsOptions {
  readonly source: Pick<MinerSource, 'read'>;
  readonly inventory: Inventory;
  readonly monitor: Pick<FleetMonitor, 'view'>;
  readonly metrics: Pick<CacheMetrics, 'meanFetchMs'>;
}

/** So many miners of a fleet are read. */
const MOST_MINERS = 4;
/** So many are tried where it is not known which of them answer. */
const MOST_TRIED = 12;
const READS_OF_EACH = 3;
/** However often it is asked for. */
const MOST_READS = 240;

/** Reads a few miners past every cache, few times, to tell what a reading costs without one. For one benchmark. */
export class DirectReads {
  private chosen: Miner[] | undefined;
  private reads = 0;
  private failure: string | undefined;

  constructor(private readonly options: DirectReadsOptions) {}

  /** Reads each of the miners, one after the other. @throws {CancelledError} */
  async read(signal: AbortSignal): Promise<DirectReadings> {
    this.chosen ??= await this.choose(signal);
    const latenciesMs: number[] = [];
    for (const miner of [...this.chosen]) {
      for (let each = 0; each < READS_OF_EACH && this.reads < MOST_READS; each++) {
        const latency = await this.latencyOf(miner, signal);
        if (latency === undefined) {
          this.chosen = this.chosen.filter((other) => other !== miner);
          break;
        }
        latenciesMs.push(latency);
      }
    }
    return latenciesMs.length > 0 ? { type: 'read', latenciesMs, miners: this.chosen.length } : this.recorded();
  }

  /** Those that answered lately come first. The first reading of each opens its connection, and does not count. */
  private async choose(signal: AbortSignal): Promise<Miner[]> {
    const { inventory, monitor } = this.options;
    const { miners } = inventory.current;
    const isOnline = ({ id }: Miner) => monitor.view(id).type === 'online';
    const online = miners.filter(isOnline);
    const candidates = (online.length > 0 ? online : miners).slice(0, MOST_TRIED);
    const chosen: Miner[] = [];
    for (const miner of candidates) {
      if (chosen.length === MOST_MINERS) {
        break;
      }
      if ((await this.latencyOf(miner, signal)) !== undefined) {
        chosen.push(miner);
      }
    }
    return chosen;
  }

  /** In ms; `undefined` when the miner does not answer. */
  private async latencyOf(miner: Miner, signal: AbortSignal): Promise<number | undefined> {
    throwIfCancelled(signal);
    this.reads++;
    const startedAt = performance.now();
    try {
      await this.options.source.read(miner, 'status', signal);
      return performance.now() - startedAt;
    } catch (error) {
      if (error instanceof CancelledError) {
        throw error;
      }
      this.failure = describeError(error);
      return undefined;
    }
  }

  private recorded(): DirectReadings {
    const { inventory, metrics } = this.options;
    const why = inventory.current.miners.length === 0 ? 'The inventory lists no miner.' : 'No miner answered.';
    const reason = this.failure === undefined ? why : `${why} ${this.failure}`;
    const meanMs = metrics.meanFetchMs('miner:status');
    return meanMs === undefined ? { type: 'none', reason } : { type: 'recorded', meanMs, reason };
  }
}

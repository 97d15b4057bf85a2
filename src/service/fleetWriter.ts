import { settleBounded } from '../base/concurrency';
import { CancelledError, describeError } from '../base/errors';
import type { Miner } from '../fleet/miner';
import { describeChange, type MinerChange } from '../fleet/minerChange';
import type { MinerWriter } from './minerWriter';
import type { WriteAccess } from './writeAccess';

export interface FleetWriteOptions {
  /** Miners at a time; 10 by default. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
  /** Called after each miner. */
  onProgress?(done: number, total: number): void;
}

/** What came of a change of many miners. `changed + failed + untouched` are all of them. */
export interface FleetWriteReport {
  readonly changed: readonly Miner[];
  readonly failed: readonly { readonly miner: Miner; readonly reason: string }[];
  /** Miners that were not asked any more when it was cancelled. */
  readonly untouched: readonly Miner[];
}

const DEFAULT_CONCURRENCY = 10;

/** Has many miners do the same. */
export class FleetWriter {
  constructor(
    private readonly writer: MinerWriter,
    private readonly access: Pick<WriteAccess, 'require'>,
  ) {}

  /**
   * Changes each miner by itself: that one fails keeps no other from it. When it is cancelled no further miner is asked, and
   * those that are being asked are waited for.
   *
   * @throws {ReadOnlyError}
   */
  async change(
    miners: readonly Miner[],
    change: MinerChange,
    options: FleetWriteOptions = {},
  ): Promise<FleetWriteReport> {
    await this.access.require(`tell miners to ${describeChange(change)}`);
    const { concurrency = DEFAULT_CONCURRENCY, signal, onProgress } = options;
    const changed: Miner[] = [];
    const failed: { miner: Miner; reason: string }[] = [];
    const touched = new Set<Miner>();
    await settleBounded(
      miners,
      concurrency,
      async (miner) => {
        try {
          await this.writer.change(miner, change, signal);
          changed.push(miner);
          touched.add(miner);
        } catch (error) {
          if (error instanceof CancelledError) {
            return;
          }
          failed.push({ miner, reason: describeError(error) });
          touched.add(miner);
        }
        onProgress?.(touched.size, miners.length);
      },
      signal,
    );
    return { changed, failed, untouched: miners.filter((miner) => !touched.has(miner)) };
  }
}

/** The miners that a change is still due for: those that failed, and those that were not asked. */
export function remaining({ failed, untouched }: FleetWriteReport): readonly Miner[] {
  return [...failed.map(({ miner }) => miner), ...untouched];
}

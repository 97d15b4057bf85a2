import { Emitter } from '../base/emitter';
import { CancelledError } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import type { Miner } from '../fleet/miner';
import type { FleetReads } from './fleetReads';

/** Source fetches at a time. */
const CONCURRENCY = 64;

/** Keeps the highest temperature that was last read of each machine, for views. It reads only when it is asked to. */
export class MinerTemperatures implements Disposable {
  private known: ReadonlyMap<string, number | undefined> = new Map();
  private readonly changes = new Emitter<ReadonlySet<string>>();

  /** Ids of machines whose temperature changed. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly reads: Pick<FleetReads, 'many'>) {}

  /** In °C; `undefined` for a machine that does not tell. */
  of(minerId: string): number | undefined {
    return this.known.get(minerId);
  }

  /**
   * Reads the miners' cooling through the cache; no lookups. A miner that fails has no temperature afterwards, nor has one that
   * is not among them.
   */
  async refresh(miners: readonly Miner[], signal: AbortSignal): Promise<void> {
    try {
      const results = await this.reads.many(miners, 'cooling', CONCURRENCY, { background: true, signal });
      const temperatures = new Map(
        miners.map(({ id }, index) => {
          const result = results[index];
          const isFresh = result?.status === 'fulfilled' && result.value.fresh;
          return [id, isFresh ? result.value.data.highestTempC : undefined] as const;
        }),
      );
      this.take(temperatures);
    } catch (error) {
      if (!(error instanceof CancelledError)) {
        throw error;
      }
    }
  }

  dispose(): void {
    this.changes.dispose();
    this.known = new Map();
  }

  private take(temperatures: ReadonlyMap<string, number | undefined>): void {
    const former = this.known;
    this.known = temperatures;
    const ids = [...former.keys(), ...temperatures.keys()];
    const changed = new Set(ids.filter((id) => former.get(id) !== temperatures.get(id)));
    if (changed.size > 0) {
      this.changes.fire(changed);
    }
  }
}

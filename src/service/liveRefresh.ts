import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/lifecycle';
import type { CacheService } from '../cache/cacheService';
import type { EventBus } from '../cache/eventBus';
import { compileGlob } from '../cache/glob';
import { generationKeys, minerKey } from '../cache/keys';
import type { Inventory } from '../fleet/inventory';
import type { Miner } from '../fleet/miner';
import type { FleetMonitor } from './fleetMonitor';

export interface LiveRefreshOptions {
  readonly monitor: FleetMonitor;
  readonly cache: CacheService;
  readonly inventory: Inventory;
  readonly bus: Pick<EventBus, 'onDidMiss'>;
  readonly clock: Clock;
}

/** Events of this time are read together, in ms. */
const GATHER_MS = 50;
/**
 * After which what was read is read once more, in ms. The event may come before the first tier is told, over another connection;
 * after a second the tier was told, or is passed over.
 */
const AGAIN_MS = 1_100;

/**
 * Reads a miner again as soon as what is known of its status is void, whoever voided it, so that a view shows the change without
 * waiting for its next round; and the whole fleet after a time in which nobody could tell. For as long as somebody looks; not
 * counted as lookups.
 */
export class LiveRefresh implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly stop = new AbortController();
  /** Miners by the generation keys whose change is one of their status. */
  private miners = new Map<string, Miner>();
  private readonly gathered = new Map<string, Miner>();

  constructor(private readonly options: LiveRefreshOptions) {
    const { cache, inventory, bus } = options;
    this.disposables.add(
      cache.onDidChange((change) => {
        if (change.type === 'invalidated') {
          this.gather([...change.scopes, ...this.statusesRemovedBy(change.patterns ?? [])]);
        }
      }),
    );
    this.disposables.add(bus.onDidMiss(() => this.gather(this.miners.keys())));
    this.disposables.add(inventory.onDidChange(() => this.list()));
    this.list();
  }

  dispose(): void {
    this.stop.abort();
    this.disposables.dispose();
  }

  private list(): void {
    this.miners = new Map(
      this.options.inventory.current.miners.flatMap((miner) => [
        [generationKeys.minerEvent(miner.id, 'status'), miner],
        [generationKeys.miner(miner.id), miner],
      ]),
    );
  }

  /** The generations that stand for the miners whose status was removed. */
  private statusesRemovedBy(patterns: readonly string[]): readonly string[] {
    const globs = patterns.map(compileGlob);
    const { miners } = this.options.inventory.current;
    return miners
      .filter(({ id }) => globs.some((matches) => matches(minerKey(id, 'status'))))
      .map(({ id }) => generationKeys.miner(id));
  }

  private gather(scopes: Iterable<string>): void {
    const wasEmpty = this.gathered.size === 0;
    for (const scope of scopes) {
      const miner = this.miners.get(scope);
      if (miner !== undefined) {
        this.gathered.set(miner.id, miner);
      }
    }
    if (wasEmpty && this.gathered.size > 0) {
      this.later(GATHER_MS, () => {
        const miners = [...this.gathered.values()];
        this.gathered.clear();
        this.refresh(miners);
        this.later(AGAIN_MS, () => this.refresh(miners));
      });
    }
  }

  private refresh(miners: readonly Miner[]): void {
    // Failures are views; only the end of this object ends it early.
    void this.options.monitor.refresh(miners, { background: true, signal: this.stop.signal });
  }

  private later(delayMs: number, task: () => void): void {
    const timer: Disposable = this.options.clock.setTimeout(() => {
      this.disposables.release(timer);
      task();
    }, delayMs);
    this.disposables.add(timer);
  }
}

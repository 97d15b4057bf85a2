import { figuresOf, type InstanceFigures, ratiosOf, sumFigures, type WindowRatios } from '../cache/instanceFigures';
import type { CacheMetrics } from '../cache/metrics';
import { StoreError } from '../cache/store';
import type { StoreGauge } from '../cache/storeGauge';
import type { InstanceRegistry } from './instanceRegistry';

/** How Redis is doing. What it did not tell is absent. */
export interface RedisFigures {
  /** Of a round trip, in ms. */
  readonly latencyMs?: number;
  readonly memoryBytes?: number;
  /** Absent where there is no limit. */
  readonly memoryLimitBytes?: number;
}

/** What only Redis knows of all instances. What it did not tell is absent. */
export interface Overview {
  /** Of the lookups of all instances together. */
  readonly ratios?: { readonly hitRatio: WindowRatios; readonly sourceOffload: WindowRatios };
  /** How many are alive, this one included. */
  readonly instances?: number;
  readonly redis: RedisFigures;
}

export interface FleetOverviewOptions {
  readonly instances: Pick<InstanceRegistry, 'id' | 'list'>;
  readonly metrics: CacheMetrics;
  readonly gauge: StoreGauge;
}

/** Asks Redis about all instances and about itself, when it is called and not else. */
export class FleetOverview {
  constructor(private readonly options: FleetOverviewOptions) {}

  /** Never fails. Ends within a few command timeouts. Other instances' counts are up to six seconds old. */
  async all(): Promise<Overview> {
    const { gauge } = this.options;
    const [others, latencyMs, memory] = await Promise.all([
      this.others(),
      gauge.latency().catch(ignoreStoreError),
      gauge.memory().catch(ignoreStoreError),
    ]);
    const redis = {
      ...(latencyMs === undefined ? {} : { latencyMs }),
      ...(memory === undefined ? {} : { memoryBytes: memory.usedBytes }),
      ...(memory?.limitBytes === undefined ? {} : { memoryLimitBytes: memory.limitBytes }),
    };
    if (others === undefined) {
      return { redis };
    }
    const figures = [figuresOf(this.options.metrics), ...others.filter((each) => each !== undefined)];
    return { ratios: ratiosOf(sumFigures(figures)), instances: others.length + 1, redis };
  }

  /** What each of the others told; `undefined` for one that has not yet. */
  private async others(): Promise<readonly (InstanceFigures | undefined)[] | undefined> {
    const { instances } = this.options;
    const records = await instances.list().catch(ignoreStoreError);
    return records?.filter(({ id }) => id !== instances.id).map(({ figures }) => figures);
  }
}

function ignoreStoreError(error: unknown): undefined {
  if (!(error instanceof StoreError)) {
    throw error;
  }
  return undefined;
}

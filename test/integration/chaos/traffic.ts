import { describeError } from '../../../src/base/errors';
import type { CacheRequest, Reading } from '../../../src/cache/reading';
import type { SeededRandom } from '../../../src/simulator/random';
import type { CacheInstance } from '../../fixtures/cacheInstance';
import type { Seen, World } from './world';

/** What went wrong at most that is worth reading. */
const MAX_VIOLATIONS = 20;
/** Of ten readers one reads all keys as a batch. */
const BATCH_EVERY = 10;
const PAUSE_MS = [5, 40] as const;
const STALL_PROBE_MS = 20;

/** What the readers saw. */
export interface TrafficFigures {
  readonly reads: number;
  readonly origins: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  /** The longest that this process itself did not get to run, which no cache can do anything about. */
  readonly longestStallMs: number;
  /** One sentence each. */
  readonly violations: readonly string[];
}

/** Readers that read without end, and note whatever a reader must not see. */
export class Traffic {
  private readonly violations: string[] = [];
  private readonly origins: Record<string, number> = {};
  /** The oldest state of a miner that a read may return which begins now, by instance and miner. */
  private readonly required = new Map<CacheInstance, Map<string, number>>();
  /** Lookups by instance: what its own figures have to add up to. */
  readonly lookups = new Map<CacheInstance, number>();
  private slowestMs = 0;
  private longestStallMs = 0;
  private isRunning = true;
  private readonly loops: Promise<void>[];

  constructor(
    private readonly world: World,
    private readonly random: SeededRandom,
    readonly instances: readonly CacheInstance[],
    readers: number,
  ) {
    for (const instance of instances) {
      this.required.set(instance, new Map());
      this.lookups.set(instance, 0);
    }
    this.loops = Array.from({ length: readers }, (_, index) => {
      const instance = instances[index % instances.length] as CacheInstance;
      return this.loop(() => (index % BATCH_EVERY === 0 ? this.readAll(instance) : this.readOne(instance)));
    });
    this.loops.push(this.watchStalls());
  }

  get figures(): TrafficFigures {
    const reads = Object.values(this.origins).reduce((sum, count) => sum + count, 0);
    const { origins, slowestMs, longestStallMs, violations } = this;
    return { reads, origins, slowestMs, longestStallMs, violations };
  }

  /** From now on reads of `instance` have to see the miner's state of now. */
  require(instance: CacheInstance, minerId: string, version: number): void {
    this.required.get(instance)?.set(minerId, version);
  }

  /** Reads every key once, and resolves to those that were no hits. */
  async missesOfOneRound(instance: CacheInstance): Promise<readonly string[]> {
    const origins = await Promise.all(
      this.world.requests.map(async (request) => [request.key, await this.read(instance, request)] as const),
    );
    return origins.flatMap(([key, origin]) => (origin === 'l1' || origin === 'l2' ? [] : [`${key}: ${origin}`]));
  }

  async stop(): Promise<void> {
    this.isRunning = false;
    await Promise.all(this.loops);
  }

  private async loop(step: () => Promise<unknown>): Promise<void> {
    while (this.isRunning) {
      await step();
      await sleep(this.random.between(...PAUSE_MS));
    }
  }

  private async watchStalls(): Promise<void> {
    while (this.isRunning) {
      const startedAt = performance.now();
      await sleep(STALL_PROBE_MS);
      this.longestStallMs = Math.max(this.longestStallMs, performance.now() - startedAt - STALL_PROBE_MS);
    }
  }

  private readOne(instance: CacheInstance) {
    const { requests } = this.world;
    const request = requests[Math.floor(this.random.between(0, requests.length))] as CacheRequest<Seen>;
    return this.read(instance, request);
  }

  private async read(instance: CacheInstance, request: CacheRequest<Seen>): Promise<string> {
    const [result] = await this.timed(instance, [request], async () => {
      const read = instance.cache.getOrFetch(request);
      return Promise.allSettled([read]);
    });
    return result?.status === 'fulfilled' ? result.value.origin : 'failed';
  }

  private readAll(instance: CacheInstance) {
    const { requests } = this.world;
    return this.timed(instance, requests, () => instance.cache.getManyOrFetch(requests));
  }

  private async timed(
    instance: CacheInstance,
    requests: readonly CacheRequest<Seen>[],
    read: () => Promise<readonly PromiseSettledResult<Reading<Seen>>[]>,
  ) {
    const startedAt = performance.now();
    const required = new Map(this.required.get(instance));
    const results = await read();
    this.slowestMs = Math.max(this.slowestMs, performance.now() - startedAt);
    this.lookups.set(instance, (this.lookups.get(instance) as number) + requests.length);
    for (const [index, result] of results.entries()) {
      this.judge(requests[index] as CacheRequest<Seen>, result, required);
    }
    return results;
  }

  private judge(
    { key }: CacheRequest<Seen>,
    result: PromiseSettledResult<Reading<Seen>>,
    required: ReadonlyMap<string, number>,
  ): void {
    if (result.status === 'rejected') {
      this.note(`The read of ${key} failed: ${describeError(result.reason)}`);
      return;
    }
    const { data, origin } = result.value;
    this.origins[origin] = (this.origins[origin] ?? 0) + 1;
    const oldest = required.get(data.minerId) ?? 0;
    if (data.version < oldest) {
      this.note(`The read of ${key} gave version ${data.version} from ${origin} after ${oldest} was due.`);
    }
  }

  private note(violation: string): void {
    if (this.violations.length < MAX_VIOLATIONS) {
      this.violations.push(violation);
    }
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

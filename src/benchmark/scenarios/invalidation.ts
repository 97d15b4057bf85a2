import { systemClock } from '../../base/clock';
import { throwIfCancelled } from '../../base/errors';
import type { CacheRequest } from '../../cache/reading';
import { LATENCY_MEASURES, latencyFigures, sample } from '../sampling';
import { NotMeasurable, type Scenario, type Turn } from '../scenario';
import type { Instance } from '../world';

/** How long the other instance may take to keep an entry, or to drop it, in ms. */
const PATIENCE_MS = 3_000;

/** One instance voids what another holds. */
export const invalidation: Scenario = {
  id: 'invalidation',
  title: 'Invalidation reaches another instance',
  description:
    'From the moment when one instance begins to void an entry until another instance has dropped its own copy of it.',
  measures: LATENCY_MEASURES,
  async run(turn) {
    const [request] = turn.world.requests('invalidation', 1);
    const { first, second } = turn.world;
    const latencies: number[] = [];
    await sample(turn, async () => {
      if (request !== undefined) {
        await untilKept(turn, second, request);
        const dropped = untilDropped(second, request);
        const startedAt = performance.now();
        const voided = first.cache.invalidate({ scopes: request.scopes, cause: 'benchmark' });
        await dropped;
        latencies.push(performance.now() - startedAt);
        await voided;
      }
    });
    return latencyFigures(latencies);
  },
};

async function untilKept(turn: Turn, { cache }: Instance, request: CacheRequest<unknown>): Promise<void> {
  const startedAt = performance.now();
  while ((await cache.getOrFetch(request)).origin !== 'l1') {
    throwIfCancelled(turn.signal);
    if (performance.now() - startedAt > PATIENCE_MS) {
      throw new NotMeasurable(
        'The other instance keeps nothing in its process, because this Redis does not tell of changed keys.',
      );
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Looks whenever Redis tells of changes: the cache hears of them first. */
function untilDropped({ redis, cache }: Instance, { key }: CacheRequest<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      listener.dispose();
    };
    const timer = setTimeout(() => {
      end();
      reject(new NotMeasurable(`An invalidation did not reach the other instance within ${PATIENCE_MS} ms.`));
    }, PATIENCE_MS);
    const listener = redis.link.onDidInvalidate(() => {
      if (cache.firstTier.get(key, systemClock.monotonic()) === undefined) {
        end();
        resolve();
      }
    });
  });
}

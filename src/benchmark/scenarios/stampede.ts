import { median } from '../../service/benchmarkReport';
import { payload } from '../payload';
import { sample } from '../sampling';
import type { Scenario } from '../scenario';

const READERS = 100;
/** About what a miner takes that is near. */
const SOURCE_MS = 20;
/** Stampedes that one turn may have. */
const KEYS_OF_TURN = 100_000;

/** Many want what is not cached. */
export const stampede: Scenario = {
  id: 'stampede',
  title: 'Stampede',
  description: `${READERS} readers in two instances want the same entry at once, which is not cached; its source takes ${SOURCE_MS} ms.`,
  measures: [
    { id: 'fetches', label: 'Fetches from the source', unit: 'fetches', better: 'lower' },
    { id: 'last', label: 'Until the last reader has it', unit: 'ms', better: 'lower' },
  ],
  async run(turn) {
    const { world } = turn;
    const caches = [world.first.cache, world.second.cache];
    const fetches: number[] = [];
    const latencies = await sample(turn, async (index) => {
      let fetched = 0;
      const [request] = world.requests('stampede', 1, turn.number * KEYS_OF_TURN + index, async () => {
        fetched++;
        await new Promise((resolve) => setTimeout(resolve, SOURCE_MS));
        return payload(index);
      });
      if (request !== undefined) {
        await Promise.all(
          Array.from({ length: READERS / caches.length }, () =>
            caches.map((cache) => cache.getOrFetch(request)),
          ).flat(),
        );
      }
      fetches.push(fetched);
    });
    return { fetches: Math.max(...fetches), last: median(latencies) };
  },
};

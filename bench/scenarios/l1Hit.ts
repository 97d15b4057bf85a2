import { LRUCache } from 'lru-cache';
import { type Comparison, measuresOf, ratio } from '../comparison';
import { minerRequests, minerValue, openInstance } from '../instance';
import { interleave, throughput } from '../interleave';
import { openBento, openCacheable } from '../peers';

const KEYS = 1_000;
const READS = 200_000;
/** The slow ones get fewer, so that all run for about as long. */
const PEER_READS = 40_000;

/** One reader, values that are in the process: what a dashboard that repaints asks for. */
export async function l1Hit(port: number): Promise<Comparison> {
  const requests = minerRequests(KEYS);
  const instance = await openInstance(port);
  const bento = openBento(port, { hasL1: true });
  const shared = openBento(port, { hasL1: true, sharesValues: true });
  const cacheable = openCacheable(port);
  const lru = new LRUCache<string, object>({ max: 100_000 });
  const keys = requests.map(({ key }) => key);
  for (const [index, key] of keys.entries()) {
    lru.set(key, minerValue(index));
  }
  const bare = async (key: string) => lru.get(key);
  const fetch = async () => minerValue(0);
  const reader = (reads: number, read: (index: number) => Promise<unknown>) => () =>
    throughput(reads, async () => {
      for (let each = 0; each < reads; each++) {
        await read(each % KEYS);
      }
    });
  const byKey = (read: (key: string) => Promise<unknown>) => (index: number) => read(keys[index] as string);
  try {
    const values = await interleave({
      'Fleet Cache': reader(READS, (index) => instance.cache.getOrFetch(requests[index] as (typeof requests)[number])),
      'Fleet Cache, not counted': reader(READS, (index) =>
        instance.cache.getOrFetch(requests[index] as (typeof requests)[number], { background: true }),
      ),
      'lru-cache alone': reader(READS, byKey(bare)),
      BentoCache: reader(
        PEER_READS,
        byKey((key) => bento.getOrFetch(key, fetch)),
      ),
      'BentoCache without Redis, values shared': reader(
        PEER_READS,
        byKey((key) => shared.getOrFetch(key, fetch)),
      ),
      cacheable: reader(
        PEER_READS,
        byKey((key) => cacheable.getOrFetch(key, fetch)),
      ),
    });
    return {
      title: 'Hit in the process, 1 reader',
      measures: measuresOf(values, 'k/s'),
      goals: [
        ratio(values, 'Fleet Cache', 'lru-cache alone', 'atLeast', 0.5),
        ratio(values, 'Fleet Cache', 'BentoCache', 'atLeast', 10),
      ],
    };
  } finally {
    instance.dispose();
    await Promise.all([bento.dispose(), shared.dispose(), cacheable.dispose()]);
  }
}

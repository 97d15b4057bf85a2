import { LRUCache } from 'lru-cache';
import type { CacheRequest } from '../../src/cache/reading';
import { type Comparison, measuresOf } from '../comparison';
import { fleetRequests, minerRequests, minerValue, openInstance } from '../instance';
import { interleave } from '../interleave';
import { openBento, openCacheable, type Peer } from '../peers';
import { usedMemory } from '../usedMemory';

const ENTRIES = 10_000;
const BATCH = 1_000;

/** Just so many entries as there are, because lists are made as long as the tier may become. */
const LIMITS = { maxEntries: ENTRIES, maxBytes: 256 * 1024 * 1024 };

const KINDS_OF_A_MINER = 8;

/** What an entry in the process costs besides its value and its key, in bytes of the heap. */
export async function memory(port: number): Promise<Comparison> {
  const fleet = fleetRequests(ENTRIES / KINDS_OF_A_MINER);
  const alone = minerRequests(ENTRIES);
  const keys = alone.map(({ key }) => key);
  const values = await interleave({
    'Fleet Cache': async () => (await heldByTier(port, fleet)) - (await valueBytes()),
    'Fleet Cache, one entry of each miner': async () => (await heldByTier(port, alone)) - (await valueBytes()),
    'lru-cache alone': async () => {
      const bytes = await heldBy(async () => {
        const lru = new LRUCache<string, object>({ max: ENTRIES });
        for (const [index, key] of keys.entries()) {
          lru.set(key, parsedValue(index));
        }
        return lru;
      });
      return bytes - (await valueBytes());
    },
    'BentoCache without Redis, values shared': async () => {
      const bento = openBento(port, { hasL1: true, sharesValues: true });
      const bytes = await heldBy(async () => {
        await fill(bento, keys);
        return bento;
      });
      await bento.dispose();
      return bytes - (await valueBytes());
    },
    cacheable: async () => {
      const cacheable = openCacheable(port);
      const bytes = await heldBy(async () => {
        await fill(cacheable, keys);
        return cacheable;
      });
      await cacheable.dispose();
      return bytes - (await valueBytes());
    },
  });
  return {
    title: 'Memory of an entry in the process, over its value',
    measures: measuresOf(values, 'bytes'),
    goals: [
      { name: 'Fleet Cache', unit: 'bytes', values: values.get('Fleet Cache') ?? [], bound: 'atMost', limit: 300 },
    ],
  };
}

async function heldByTier(port: number, requests: readonly CacheRequest<unknown>[]): Promise<number> {
  const instance = await openInstance(port, LIMITS);
  try {
    const bytes = await heldBy(async () => {
      // What was fetched is not kept before it was read back.
      for (let start = 0; start < 2 * ENTRIES; start += BATCH) {
        await instance.cache.getManyOrFetch(requests.slice(start % ENTRIES, (start % ENTRIES) + BATCH));
      }
      return instance;
    });
    const { entryCount } = instance.cache.firstTier;
    if (entryCount !== ENTRIES) {
      throw new Error(`${entryCount} entries are in the process instead of ${ENTRIES}`);
    }
    return bytes;
  } finally {
    instance.dispose();
  }
}

async function fill(peer: Peer, keys: readonly string[]): Promise<void> {
  for (let start = 0; start < keys.length; start += BATCH) {
    const batch = keys.slice(start, start + BATCH);
    await Promise.all(batch.map((key, index) => peer.getOrFetch(key, async () => parsedValue(start + index))));
  }
}

/** A value as it comes out of a store. */
function parsedValue(index: number): object {
  return JSON.parse(JSON.stringify(minerValue(index)));
}

/** What a value alone takes. */
function valueBytes(): Promise<number> {
  return heldBy(async () => Array.from({ length: ENTRIES }, (_, index) => parsedValue(index)));
}

/** What stays on the heap of what `make` makes, in bytes for each entry. */
async function heldBy(make: () => Promise<unknown>): Promise<number> {
  const { heapUsed: before } = await usedMemory();
  const made = await make();
  const bytes = (await usedMemory()).heapUsed - before;
  // Held until here, so that it is counted.
  return made === undefined ? Number.NaN : bytes / ENTRIES;
}

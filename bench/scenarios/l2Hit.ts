import { Redis } from 'ioredis';
import { type Comparison, measuresOf, ratio } from '../comparison';
import { minerRequests, minerValue, openInstance } from '../instance';
import { interleave, throughput } from '../interleave';
import { openBento, openByHand } from '../peers';

const KEYS = 1_000;
const READERS = 100;
const READS = 30_000;

/** Many readers at once, values that only Redis has: what a second window finds. */
export async function l2Hit(port: number): Promise<Comparison> {
  const requests = minerRequests(KEYS);
  const instance = await openInstance(port, false);
  const raw = new Redis(port, '127.0.0.1', { enableAutoPipelining: true });
  const bento = openBento(port, { hasL1: false });
  const pipelined = openBento(port, { hasL1: false, autoPipelining: true });
  const byHand = openByHand(port);
  const keys = requests.map(({ key }) => key);
  const fetch = async () => minerValue(0);
  await instance.cache.getManyOrFetch(requests);
  await Promise.all(keys.flatMap((key) => [bento.getOrFetch(key, fetch), byHand.getOrFetch(key, fetch)]));

  const readers = (read: (index: number) => Promise<unknown>) => () =>
    throughput(READS, async () => {
      let next = 0;
      const readOn = async () => {
        while (next < READS) {
          await read(next++ % KEYS);
        }
      };
      await Promise.all(Array.from({ length: READERS }, readOn));
    });
  const byKey = (read: (key: string) => Promise<unknown>) => readers((index) => read(keys[index] as string));
  try {
    const values = await interleave({
      'Fleet Cache': readers((index) => instance.cache.getOrFetch(requests[index] as (typeof requests)[number])),
      'GET, pipelined, parsed': byKey(async (key) => JSON.parse((await raw.get(key)) as string)),
      'by hand': byKey((key) => byHand.getOrFetch(key, fetch)),
      BentoCache: byKey((key) => bento.getOrFetch(key, fetch)),
      'BentoCache, pipelined': byKey((key) => pipelined.getOrFetch(key, fetch)),
    });
    return {
      title: `Hit in Redis, ${READERS} readers`,
      measures: measuresOf(values, 'k/s'),
      goals: [
        ratio(values, 'Fleet Cache', 'GET, pipelined, parsed', 'atLeast', 0.9),
        ratio(values, 'Fleet Cache', 'BentoCache', 'atLeast', 1.3),
      ],
    };
  } finally {
    instance.dispose();
    raw.disconnect();
    await Promise.all([bento.dispose(), pipelined.dispose(), byHand.dispose()]);
  }
}

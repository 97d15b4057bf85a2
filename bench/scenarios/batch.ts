import { Redis } from 'ioredis';
import { type Comparison, measuresOf, ratio } from '../comparison';
import { minerRequests, minerValue, openInstance } from '../instance';
import { interleave, throughput } from '../interleave';
import { openBento, openByHand, openCacheable } from '../peers';

const KEYS = 1_000;
const ROUNDS = 60;

/** A fleet's view at once, from Redis. */
export async function batch(port: number): Promise<Comparison> {
  const requests = minerRequests(KEYS);
  const instance = await openInstance(port, false);
  const raw = new Redis(port, '127.0.0.1');
  const bento = openBento(port, { hasL1: false });
  const byHand = openByHand(port);
  const cacheable = openCacheable(port);
  const keys = requests.map(({ key }) => key);
  const fetch = async () => minerValue(0);
  await instance.cache.getManyOrFetch(requests);
  await Promise.all(keys.flatMap((key) => [bento, byHand, cacheable].map((peer) => peer.getOrFetch(key, fetch))));

  const rounds = (read: () => Promise<unknown>) => () =>
    throughput(KEYS * ROUNDS, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        await read();
      }
    });
  const each = (read: (key: string) => Promise<unknown>) => rounds(() => Promise.all(keys.map(read)));
  try {
    const values = await interleave({
      'Fleet Cache, getManyOrFetch': rounds(() => instance.cache.getManyOrFetch(requests)),
      'MGET, parsed': rounds(async () => (await raw.mget(keys)).map((text) => JSON.parse(text as string))),
      'by hand, key by key': each((key) => byHand.getOrFetch(key, fetch)),
      'BentoCache, key by key': each((key) => bento.getOrFetch(key, fetch)),
      // Its second tier alone; the whole would answer from the first.
      'cacheable, getMany of its secondary': rounds(async () => cacheable.cacheable.secondary?.getMany(keys)),
    });
    return {
      title: `${KEYS.toLocaleString('en')} keys at once from Redis`,
      measures: measuresOf(values, 'k/s'),
      goals: [
        ratio(values, 'Fleet Cache, getManyOrFetch', 'MGET, parsed', 'atLeast', 0.85),
        ratio(values, 'Fleet Cache, getManyOrFetch', 'BentoCache, key by key', 'atLeast', 5),
      ],
    };
  } finally {
    instance.dispose();
    raw.disconnect();
    await Promise.all([bento.dispose(), byHand.dispose(), cacheable.dispose()]);
  }
}

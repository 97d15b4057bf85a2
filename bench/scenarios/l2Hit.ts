import { Redis } from 'ioredis';
import { type Comparison, measuresOf, ratio } from '../comparison';
import { minerRequests, minerValue, openInstance } from '../instance';
import { interleave, type Run, throughput } from '../interleave';
import { type Contenders, serveContender, startContenders } from '../ownProcess';
import { openBento, openByHand, type Peer } from '../peers';

const KEYS = 1_000;
const READERS = 100;
const READS = 30_000;
const REQUESTS = minerRequests(KEYS);
const NAMES = REQUESTS.map(({ key }) => key);

const CONTENDERS: Contenders<number> = {
  async 'Fleet Cache'(port) {
    const { cache } = await openInstance(port, false);
    await cache.getManyOrFetch(REQUESTS);
    return { run: readers((index) => cache.getOrFetch(REQUESTS[index] as (typeof REQUESTS)[number])) };
  },
  async 'GET, pipelined, parsed'(port) {
    const redis = new Redis(port, '127.0.0.1', { enableAutoPipelining: true });
    // What the one before it wrote.
    return { run: readers(async (index) => JSON.parse((await redis.get(NAMES[index] as string)) as string)) };
  },
  'by hand': async (port) => keyByKey(openByHand(port)),
  BentoCache: async (port) => keyByKey(openBento(port, { hasL1: false })),
  'BentoCache, pipelined': async (port) => keyByKey(openBento(port, { hasL1: false, autoPipelining: true })),
};

/** Many readers at once, values that only Redis has: what a second window finds. */
export async function l2Hit(port: number): Promise<Comparison> {
  const contenders = await startContenders('l2HitContender', CONTENDERS, port);
  try {
    const values = await interleave(contenders.runs);
    return {
      title: `Hit in Redis, ${READERS} readers`,
      measures: measuresOf(values, 'k/s'),
      goals: [
        ratio(values, 'Fleet Cache', 'GET, pipelined, parsed', 'atLeast', 0.9),
        ratio(values, 'Fleet Cache', 'BentoCache', 'atLeast', 1.3),
      ],
    };
  } finally {
    contenders.stop();
  }
}

/** The process of one of them. */
export function l2HitContender(argument: string): Promise<void> {
  return serveContender(CONTENDERS, argument);
}

function readers(read: (index: number) => Promise<unknown>): Run {
  return () =>
    throughput(READS, async () => {
      let next = 0;
      const readOn = async () => {
        while (next < READS) {
          await read(next++ % KEYS);
        }
      };
      await Promise.all(Array.from({ length: READERS }, readOn));
    });
}

async function keyByKey(peer: Peer): Promise<{ readonly run: Run }> {
  const read = (index: number) => peer.getOrFetch(NAMES[index] as string, async () => minerValue(0));
  await Promise.all(NAMES.map((_, index) => read(index)));
  return { run: readers(read) };
}

import { Redis } from 'ioredis';
import { type Comparison, measuresOf, ratio } from '../comparison';
import { minerRequests, minerValue, openInstance } from '../instance';
import { interleave, type Run, throughput } from '../interleave';
import { type Contenders, serveContender, startContenders } from '../ownProcess';
import { openBento, openByHand, openCacheable, type Peer } from '../peers';

const KEYS = 1_000;
const ROUNDS = 60;
const REQUESTS = minerRequests(KEYS);
const NAMES = REQUESTS.map(({ key }) => key);

const CONTENDERS: Contenders<number> = {
  async 'Fleet Cache, getManyOrFetch'(port) {
    const { cache } = await openInstance(port, false);
    await cache.getManyOrFetch(REQUESTS);
    return { run: rounds(() => cache.getManyOrFetch(REQUESTS)) };
  },
  async 'MGET, parsed'(port) {
    const redis = new Redis(port, '127.0.0.1');
    // What the one before it wrote.
    return { run: rounds(async () => (await redis.mget(NAMES)).map((text) => JSON.parse(text as string))) };
  },
  'by hand, key by key': async (port) => keyByKey(openByHand(port)),
  'BentoCache, key by key': async (port) => keyByKey(openBento(port, { hasL1: false })),
  async 'cacheable, getMany of its secondary'(port) {
    const peer = openCacheable(port);
    await keyByKey(peer);
    // Its second tier alone; the whole would answer from the first.
    return { run: rounds(async () => peer.cacheable.secondary?.getMany(NAMES)) };
  },
};

/** A fleet's view at once, from Redis. */
export async function batch(port: number): Promise<Comparison> {
  const contenders = await startContenders('batchContender', CONTENDERS, port);
  try {
    const values = await interleave(contenders.runs);
    return {
      title: `${KEYS.toLocaleString('en')} keys at once from Redis`,
      measures: measuresOf(values, 'k/s'),
      goals: [
        ratio(values, 'Fleet Cache, getManyOrFetch', 'MGET, parsed', 'atLeast', 0.85),
        ratio(values, 'Fleet Cache, getManyOrFetch', 'BentoCache, key by key', 'atLeast', 5),
      ],
    };
  } finally {
    contenders.stop();
  }
}

/** The process of one of them. */
export function batchContender(argument: string): Promise<void> {
  return serveContender(CONTENDERS, argument);
}

function rounds(read: () => Promise<unknown>): Run {
  return () =>
    throughput(KEYS * ROUNDS, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        await read();
      }
    });
}

async function keyByKey(peer: Peer): Promise<{ readonly run: Run }> {
  const read = () => Promise.all(NAMES.map((name) => peer.getOrFetch(name, async () => minerValue(0))));
  await read();
  return { run: rounds(read) };
}

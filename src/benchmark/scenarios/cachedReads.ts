import type { CacheService } from '../../cache/cacheService';
import type { CacheRequest, Reading } from '../../cache/reading';
import { LATENCY_MEASURES, latencyFigures, rate, sample } from '../sampling';
import { NotMeasurable, type Scenario, type Turn } from '../scenario';
import type { World } from '../world';

type Tier = 'l1' | 'l2';

const ENTRIES = 200;
const CONCURRENCIES = [1, 10, 100] as const;
/** Each concurrency gets that part of a turn. */
const THROUGHPUT_SHARE = 0.6;

const DESCRIPTIONS: Readonly<Record<Tier, string>> = {
  l1: 'What this process holds already.',
  l2: 'What Redis holds and this process does not.',
};
const NAMES: Readonly<Record<Tier, string>> = { l1: 'the process (L1)', l2: 'Redis (L2)' };

/** One reader of cached entries. */
export function readLatency(tier: Tier): Scenario {
  return {
    id: `${tier}-latency`,
    title: `Read from ${NAMES[tier]}`,
    description: `${DESCRIPTIONS[tier]} One reader, one read after the other.`,
    measures: LATENCY_MEASURES,
    async run(turn) {
      const { read, finish } = await reader(turn, tier);
      const latencies = await sample(turn, read);
      finish();
      return latencyFigures(latencies);
    },
  };
}

/** Several readers of cached entries at a time. */
export function readThroughput(tier: Tier): Scenario {
  return {
    id: `${tier}-throughput`,
    title: `Reads per second from ${NAMES[tier]}`,
    description: `${DESCRIPTIONS[tier]} Several readers at a time, each of which reads on as soon as it has its answer.`,
    measures: CONCURRENCIES.map((count) => ({
      id: `c${count}`,
      label: count === 1 ? '1 reader' : `${count} readers`,
      unit: '/s',
      better: 'higher',
    })),
    async run(turn) {
      const { read, finish } = await reader(turn, tier);
      const figures: Record<string, number> = {};
      for (const count of CONCURRENCIES) {
        figures[`c${count}`] = await rate(count, turn.plan.sliceMs * THROUGHPUT_SHARE, turn.signal, read);
      }
      finish();
      return figures;
    },
  };
}

/** Reads of entries that are where they are to be read from; `finish` notes those that were not. */
async function reader(turn: Turn, tier: Tier) {
  const { world } = turn;
  const scenario = `${tier}-reads`;
  const requests = world.requests(scenario, ENTRIES);
  const cache = tier === 'l1' ? world.first.cache : world.withoutFirstTier;
  await fill(world, cache, requests, tier);
  let reads = 0;
  let strays = 0;
  const note = ({ origin }: Reading<unknown>) => {
    reads++;
    if (origin !== tier) {
      strays++;
    }
  };
  return {
    read: (index: number) => cache.getOrFetch(requests[index % ENTRIES] as CacheRequest<unknown>).then(note),
    finish() {
      if (strays > 0) {
        const share = ((strays / reads) * 100).toFixed(strays * 100 < reads ? 2 : 0);
        turn.note(`In one repeat at least, ${share} % of the reads were not answered by ${NAMES[tier]}.`);
      }
    },
  };
}

async function fill(world: World, cache: CacheService, requests: readonly CacheRequest<unknown>[], tier: Tier) {
  await cache.warmMany(requests);
  if (tier === 'l2') {
    return;
  }
  // What was just written is not kept before Redis has told of it: a second look finds it there.
  for (let round = 0; round < 3; round++) {
    const readings = await Promise.all(requests.map((request) => cache.getOrFetch(request)));
    if (readings.every(({ origin }) => origin === 'l1')) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 2 * (round + 1)));
  }
  if (!world.isCoherent) {
    throw new NotMeasurable(
      'This Redis does not tell of changed keys, so that nothing is kept in the process. That needs Redis 6 or later, and for an ACL user the commands CLIENT, PING and SUBSCRIBE.',
    );
  }
}

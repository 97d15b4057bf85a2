import { LINK_TRUST_MS } from '../../../src/cache/firstTier';
import { generationKeys } from '../../../src/cache/keys';
import type { CacheRequest } from '../../../src/cache/reading';
import { SeededRandom } from '../../../src/simulator/random';
import { type CacheInstance, openCacheInstance } from '../../fixtures/cacheInstance';
import { eventually } from '../../fixtures/eventually';
import { sleep, Traffic, type TrafficFigures } from './traffic';
import { type Seen, SOURCE_MS, World } from './world';

/** Something that happens to Redis, and how it is put right. */
export interface Fault {
  readonly name: string;
  /** @param changeAll changes all miners, and resolves when that is confirmed: to be called when it hurts most. */
  begin(changeAll: () => Promise<void>): Promise<void>;
  heal(): Promise<void>;
}

export interface ChaosOptions {
  readonly url: string;
  /** Happen one after the other; each is healed, and seen to be, before the next. */
  readonly faults: readonly Fault[];
  /** How long a fault lasts, in ms. */
  readonly faultMs: number;
  readonly seed: number;
  readonly instances?: number;
  readonly readers?: number;
}

export interface ChaosReport extends TrafficFigures {
  /** Whatever a user would call a failure, one sentence each; empty if all is well. */
  readonly violations: readonly string[];
}

const KEYS = 20;
const COMMAND_TIMEOUT_MS = 300;
/**
 * What a read may take beyond the command timeout and the source, besides the time in which this process did not run: the
 * servers share the machine with all that runs there.
 */
const MARGIN_MS = 1_500;
const WARM_UP_MS = 500;
const BETWEEN_CHANGES_MS = 100;
/** Reconnecting has a back-off of up to 2 s, and a Cluster's nodes have to agree first. */
const HEAL_TIMEOUT_MS = 20_000;

/**
 * Readers on several instances read all the time, miners change all the time, and Redis breaks and heals.
 *
 * @returns what the readers saw; how it has to be judged does not depend on the faults.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const random = new SeededRandom(options.seed);
  const world = new World(KEYS);
  const instances = Array.from({ length: options.instances ?? 2 }, (_, index) =>
    openCacheInstance({
      url: options.url,
      instance: `instance-${index + 1}`,
      commandTimeoutMs: COMMAND_TIMEOUT_MS,
    }),
  );
  const traffic = new Traffic(world, random, instances, options.readers ?? 100);
  const failures: string[] = [];
  try {
    await expectHealed(traffic, world);
    for (const fault of options.faults) {
      await sleep(WARM_UP_MS);
      failures.push(...(await suffer(fault, options.faultMs, world, random, traffic)));
    }
  } catch (error) {
    failures.push(String(error));
  } finally {
    await traffic.stop();
    for (const instance of instances) {
      instance.dispose();
    }
  }
  const { figures } = traffic;
  return {
    ...figures,
    violations: [...figures.violations, ...failures, ...slowness(figures), ...unseen(figures), ...miscounts(traffic)],
  };
}

/** One fault from before its beginning until all is as before. */
async function suffer(fault: Fault, faultMs: number, world: World, random: SeededRandom, traffic: Traffic) {
  let isOver = false;
  const changes = (async () => {
    while (!isOver) {
      await changeSomething(world, random, traffic);
      await sleep(BETWEEN_CHANGES_MS);
    }
  })();
  try {
    await fault.begin(() => changeMany(world.requests, world, random, traffic));
    await sleep(faultMs / 2);
    isOver = true;
    await changes;
    await changeMany(firstHalf(world), world, random, traffic);
    await sleep(faultMs / 2);
  } finally {
    isOver = true;
    await fault.heal();
    await changes;
  }
  await expectHealed(traffic, world);
  // From here on nobody has an excuse: the links stand, and have had the time to tell.
  await sleep(LINK_TRUST_MS + 200);
  for (const request of world.requests) {
    const minerId = world.minerOf(request);
    for (const instance of traffic.instances) {
      traffic.require(instance, minerId, world.version(minerId));
    }
  }
  await sleep(WARM_UP_MS);
  return [...(await missesAfter(fault, traffic)), ...(await silenceAfter(fault, traffic))];
}

/** Miners change, and one of the instances is told so. */
async function changeMany(
  requests: readonly CacheRequest<Seen>[],
  world: World,
  random: SeededRandom,
  traffic: Traffic,
): Promise<void> {
  const instance = pick(traffic.instances, random);
  await Promise.all(
    requests.map(async (request) => {
      const { minerId, version } = world.change(world.minerOf(request));
      await instance.cache.invalidate({ scopes: [generationKeys.miner(minerId)], cause: 'chaos' });
      traffic.require(instance, minerId, version);
    }),
  );
}

/** A miner changes, and one of the instances is told so; half of the changes are made through the cache. */
async function changeSomething(world: World, random: SeededRandom, traffic: Traffic): Promise<void> {
  const instance = pick(traffic.instances, random);
  const request = pick(firstHalf(world), random);
  const minerId = world.minerOf(request);
  const scopes = [generationKeys.miner(minerId)];
  if (random.next() < 0.5) {
    const { version } = world.change(minerId);
    await instance.cache.invalidate({ scopes, keys: [request.key], cause: 'chaos' });
    traffic.require(instance, minerId, version);
  } else {
    const apply = async () => world.change(minerId);
    const { data } = await instance.cache.write(request, { scopes, cause: 'chaos', apply });
    traffic.require(instance, minerId, data.version);
  }
}

/** The miners that change while there is a fault. The others are left alone, so that no later change makes good for a lost one. */
function firstHalf({ requests }: World): readonly CacheRequest<Seen>[] {
  return requests.slice(0, requests.length / 2);
}

function pick<T>(items: readonly T[], random: SeededRandom): T {
  return items[Math.floor(random.between(0, items.length))] as T;
}

/** Resolves when every instance has its Redis, and believes it: Redis has all that was invalidated. */
async function expectHealed(traffic: Traffic, world: World): Promise<void> {
  for (const [index, instance] of traffic.instances.entries()) {
    await eventually(async () => {
      const values = await Promise.all(world.requests.map((request) => instance.cache.peek(request)));
      if (instance.health.state !== 'up' || !instance.isCoherent || values.includes(undefined)) {
        const missing = values.filter((value) => value === undefined).length;
        throw new Error(
          `Instance ${index + 1} is ${JSON.stringify(instance.health)}, coherent: ${instance.isCoherent}, and lacks ${missing} keys.`,
        );
      }
    }, HEAL_TIMEOUT_MS);
  }
}

/** After a fault the cache has to be of use as before: sooner or later whatever is read is a hit. */
async function missesAfter(fault: Fault, traffic: Traffic): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const [index, instance] of traffic.instances.entries()) {
    let misses: readonly string[] = [];
    await eventually(async () => {
      misses = await traffic.missesOfOneRound(instance);
      if (misses.length > 0) {
        throw new Error('misses');
      }
    }).catch(() => failures.push(`After “${fault.name}” instance ${index + 1} still misses ${misses.join(', ')}.`));
  }
  return failures;
}

/** After a fault every instance has to be told again of what another one invalidates. */
async function silenceAfter(fault: Fault, { instances }: Traffic): Promise<readonly string[]> {
  const told = new Set<CacheInstance>();
  const listeners = instances.map((instance) =>
    instance.cache.onDidChange(({ type }) => type === 'invalidated' && told.add(instance)),
  );
  try {
    await eventually(async () => {
      await instances[0]?.cache.invalidate({ scopes: [generationKeys.miner('nobody')], cause: 'chaos' });
      if (told.size < instances.length) {
        throw new Error('silence');
      }
    });
    return [];
  } catch {
    return [`After “${fault.name}” only ${told.size} of ${instances.length} instances are told of an invalidation.`];
  } finally {
    for (const listener of listeners) {
      listener.dispose();
    }
  }
}

function slowness({ slowestMs, longestStallMs }: TrafficFigures): readonly string[] {
  const allowed = COMMAND_TIMEOUT_MS + SOURCE_MS + MARGIN_MS + longestStallMs;
  return slowestMs <= allowed
    ? []
    : [`A read took ${Math.round(slowestMs)} ms, where ${Math.round(allowed)} ms are allowed.`];
}

/** A run in which the readers met only one tier would prove little. */
function unseen({ origins }: TrafficFigures): readonly string[] {
  return ['l1', 'l2', 'source']
    .filter((origin) => origins[origin] === undefined)
    .map((origin) => `No read was from ${origin}.`);
}

/** G7: what an instance counts is what was read. */
function miscounts(traffic: Traffic): readonly string[] {
  return traffic.instances.flatMap(({ cache }, index) => {
    const counts = cache.metrics.counts('start');
    const read = traffic.lookups.get(traffic.instances[index] as CacheInstance);
    const sum = counts.l1Hits + counts.l2Hits + counts.staleHits + counts.misses + counts.bypasses;
    const isRight = counts.lookups === read && sum === read && counts.misses === counts.fetches + counts.coalesced;
    return isRight ? [] : [`Instance ${index + 1} counts ${JSON.stringify(counts)}, where ${read} were read.`];
  });
}

import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/base/errors';
import { DEFAULT_POLICIES } from '../../../src/cache/policy';
import { type CommandType, holds } from './interleaving';
import type { RecordedFetch } from './recordedSource';
import { ADDRESSES, type Address, isSourceError, type ObservedRead, type World } from './world';

const READS: readonly CommandType[] = ['background', 'refresh', 'cancelled', 'batch', 'warm', 'peek'];
const VOIDS: readonly CommandType[] = ['invalidate', 'write', 'change', 'evict'];
const TIME: readonly CommandType[] = ['pass', 'expire', 'settle'];
const LINKS: readonly CommandType[] = ['silence', 'relink'];
const SOURCE: readonly CommandType[] = ['break', 'repair'];
const FAULTS: readonly CommandType[] = ['down', 'refuse', 'up', 'up', 'cut', 'mend', 'mend', 'snapshot', 'failOver'];
const EVERYTHING = [...READS, ...VOIDS, ...TIME, ...LINKS, ...SOURCE, ...FAULTS, 'die'] as const;

/** The TTL of what the source gave, for a random number of 0, in ms. */
function ttlMs(address: Address): number {
  return DEFAULT_POLICIES[address.dataset].ttlS * 900;
}

/** For the long form. */
const TIMEOUT_MS = 900_000;
const ERROR_TTL_MS = 1_000;

describe('guarantees of the cache, whatever the order of events', () => {
  it(
    'G1: at most one fetch for a key between two voidings or expiries, and one more for a death',
    () =>
      holds(
        {
          commands: [
            'batch',
            'background',
            'invalidate',
            'change',
            'evict',
            'pass',
            'expire',
            'relink',
            ...SOURCE,
            'die',
          ],
          often: ['read', 'batch'],
          isTimely: true,
        },
        (world) => {
          for (const address of ADDRESSES) {
            expectFetchesSpread(world, address);
          }
        },
      ),
    TIMEOUT_MS,
  );

  it(
    'G1: who waits for one fetch gets its error',
    () =>
      holds({ commands: ['break', 'batch', 'step'], often: ['break'], isTimely: true }, (world) => {
        for (const address of ADDRESSES) {
          const failures = world.source.fetches.filter(
            ({ key, outcome }) => key === address.key && outcome === 'failed',
          );
          const errors = readsOf(world, address).flatMap(({ result }) =>
            result.status === 'rejected' ? [(result.reason as Error).message] : [],
          );
          // No time passes in which an error could be forgotten.
          expect(failures.length).toBeLessThanOrEqual(1);
          expect(new Set(errors).size).toBeLessThanOrEqual(1);
        }
      }),
    TIMEOUT_MS,
  );

  it(
    'G2: no read returns what was fetched before an invalidation that its instance made or was told of',
    () =>
      holds(
        {
          commands: ['silence', 'relink', 'pass', 'settle', 'evict', 'change'],
          often: ['read', 'invalidate', 'relink', 'settle', 'step'],
          addressCount: 1,
          runs: 500,
        },
        expectNothingVoided,
      ),
    TIMEOUT_MS,
  );

  it(
    'G2: the same while the source is slow',
    () =>
      holds(
        {
          commands: ['invalidate', 'pass', 'pass', 'batch', 'silence', 'relink'],
          often: ['invalidate', 'pass'],
          latenciesMs: [900, 2_500],
          isTimely: true,
        },
        expectNothingVoided,
      ),
    TIMEOUT_MS,
  );

  it(
    'G2: the same whatever fails',
    () => holds({ commands: EVERYTHING, often: ['invalidate', 'step', 'pass'] }, expectNothingVoided),
    TIMEOUT_MS,
  );

  it(
    'G2: an invalidation that the store could not be told of is never lost',
    () =>
      holds(
        {
          commands: ['invalidate', 'change', 'pass', ...FAULTS],
          often: ['invalidate', 'snapshot', 'failOver', 'settle'],
        },
        async (world) => {
          for (const instance of world.alive) {
            world.mend(instance);
          }
          world.setState('up');
          await world.settle();
          await world.pass(2_000, false);
          await world.settle();
          for (const instance of world.alive) {
            for (const address of ADDRESSES) {
              world.read(instance, address);
            }
          }
          await world.settle();
          expectNothingVoided(world);
          // By now all of them have been made good: nothing is older than any, whichever instance reads.
          for (const read of world.reads.slice(-ADDRESSES.length * world.alive.length)) {
            const last = Math.max(0, ...world.instances.flatMap(({ invalidated }) => scopesIn(read, invalidated)));
            expect(heldFrom(world, read)).toBeGreaterThan(last);
          }
        },
      ),
    TIMEOUT_MS,
  );

  it(
    'G3: no fault of the store fails a read, and every read ends',
    () =>
      holds({ commands: EVERYTHING, often: FAULTS }, (world) => {
        for (const { result } of world.reads) {
          if (result.status === 'rejected') {
            expect(result.reason).toSatisfy((error) => isSourceError(error) || error instanceof CancelledError);
          }
        }
      }),
    TIMEOUT_MS,
  );

  it(
    'G6: every reading tells the truth about its age and origin',
    () =>
      holds({ commands: EVERYTHING, often: ['break', 'repair', 'pass', 'expire'] }, (world) => {
        for (const read of world.reads) {
          expectTruth(world, read);
        }
      }),
    TIMEOUT_MS,
  );

  it(
    'G7: the figures add up, and equal an outside count of the same reads',
    () =>
      holds(
        {
          commands: ['background', 'refresh', 'batch', 'peek', ...VOIDS, ...TIME, ...LINKS, ...SOURCE, ...FAULTS],
          often: ['batch', 'pass'],
        },
        expectFiguresRight,
      ),
    TIMEOUT_MS,
  );

  it(
    'write-through: the cache never keeps what the source forgot',
    () =>
      holds({ commands: ['write', 'batch', 'pass', ...LINKS, 'settle'], often: ['write'] }, async (world) => {
        await world.pass(1_001, false);
        for (const instance of world.instances) {
          for (const address of ADDRESSES) {
            world.read(instance, address);
          }
        }
        await world.settle();
        for (const { address, result } of world.reads.slice(-ADDRESSES.length * world.instances.length)) {
          expect(result).toMatchObject({ value: { data: { version: world.source.version(address.key) } } });
        }
      }),
    TIMEOUT_MS,
  );
});

function readsOf(world: World, address: Address): readonly ObservedRead[] {
  return world.reads.filter((read) => read.address === address);
}

function scopesIn(read: ObservedRead, invalidated: ReadonlyMap<string, number>): readonly number[] {
  return read.address.scopes.flatMap((scope) => invalidated.get(scope) ?? []);
}

function fetchOf(world: World, read: ObservedRead): RecordedFetch | undefined {
  return read.result.status === 'fulfilled' ? world.source.of(read.result.value.data) : undefined;
}

function heldFrom(world: World, read: ObservedRead): number {
  const fetch = fetchOf(world, read);
  return fetch === undefined ? Number.POSITIVE_INFINITY : world.heldFrom(fetch, read.address);
}

function expectNothingVoided(world: World): void {
  for (const read of world.reads) {
    expect(heldFrom(world, read), describeRead(read)).toBeGreaterThan(read.notBefore);
  }
}

function describeRead({ instance, address, from, to, result }: ObservedRead): string {
  return `${instance.name} ${address.key} ${from}..${to} ${JSON.stringify(result)}`;
}

/**
 * Between two of the moments that allow another fetch there is at most one. A fetch may stand for any of the spans between
 * the start of the read that caused it and its own start.
 */
function expectFetchesSpread(world: World, address: Address): void {
  const fetches = world.source.fetches.filter(({ key, outcome }) => key === address.key && outcome !== 'cancelled');
  const voided = world.voidings.filter(({ scope }) => address.scopes.includes(scope)).map(({ tick }) => tick);
  const wasOvertaken = ({ cause, ended }: RecordedFetch) => voided.some((tick) => cause.from < tick && tick < ended);
  const allowing = [
    ...voided,
    // A flight that begins between a bump and its reply is thrown away with those that began before.
    ...world.resolutions
      .filter(({ scopes }) => scopes.some((scope) => address.scopes.includes(scope)))
      .map(({ tick }) => tick),
    ...world.evictions.filter(({ key }) => key === address.key).map(({ tick }) => tick),
    ...world.deaths,
    // Who was not told yet, or was overtaken, fetches for the former generation, and may leave that one's entry in the place
    // of a newer: void, it costs one fetch more.
    ...fetches.filter((fetch) => !fetch.cause.isTold || wasOvertaken(fetch)).map(({ ended }) => ended),
    // Moments at which a result ends to stand.
    ...fetches.flatMap(({ outcome, endedAt }) => {
      const ends = endedAt + (outcome === 'failed' ? ERROR_TTL_MS : ttlMs(address));
      return outcome === 'running'
        ? []
        : world.source.fetches
            .filter(({ beganAt }) => beganAt >= ends)
            .slice(0, 1)
            .map(({ began }) => began);
    }),
  ].sort((a, b) => a - b);
  const span = (tick: number) => allowing.filter((moment) => moment <= tick).length;
  const taken = new Set<number>();
  for (const { cause, began } of fetches.filter(({ cause }) => cause.isTold)) {
    let free = span(cause.from);
    while (taken.has(free)) {
      free++;
    }
    expect(free, `fetches of ${address.key}: ${JSON.stringify(fetches)}`).toBeLessThanOrEqual(span(began));
    taken.add(free);
  }
}

function expectTruth(world: World, read: ObservedRead): void {
  const fetch = fetchOf(world, read);
  if (fetch === undefined || read.result.status === 'rejected') {
    return;
  }
  const { data, origin, fetchedAt, ttlS, fresh, failure } = read.result.value;
  const { instance, address, startedAt, endedAt } = read;
  expect(fetch.key).toBe(address.key);
  expect(fetch.outcome).toBe('data');
  expect(Object.isFrozen(data) || origin === 'l2' || origin === 'stale').toBe(true);
  expect(fetchedAt - instance.skewMs).toBe(fetch.endedAt);
  expect(ttlS * 1000).toBe(ttlMs(address));
  const freshUntil = fetch.endedAt + ttlMs(address);
  switch (origin) {
    case 'source':
      expect(fetch.cause.instance).toBe(instance.name);
      // A flight may be joined until what it fetched is written.
      expect(startedAt).toBeLessThan(freshUntil);
      break;
    case 'l1':
      expect(read.wasCoherent).toBe(true);
      expect(startedAt).toBeLessThan(freshUntil);
      break;
    case 'l2':
      expect(startedAt).toBeLessThan(freshUntil);
      break;
    case 'stale': {
      expect(endedAt).toBeGreaterThanOrEqual(freshUntil);
      expect(startedAt).toBeLessThan(freshUntil + DEFAULT_POLICIES[address.dataset].graceS * 1000);
      expect(isSourceError(failure)).toBe(true);
      const failed = world.source.fetches.find(({ id }) => (failure as Error).message === `failure of fetch ${id}`);
      expect(failed).toMatchObject({ key: address.key, outcome: 'failed' });
      break;
    }
  }
  expect(fresh).toBe(origin !== 'stale');
  expect(failure === undefined).toBe(origin !== 'stale');
}

function expectFiguresRight(world: World): void {
  for (const instance of world.instances) {
    const counts = instance.cache.metrics.counts('start');
    expect(counts.lookups).toBe(counts.l1Hits + counts.l2Hits + counts.staleHits + counts.misses + counts.bypasses);
    expect(counts.misses).toBe(counts.fetches + counts.coalesced);

    const reads = world.reads.filter((read) => read.instance === instance && read.isCounted);
    const from = (origin: string) =>
      reads.filter(({ result }) => result.status === 'fulfilled' && result.value.origin === origin);
    expect(counts.lookups).toBe(reads.length);
    expect(counts.l1Hits).toBe(from('l1').length);
    expect(counts.staleHits).toBe(from('stale').length);
    // What was fetched by another while the reader waited is a miss, though it came from the second tier.
    const hits = from('l2').filter((read) => (fetchOf(world, read)?.ended ?? 0) < read.from);
    expect(counts.l2Hits).toBeLessThanOrEqual(from('l2').length);
    expect(counts.l2Hits + counts.coalesced).toBeGreaterThanOrEqual(hits.length);
    const fetches = world.source.fetches.filter(
      ({ cause, kind }) => cause.instance === instance.name && kind === 'fetch',
    );
    expect(counts.fetches + counts.staleFetches + counts.backgroundFetches).toBe(fetches.length);
  }
}

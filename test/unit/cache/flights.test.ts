import { beforeEach, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/base/errors';
import { NO_LINK } from '../../../src/cache/coherenceLink';
import { FirstTier } from '../../../src/cache/firstTier';
import { type Flight, Flights, type Landing } from '../../../src/cache/flights';
import { ManualClock } from '../../fixtures/manualClock';
import { Deferred, turn } from './rig';

describe('Flights', () => {
  let clock: ManualClock;
  let flights: Flights;
  let runs: number;
  let landing: Deferred<Landing<string>>;

  beforeEach(() => {
    clock = new ManualClock();
    flights = new Flights(new FirstTier(NO_LINK, clock, false), clock);
    runs = 0;
    landing = new Deferred();
  });

  function join(key = 'a', scopes: readonly string[] = ['all', key]): Flight<string> {
    return flights.join(key, scopes, () => {
      runs++;
      return landing.promise;
    });
  }

  it('are shared by all who ask for the same key meanwhile, until what they leave to do is done', async () => {
    const written = new Deferred<boolean>();
    const flight = join();
    expect(join()).toBe(flight);
    expect(join('b')).not.toBe(flight);
    landing.resolve({ answer: 'x', afterwards: written.promise });
    expect(await flight.wait(undefined)).toBe('x');
    expect(join()).toBe(flight);
    written.resolve(true);
    expect(await flight.landed).toBe(true);
    expect(join()).not.toBe(flight);
    expect(runs).toBe(3);
  });

  it('are joined by nobody after an invalidation of one of their scopes, or a refresh of their key', () => {
    const a = join('a');
    const b = join('b');
    flights.detachScopes(new Set(['a']));
    expect([a.isDetached, b.isDetached]).toEqual([true, false]);
    expect(join('a')).not.toBe(a);
    expect(join('b')).toBe(b);
    flights.detachKey('b');
    expect(b.isDetached).toBe(true);
    expect(join('b')).not.toBe(b);
  });

  it('leave one that took their place alone when they end', async () => {
    const former = join();
    flights.detachKey('a');
    const former2 = landing;
    landing = new Deferred();
    const present = join();
    former2.resolve({ answer: 'old', afterwards: undefined });
    await former.wait(undefined);
    expect(join()).toBe(present);
  });

  it('count one of those who wait as the one who fetched', () => {
    const flight = join();
    expect([flight.claimFetch(), flight.claimFetch(), flight.claimFetch()]).toEqual([true, false, false]);
  });

  it('end early only when the last of those who can leave has left', async () => {
    const flight = join();
    const [one, two] = [new AbortController(), new AbortController()];
    const waiting = [flight.wait(one.signal), flight.wait(two.signal)].map((wait) =>
      wait.catch((error: unknown) => error),
    );
    one.abort();
    expect(await waiting[0]).toBeInstanceOf(CancelledError);
    expect(flight.signal?.aborted).toBe(false);
    two.abort();
    expect(await waiting[1]).toBeInstanceOf(CancelledError);
    expect(flight.signal?.aborted).toBe(true);
    expect(join()).not.toBe(flight);
  });

  it('go on for one who cannot leave', async () => {
    const flight = join();
    const kept = flight.wait(undefined);
    const controller = new AbortController();
    const leaving = flight.wait(controller.signal).catch(() => {});
    controller.abort();
    await leaving;
    await turn();
    expect(flight.signal).toBeUndefined();
    landing.resolve({ answer: 'x', afterwards: undefined });
    expect(await kept).toBe('x');
  });
});

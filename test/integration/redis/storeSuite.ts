import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlightLocks } from '../../../src/cache/flightLocks';
import type { CacheStore } from '../../../src/cache/store';

/** What a run of the suite is about. The keys are random, so that all tests may share it. */
export interface OpenedStore {
  readonly store: CacheStore;
  readonly locks: FlightLocks;
  close(): Promise<void>;
}

const LONG_MS = 60_000;

/** What every store and every kind of flight locks does, whatever it is made of. */
export function storeSuite(name: string, open: () => Promise<OpenedStore>): void {
  describe(name, () => {
    let opened: OpenedStore;

    beforeAll(async () => {
      opened = await open();
    }, 120_000);

    afterAll(() => opened?.close());

    const key = () => `v1:cache:miner:${randomUUID()}:status`;
    const scope = () => `v1:gen:miner:${randomUUID()}`;
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

    it('reads back what was written, and nothing where nothing was', async () => {
      const name = key();
      expect(await opened.store.read(name, [])).toEqual({ text: undefined, generations: [] });
      await opened.store.write(name, 'täxt\n🚀', LONG_MS);
      expect(await opened.store.read(name, [])).toEqual({ text: 'täxt\n🚀', generations: [] });
      await opened.store.write(name, '', LONG_MS);
      expect((await opened.store.read(name, [])).text).toBe('');
    });

    it('forgets what expired', async () => {
      const name = key();
      await opened.store.write(name, 'text', 20.5);
      await pause(120);
      expect((await opened.store.read(name, [])).text).toBeUndefined();
    });

    it('reads many keys in their order, with the generations that single reads give', async () => {
      const names = Array.from({ length: 1_200 }, key);
      const scopes = [scope(), scope()];
      await Promise.all(names.map((each, index) => opened.store.write(each, String(index), LONG_MS)));
      const mixed = names.flatMap((each) => [each, key()]);
      const many = await opened.store.readMany(mixed, scopes);
      expect(many.texts).toEqual(names.flatMap((_, index) => [String(index), undefined]));
      expect(await opened.store.read(key(), scopes)).toEqual({ text: undefined, generations: many.generations });
      expect(await opened.store.readMany([], [])).toEqual({ texts: [], generations: [] });
    });

    it('removes what is there and passes over what is not', async () => {
      const names = Array.from({ length: 700 }, key);
      await Promise.all(names.map((each) => opened.store.write(each, 'text', LONG_MS)));
      expect(await opened.store.remove([...names, key()])).toBe(700);
      expect((await opened.store.readMany(names, [])).texts.every((text) => text === undefined)).toBe(true);
      expect(await opened.store.remove([])).toBe(0);
    });

    it('keeps a generation until it is bumped, and says what it was and what it is', async () => {
      const scopes = [scope(), scope()];
      const { generations } = await opened.store.read(key(), scopes);
      expect((await opened.store.read(key(), scopes)).generations).toEqual(generations);
      const [bump] = await opened.store.bump(scopes.slice(0, 1));
      expect(bump?.former).toBe(generations[0]);
      expect(bump?.current).toBeGreaterThan(generations[0] as number);
      expect((await opened.store.read(key(), scopes)).generations).toEqual([bump?.current, generations[1]]);
      expect((await opened.store.bump([scope()]))[0]?.former).toBeUndefined();
    });

    it('never gives the same generation twice to concurrent bumps', async () => {
      const name = scope();
      const bumps = await Promise.all(Array.from({ length: 100 }, () => opened.store.bump([name])));
      expect(new Set(bumps.map(([bump]) => bump?.current)).size).toBe(100);
    });

    const claimOf = (lock: string, ...generations: number[]) => ({ lock, token: randomUUID(), generations });
    const lock = () => `v1:lock:miner:${randomUUID()}:status`;

    it('G1 one fetch: gives a lock to one of many who claim it', async () => {
      const name = lock();
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, () => opened.locks.claim(claimOf(name, 5, 6), LONG_MS)),
      );
      expect(outcomes.filter(({ type }) => type === 'acquired')).toHaveLength(1);
      expect(outcomes.filter(({ type }) => type === 'held')).toHaveLength(49);
    });

    it('gives a released or expired lock to the next', async () => {
      const name = lock();
      const [first, second, third] = [claimOf(name, 1), claimOf(name, 1), claimOf(name, 1)];
      await opened.locks.claim(first, LONG_MS);
      await opened.locks.release(second);
      expect(await opened.locks.claim(second, 30)).toEqual({ type: 'held' });
      await opened.locks.release(first);
      expect(await opened.locks.claim(second, 30)).toEqual({ type: 'acquired' });
      await pause(120);
      expect(await opened.locks.renew(second, LONG_MS)).toBe(false);
      expect(await opened.locks.claim(third, LONG_MS)).toEqual({ type: 'acquired' });
    });

    it('gives a lock up along with the entry that is written, if it is still held', async () => {
      if (!opened.locks.isInStepWithStore) {
        // On a Cluster they belong to different servers.
        return;
      }
      const name = lock();
      const [holder, other] = [claimOf(name, 1), claimOf(name, 1)];
      await opened.locks.claim(holder, LONG_MS);
      await opened.store.write('k', 'of another', LONG_MS, other);
      expect((await opened.store.read('k', [])).text).toBe('of another');
      expect(await opened.locks.claim(other, LONG_MS)).toEqual({ type: 'held' });
      await opened.store.write('k', 'of the holder', LONG_MS, holder);
      expect((await opened.store.read('k', [])).text).toBe('of the holder');
      expect(await opened.locks.claim(other, LONG_MS)).toEqual({ type: 'acquired' });
    });

    it('prolongs a lock for who holds it, and for nobody else', async () => {
      const name = lock();
      const holder = claimOf(name, 1);
      // Long enough for what comes until it is renewed, on a machine that does other things as well.
      await opened.locks.claim(holder, 3_000);
      expect(await opened.locks.renew(claimOf(name, 1), LONG_MS)).toBe(false);
      expect(await opened.locks.renew(holder, LONG_MS)).toBe(true);
      await pause(3_100);
      expect(await opened.locks.claim(claimOf(name, 1), LONG_MS)).toEqual({ type: 'held' });
    });

    it.each([
      ['the same', [5, 6], 'held'],
      ['newer', [5, 7], 'acquired'],
      ['older', [4, 6], 'held'],
      ['in part older, in part newer', [4, 7], 'held'],
    ] as const)('G2 no stale fill: a claim under generations that are %s', async (_, generations, outcome) => {
      const name = lock();
      const holder = claimOf(name, 5, 6);
      await opened.locks.claim(holder, LONG_MS);
      const other = claimOf(name, ...generations);
      expect((await opened.locks.claim(other, LONG_MS)).type).toBe(outcome);
      expect(await opened.locks.renew(holder, LONG_MS)).toBe(outcome === 'held');
      expect(await opened.locks.renew(other, LONG_MS)).toBe(outcome === 'acquired');
    });

    it('compares generations exactly, as great as they get', async () => {
      const name = lock();
      await opened.locks.claim(claimOf(name, 1_800_000_000_000_001), LONG_MS);
      expect((await opened.locks.claim(claimOf(name, 1_800_000_000_000_001), LONG_MS)).type).toBe('held');
      expect((await opened.locks.claim(claimOf(name, 1_800_000_000_000_002), LONG_MS)).type).toBe('acquired');
    });

    it('leaves an error for the others, for its time and for no newer generations', async () => {
      const name = lock();
      const holder = claimOf(name, 5, 6);
      await opened.locks.claim(holder, LONG_MS);
      await opened.locks.fail(claimOf(name, 5, 6), 'not the holder', LONG_MS);
      expect((await opened.locks.claim(claimOf(name, 5, 6), LONG_MS)).type).toBe('held');
      await opened.locks.fail(holder, 'unreachable:\n"héllo"', LONG_MS);
      expect(await opened.locks.claim(claimOf(name, 5, 6), LONG_MS)).toEqual({
        type: 'failed',
        error: 'unreachable:\n"héllo"',
      });
      expect(await opened.locks.renew(holder, LONG_MS)).toBe(false);
      expect((await opened.locks.claim(claimOf(name, 6, 6), LONG_MS)).type).toBe('acquired');

      const brief = claimOf(lock(), 1);
      await opened.locks.claim(brief, LONG_MS);
      await opened.locks.fail(brief, 'gone soon', 30);
      await pause(120);
      expect((await opened.locks.claim(claimOf(brief.lock, 1), LONG_MS)).type).toBe('acquired');
    });
  });
}

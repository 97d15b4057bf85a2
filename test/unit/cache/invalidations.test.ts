import { beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { Invalidations } from '../../../src/cache/invalidations';
import { generationKeys } from '../../../src/cache/keys';
import { ManualClock } from '../../fixtures/manualClock';
import { MemoryServer, type MemoryStore } from '../../fixtures/memoryServer';
import { Deferred, turn } from './rig';

const A = generationKeys.miner('a');
const B = generationKeys.miner('b');
const DOWN = { state: 'down', reason: 'test' } as const;

describe('Invalidations', () => {
  let clock: ManualClock;
  let server: MemoryServer;
  let store: MemoryStore;
  let invalidations: Invalidations;
  /** What happened, in order. */
  let told: string[];

  beforeEach(() => {
    clock = new ManualClock();
    server = new MemoryServer({ now: () => clock.now(), onDidVoid: (scope) => told.push(`bumped ${scope}`) });
    store = server.openStore();
    told = [];
    invalidations = new Invalidations({
      store,
      clock,
      logger: silentLogger,
      onDidVoid: (scopes) => told.push(`void ${scopes}`),
      onDidReplay: (scopes) => told.push(`replayed ${scopes}`),
    });
  });

  function goDown(): void {
    server.state = 'down';
    store.notice(DOWN);
  }

  async function comeBack(): Promise<void> {
    server.state = 'up';
    store.notice({ state: 'up' });
    await turn();
  }

  it('bumps, and then lets go of what is void', async () => {
    expect(await invalidations.apply([A, B])).toMatchObject([{ former: undefined }, { former: undefined }]);
    expect(told).toEqual([`bumped ${A}`, `bumped ${B}`, `void ${A},${B}`]);
    expect(invalidations.isCaughtUp).toBe(true);
  });

  it('lets go of it at once when the store is away, and makes it good when it is back', async () => {
    goDown();
    expect(await invalidations.apply([A])).toBeUndefined();
    expect(told).toEqual([`void ${A}`]);
    expect(invalidations.isCaughtUpWith([A])).toBe(false);
    expect(invalidations.isCaughtUpWith([B])).toBe(true);
    await comeBack();
    // Void again before it is trusted, told to others last.
    expect(told.slice(1)).toEqual([`bumped ${A}`, `void ${A}`, `replayed ${A}`]);
    expect(invalidations.isCaughtUp).toBe(true);
  });

  it('tries again by itself when the store failed without being down', async () => {
    server.state = 'down';
    await invalidations.apply([A]);
    clock.advance(250);
    await turn();
    expect(invalidations.isCaughtUp).toBe(false);
    server.state = 'up';
    clock.advance(250);
    await turn();
    expect(invalidations.isCaughtUp).toBe(true);
    expect(clock.pending).toEqual([]);
  });

  it('replays in the order in which they were made', async () => {
    goDown();
    await invalidations.apply([B]);
    await invalidations.apply([A]);
    told.length = 0;
    await comeBack();
    expect(told.filter((what) => what.startsWith('bumped'))).toEqual([`bumped ${B}`, `bumped ${A}`]);
  });

  it('keeps a scope that is voided again while it is replayed', async () => {
    goDown();
    await invalidations.apply([A]);
    const reply = new Deferred<void>();
    const bump = store.bump.bind(store);
    let calls = 0;
    store.bump = async (scopes) => {
      const bumps = await bump(scopes);
      if (++calls === 1) {
        await reply.promise;
      }
      return bumps;
    };
    await comeBack();
    // 1. The bump took effect. 2. The scope is voided again, in vain. 3. The bump's reply comes.
    server.state = 'down';
    await invalidations.apply([A]);
    reply.resolve();
    await turn();
    expect(invalidations.isCaughtUpWith([A])).toBe(false);
    server.state = 'up';
    clock.advance(250);
    await turn();
    expect(invalidations.isCaughtUp).toBe(true);
  });

  it('voids everything rather than forget one of too many', async () => {
    goDown();
    for (let chunk = 0; chunk < 5; chunk++) {
      await invalidations.apply(Array.from({ length: 4_001 }, (_, index) => generationKeys.miner(`${chunk}-${index}`)));
    }
    expect(invalidations.isCaughtUpWith([B])).toBe(false);
    told.length = 0;
    await comeBack();
    expect(told).toEqual([
      `bumped ${generationKeys.all}`,
      `void ${generationKeys.all}`,
      `replayed ${generationKeys.all}`,
    ]);
    expect(invalidations.isCaughtUp).toBe(true);
  });

  it('repeats after a lost connection what was confirmed in the minute before it, and not what is older', async () => {
    await invalidations.apply([A]);
    clock.advance(60_001);
    await invalidations.apply([B]);
    goDown();
    expect(invalidations.isCaughtUpWith([A])).toBe(true);
    expect(invalidations.isCaughtUpWith([B])).toBe(false);
    told.length = 0;
    await comeBack();
    expect(told).toEqual([`bumped ${B}`, `void ${B}`, `replayed ${B}`]);
  });

  it('repeats what it repeated, when that server is lost as well', async () => {
    goDown();
    await invalidations.apply([A]);
    await comeBack();
    goDown();
    expect(invalidations.isCaughtUpWith([A])).toBe(false);
  });

  it('makes good by removal what waits for a store that came back full', async () => {
    goDown();
    await invalidations.apply([A]);
    server.state = 'refusing-writes';
    store.notice({ state: 'refusing-writes', reason: 'test' });
    clock.advance(250);
    await turn();
    expect(server.get(A)).toBeUndefined();
    expect(invalidations.isCaughtUp).toBe(true);
  });

  it('removes generations from a store that refuses to write, and keeps what cannot even be removed', async () => {
    await invalidations.apply([A]);
    server.state = 'refusing-writes';
    store.notice({ state: 'refusing-writes', reason: 'test' });
    expect(await invalidations.apply([A])).toBeUndefined();
    expect(server.get(A)).toBeUndefined();
    expect(invalidations.isCaughtUp).toBe(true);
    server.state = 'down';
    await invalidations.apply([B]);
    expect(invalidations.isCaughtUpWith([B])).toBe(false);
  });

  it('waits for nothing any more when it is disposed', async () => {
    server.state = 'down';
    await invalidations.apply([A]);
    invalidations.dispose();
    expect(clock.pending).toEqual([]);
    server.state = 'up';
    store.notice({ state: 'up' });
    await turn();
    expect(told.filter((what) => what.startsWith('bumped'))).toEqual([]);
  });

  it('passes on what is no fault of the store, void all the same', async () => {
    store.bump = () => Promise.reject(new TypeError('a bug'));
    await expect(invalidations.apply([A])).rejects.toThrow('a bug');
    expect(told).toEqual([`void ${A}`]);
  });
});

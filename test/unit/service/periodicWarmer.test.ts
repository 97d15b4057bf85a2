import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import type { FlightClaim, FlightLocks } from '../../../src/cache/flightLocks';
import { StoreError } from '../../../src/cache/store';
import type { Inventory } from '../../../src/fleet/inventory';
import type { Miner } from '../../../src/fleet/miner';
import type { MinerKind } from '../../../src/fleet/minerData';
import { PeriodicWarmer } from '../../../src/service/periodicWarmer';
import type { Warmer, WarmOptions } from '../../../src/service/warmer';
import type { WarmReport } from '../../../src/service/warmReport';
import { ManualClock } from '../../fixtures/manualClock';

const REPORT: WarmReport = {
  total: 0,
  warmed: 0,
  notStored: 0,
  fresh: 0,
  failed: 0,
  failures: [],
  cancelled: false,
  storeProblem: undefined,
};

/** Locks that end by the test's clock, and fail when told to. */
class ClockedLocks implements FlightLocks {
  readonly isInStepWithStore = false;
  readonly held = new Map<string, { token: string; until: number }>();
  isDown = false;

  constructor(private readonly clock: ManualClock) {}

  async claim({ lock, token }: FlightClaim, ttlMs: number) {
    if (this.isDown) {
      throw new StoreError('Redis is away.');
    }
    const held = this.held.get(lock);
    if (held !== undefined && held.token !== token && held.until > this.clock.now()) {
      return { type: 'held' } as const;
    }
    this.held.set(lock, { token, until: this.clock.now() + ttlMs });
    return { type: 'acquired' } as const;
  }

  async renew(): Promise<boolean> {
    throw new Error('nobody renews');
  }

  async release({ lock, token }: FlightClaim): Promise<void> {
    if (this.held.get(lock)?.token === token) {
      this.held.delete(lock);
    }
  }

  async fail(): Promise<void> {
    throw new Error('nobody fails');
  }
}

describe('PeriodicWarmer', () => {
  let clock: ManualClock;
  let locks: ClockedLocks;
  const miners: Miner[] = [];
  const opened: PeriodicWarmer[] = [];

  beforeEach(() => {
    clock = new ManualClock();
    locks = new ClockedLocks(clock);
    miners.length = 0;
    miners.push({ id: 'm1', host: 'h', port: 1, tenant: 'global', tags: [], tls: false, credentials: 'default' });
  });

  afterEach(() => {
    for (const warmer of opened.splice(0)) {
      warmer.dispose();
    }
  });

  function open(random = () => 0.5) {
    const rounds: {
      readonly at: number;
      readonly kinds: readonly MinerKind[];
      readonly signal: AbortSignal | undefined;
    }[] = [];
    const warmer = {
      async warm(_: readonly Miner[], kinds: readonly MinerKind[], { signal }: WarmOptions) {
        rounds.push({ at: clock.now(), kinds, signal });
        return REPORT;
      },
    } as unknown as Warmer;
    const inventory = { current: { miners, problems: [] } } as unknown as Inventory;
    const periodic = new PeriodicWarmer({ warmer, locks, inventory, clock, logger: silentLogger, random });
    opened.push(periodic);
    return { periodic, rounds };
  }

  async function pass(seconds: number): Promise<void> {
    for (let tick = 0; tick < seconds * 10; tick++) {
      clock.advance(100);
      await settled();
    }
  }

  /** Lets what is under way come to its end; nothing in this test takes longer. */
  async function settled(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) {
      await Promise.resolve();
    }
  }

  it('warms at once and then in its interval, for as long as it is wanted', async () => {
    const { periodic, rounds } = open();
    expect(periodic.state).toBe('off');
    periodic.set({ kinds: ['status'], intervalS: 30 });
    await pass(100);
    expect(periodic.state).toBe('warming');
    const [first] = rounds;
    expect(rounds.map(({ at }) => Math.round((at - (first?.at ?? 0)) / 1_000))).toEqual([0, 30, 60, 90]);
    periodic.set(undefined);
    await pass(100);
    expect(periodic.state).toBe('off');
    expect(rounds).toHaveLength(4);
    expect(locks.held.size).toBe(0);
    expect(clock.pending).toEqual([]);
  });

  it('spreads its rounds, so that instances that start together do not stay in step', async () => {
    const pauses = await Promise.all(
      [0, 0.5, 1].map(async (dice) => {
        clock = new ManualClock();
        locks = new ClockedLocks(clock);
        const own = clock;
        open(() => dice).periodic.set({ kinds: ['status'], intervalS: 100 });
        await settled();
        return Math.round(Math.max(...own.pending) / 1_000);
      }),
    );
    expect(pauses).toEqual([90, 100, 110]);
  });

  it('warms in one instance of two, and in the other when the first one ends', async () => {
    const [first, second] = [open(), open()];
    first.periodic.set({ kinds: ['status'], intervalS: 10 });
    second.periodic.set({ kinds: ['status'], intervalS: 10 });
    await pass(60);
    expect([first.periodic.state, second.periodic.state]).toEqual(['warming', 'waiting']);
    expect(second.rounds).toEqual([]);
    first.periodic.dispose();
    await pass(10);
    expect(second.periodic.state).toBe('warming');
    expect(second.rounds.length).toBeGreaterThan(0);
  });

  it('takes over from one that died', async () => {
    const [first, second] = [open(), open()];
    first.periodic.set({ kinds: ['status'], intervalS: 10 });
    await pass(1);
    const [lock] = [...locks.held.keys()] as [string];
    // Nobody claims it any more.
    const dead = { ...locks.held.get(lock), token: 'of the dead' } as { token: string; until: number };
    first.periodic.dispose();
    locks.held.set(lock, dead);
    second.periodic.set({ kinds: ['status'], intervalS: 10 });
    await pass(10);
    expect(second.periodic.state).toBe('waiting');
    await pass(11);
    expect(second.periodic.state).toBe('warming');
  });

  it('stops its round when another instance has got the lock', async () => {
    const { periodic, rounds } = open();
    periodic.set({ kinds: ['status'], intervalS: 10 });
    await pass(1);
    const [lock] = [...locks.held.keys()] as [string];
    locks.held.set(lock, { token: 'another', until: Number.POSITIVE_INFINITY });
    await pass(6);
    expect(periodic.state).toBe('waiting');
    expect(rounds[0]?.signal?.aborted).toBe(true);
    const before = rounds.length;
    await pass(30);
    expect(rounds).toHaveLength(before);
  });

  it('G3: keeps the lock over a short absence of Redis, gives it up after a long one, and goes on afterwards', async () => {
    const { periodic } = open();
    periodic.set({ kinds: ['status'], intervalS: 10 });
    await pass(1);
    locks.isDown = true;
    await pass(9);
    expect(periodic.state).toBe('warming');
    await pass(12);
    expect(periodic.state).toBe('waiting');
    locks.isDown = false;
    await pass(6);
    expect(periodic.state).toBe('warming');
  });

  it('has a lock of its own for each list of miners, and changes it with the list', async () => {
    const { periodic } = open();
    periodic.set({ kinds: ['status'], intervalS: 10 });
    await pass(1);
    const before = [...locks.held.keys()];
    miners.push({ ...(miners[0] as Miner), id: 'm2' });
    await pass(12);
    const after = [...locks.held.keys()];
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
    expect(after[0]).toMatch(/^v1:lock:warm:fleet-/);
    expect(periodic.state).toBe('warming');
  });

  it('takes up another schedule at once', async () => {
    const { periodic, rounds } = open();
    periodic.set({ kinds: ['status'], intervalS: 1_000 });
    await pass(1);
    periodic.set({ kinds: ['stats'], intervalS: 10 });
    await pass(1);
    expect(rounds.map(({ kinds }) => kinds)).toEqual([['status'], ['stats']]);
    expect(rounds[0]?.signal?.aborted).toBe(true);
  });
});

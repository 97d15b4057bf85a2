import type fc from 'fast-check';
import type { Clock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { CacheService } from '../../../src/cache/cacheService';
import { generationKeys, minerKey, minerScopes } from '../../../src/cache/keys';
import { DEFAULT_POLICIES } from '../../../src/cache/policy';
import { SharedSourceError } from '../../../src/cache/reader';
import type { CacheRequest, Reading, ReadOptions } from '../../../src/cache/reading';
import type { StoreHealth } from '../../../src/cache/store';
import { SAME_CLOCK } from '../../../src/cache/storeClock';
import { ManualClock } from '../../fixtures/manualClock';
import type { MemoryLink } from '../../fixtures/memoryLink';
import { MemoryConnection, MemoryServer, type MemorySnapshot, type MemoryStore } from '../../fixtures/memoryServer';
import { type FetchCause, type RecordedFetch, RecordedSource, type SourceData, SourceFailure } from './recordedSource';

/** The values that the simulated instances read. */
export const ADDRESSES = (['status', 'config'] as const).flatMap((kind) =>
  ['m1', 'm2'].map((minerId) => ({
    key: minerKey(minerId, kind),
    dataset: `miner:${kind}` as const,
    scopes: minerScopes(minerId, 'north', [kind]),
    minerScope: generationKeys.miner(minerId),
    eventScope: generationKeys.minerEvent(minerId, kind),
  })),
);
export type Address = (typeof ADDRESSES)[number];

/** Longest time after a voiding in which another instance may not know of it, in ms. */
const UNTOLD_MS = 1_000;

/** Something that voided what was recorded under a scope, and when each instance was told. */
interface Voiding {
  readonly scope: string;
  readonly tick: number;
  readonly at: number;
  /** Pushes that the instance has to have heard to know of it. */
  readonly toldBy: ReadonlyMap<MemoryLink, number>;
}

/** A read that has ended, as the outside saw it. */
export interface ObservedRead {
  readonly instance: Instance;
  readonly address: Address;
  readonly isCounted: boolean;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly from: number;
  readonly to: number;
  /** What it returns was fetched after this tick, if all is well. */
  readonly notBefore: number;
  readonly wasCoherent: boolean;
  readonly result: PromiseSettledResult<Reading<SourceData>>;
}

/** One instance of the cache, which can die. */
export class Instance {
  readonly cache: CacheService;
  readonly store: MemoryStore;
  readonly link: MemoryLink;
  readonly connection: MemoryConnection;
  isAlive = true;
  /** Ticks of the calls of this instance's own invalidations that have resolved, by scope. */
  readonly invalidated = new Map<string, number>();

  constructor(
    readonly name: string,
    readonly world: World,
    readonly skewMs: number,
  ) {
    const { server, clock } = world;
    this.connection = new MemoryConnection((what) => this.wire(what));
    this.store = server.openStore(this.connection);
    // Timers of a dead process do not fire; its wall clock is its machine's own.
    const own: Clock = {
      now: () => clock.now() + skewMs,
      monotonic: () => clock.monotonic(),
      setTimeout: (callback, delayMs) => clock.setTimeout(() => this.isAlive && callback(), delayMs),
    };
    this.link = server.openLink(() => clock.monotonic(), this.connection);
    this.cache = new CacheService({
      store: this.store,
      link: this.link,
      storeClock: { ...SAME_CLOCK, offsetAt: () => -skewMs },
      locks: server.openLocks(this.connection),
      bus: server.openBus(this.connection),
      policies: DEFAULT_POLICIES,
      clock: own,
      logger: silentLogger,
      instance: name,
      random: world.random,
      firstTier: { maxEntries: 100, maxBytes: 100_000 },
    });
  }

  /** What is on the way to or from a process that died arrives nowhere. */
  async wire(what: string): Promise<void> {
    await this.world.wire(`${this.name}: ${what}`);
    if (!this.isAlive) {
      await new Promise<never>(() => {});
    }
  }

  request(address: Address): CacheRequest<SourceData> {
    const cause = this.cause(address);
    return {
      ...address,
      fetch: (signal) => this.world.source.fetch(address.key, cause, (what) => this.wire(what), signal),
    };
  }

  cause({ scopes }: Address): FetchCause {
    const { world, name } = this;
    return { instance: name, from: world.tick(), isTold: world.isToldOfAll(this, scopes) };
  }
}

/** Instances, their server, their source and the order of everything, with a model of what may be read when. */
export class World {
  readonly clock = new ManualClock();
  readonly server = new MemoryServer({ now: () => this.clock.now(), onDidVoid: (scope) => this.noteVoiding(scope) });
  readonly source = new RecordedSource({ clock: this.clock, tick: () => this.tick() });
  readonly instances: Instance[] = [];
  readonly reads: ObservedRead[] = [];
  readonly deaths: number[] = [];
  /** When invalidations resolved. */
  readonly resolutions: { readonly scopes: readonly string[]; readonly tick: number }[] = [];
  readonly evictions: { readonly key: string; readonly tick: number }[] = [];
  voidings: Voiding[] = [];
  private ticks = 0;
  /** What went wrong that no caller may ever see. */
  readonly unexpected: unknown[] = [];
  private readonly open = new Map<Promise<unknown>, Instance>();
  private snapshot: { readonly values: MemorySnapshot; readonly tick: number; readonly at: number } | undefined;

  constructor(
    private readonly scheduler: fc.Scheduler,
    readonly random: () => number,
    instanceCount: number,
  ) {
    for (let index = 0; index < instanceCount; index++) {
      this.instances.push(new Instance(`i${index}`, this, [0, 70_000, -50_000, 0][index] as number));
    }
  }

  get alive(): readonly Instance[] {
    return this.instances.filter(({ isAlive }) => isAlive);
  }

  tick(): number {
    return ++this.ticks;
  }

  wire(what: string): Promise<void> {
    return this.scheduler.schedule(Promise.resolve(), what);
  }

  read(instance: Instance, address: Address, options: ReadOptions = {}): void {
    const look = this.begin(instance, [address]);
    const isCounted = options.background !== true && options.refresh !== true;
    const reading = instance.cache.getOrFetch(instance.request(address), options);
    this.follow(
      instance,
      look,
      isCounted,
      reading.then((value) => [{ status: 'fulfilled', value }], rejected),
    );
  }

  readMany(instance: Instance, addresses: readonly Address[]): void {
    const look = this.begin(instance, addresses);
    const requests = addresses.map((address) => instance.request(address));
    this.follow(instance, look, true, instance.cache.getManyOrFetch(requests));
  }

  invalidate(instance: Instance, scopes: readonly string[]): void {
    const called = this.tick();
    this.track(
      instance,
      instance.cache.invalidate({ scopes, cause: 'test' }).then(() => this.noteOwn(instance, scopes, called)),
    );
  }

  write(instance: Instance, address: Address): void {
    const from = this.tick();
    const scopes = [address.minerScope];
    let called = from;
    const change = {
      scopes,
      cause: 'test',
      apply: async () => {
        const data = await this.source.write(address.key, instance.cause(address), (what) => instance.wire(what));
        // What was fetched while the source was written may be either; what was fetched before, is not to be seen again.
        called = this.source.of(data).began - 1;
        return data;
      },
    };
    this.track(
      instance,
      instance.cache.write(instance.request(address), change).then(() => this.noteOwn(instance, scopes, called)),
    );
  }

  warm(instance: Instance, address: Address): void {
    this.track(instance, instance.cache.warm(instance.request(address)).catch(passSourceError));
  }

  async peek(instance: Instance, address: Address): Promise<void> {
    const look = this.begin(instance, [address]);
    this.follow(
      instance,
      look,
      false,
      instance.cache
        .peek(instance.request(address))
        .then((value) => (value === undefined ? [] : [{ status: 'fulfilled', value }])),
    );
  }

  die(instance: Instance): void {
    instance.isAlive = false;
    this.deaths.push(this.tick());
    // What it was about never ends, and nobody waits for it.
    for (const [call, caller] of this.open) {
      if (caller === instance) {
        this.open.delete(call);
      }
    }
  }

  /** The server gives a key up for want of memory. */
  evict(key: string): void {
    this.server.delete(key);
    this.evictions.push({ key, tick: this.tick() });
  }

  /** Commands fail from now on, and each instance notices in its own time. */
  setState(state: MemoryServer['state']): void {
    this.server.state = state;
    for (const instance of this.alive) {
      void this.wire(`${instance.name} notices ${state}`).then(() => {
        if (this.server.state === state && instance.connection.isWhole) {
          instance.store.notice(healthFor(state));
        }
      });
    }
  }

  cut(instance: Instance): void {
    instance.connection.cut();
    instance.link.lose();
    instance.store.notice({ state: 'down', reason: 'test' });
  }

  mend(instance: Instance): void {
    instance.connection.mend();
    instance.link.restore();
    instance.store.notice(healthFor(this.server.state));
  }

  takeSnapshot(): void {
    this.snapshot = { values: this.server.takeSnapshot(), tick: this.tick(), at: this.clock.now() };
  }

  /** The master dies, and a replica that lacks its last writes takes its place. Who is connected notices that first. */
  failOver(): void {
    const { snapshot } = this;
    if (snapshot === undefined || this.clock.now() - snapshot.at > 5_000) {
      return;
    }
    for (const instance of this.alive) {
      this.cut(instance);
    }
    this.server.state = 'up';
    this.server.fallBackTo(snapshot.values);
    // What the replica never got is known to nobody but the one who did it.
    this.voidings = this.voidings.filter(({ tick }) => tick <= snapshot.tick);
    this.snapshot = undefined;
    for (const instance of this.alive) {
      this.mend(instance);
    }
  }

  /** Lets at most `count` things happen on the wire. */
  async step(count: number): Promise<void> {
    for (let done = 0; done < count && this.scheduler.count() > 0; done++) {
      await this.scheduler.waitNext(1);
      await microtasks();
    }
    await turn();
  }

  /** @param isTimely whether all that is on the wire arrives before a timer fires. */
  async pass(ms: number, isTimely: boolean): Promise<void> {
    const end = this.clock.now() + ms;
    for (;;) {
      if (isTimely) {
        await this.step(Number.POSITIVE_INFINITY);
      }
      const next = this.clock.now() + Math.min(...this.clock.pending, Number.POSITIVE_INFINITY);
      if (next > end) {
        break;
      }
      this.clock.advance(next - this.clock.now());
      await turn();
    }
    this.clock.advance(end - this.clock.now());
    await turn();
  }

  /** Waits until every call of a living instance has ended, and the wire is empty. */
  async settle(): Promise<void> {
    const until = this.clock.now() + 120_000;
    for (;;) {
      await turn();
      while (this.scheduler.count() > 0) {
        await this.step(Number.POSITIVE_INFINITY);
      }
      if (this.open.size === 0) {
        return;
      }
      const next = Math.min(...this.clock.pending);
      if (!Number.isFinite(next) || this.clock.now() + next > until) {
        throw new Error(`${this.open.size} calls never end.`);
      }
      this.clock.advance(next);
    }
  }

  dispose(): void {
    for (const instance of this.instances) {
      instance.cache.dispose();
    }
  }

  /**
   * The moment that a fetch's data holds from. What a write-through left holds from its own voiding on, which is the first of
   * its scope after the source was written: had another been first, it would not have been left.
   */
  heldFrom(fetch: RecordedFetch, address: Address): number {
    if (fetch.kind === 'fetch') {
      return fetch.began;
    }
    const own = this.voidings.find(({ scope, tick }) => scope === address.minerScope && tick > fetch.ended);
    return own === undefined ? fetch.began : own.tick + 0.5;
  }

  isToldOfAll({ link }: Instance, scopes: readonly string[]): boolean {
    return this.voidings.every(
      ({ scope, toldBy }) => !scopes.includes(scope) || link.toldCount >= (toldBy.get(link) as number),
    );
  }

  private begin(instance: Instance, addresses: readonly Address[]) {
    const now = this.clock.now();
    return {
      addresses,
      from: this.tick(),
      startedAt: now,
      wasCoherent: now - instance.link.caughtUpTo <= UNTOLD_MS,
      notBefore: addresses.map(({ scopes }) => this.notBefore(instance, scopes)),
    };
  }

  /** The last moment whose voidings the instance knows of, or has had the time to know of. */
  private notBefore(instance: Instance, scopes: readonly string[]): number {
    const own = scopes.map((scope) => instance.invalidated.get(scope) ?? 0);
    const told = this.voidings
      .filter(({ scope }) => scopes.includes(scope))
      .filter(
        ({ at, toldBy }) =>
          this.clock.now() - at > UNTOLD_MS || instance.link.toldCount >= (toldBy.get(instance.link) as number),
      )
      .map(({ tick }) => tick);
    return Math.max(0, ...own, ...told);
  }

  private noteVoiding(scope: string): void {
    const toldBy = new Map(this.instances.map(({ link }) => [link, link.sentCount]));
    this.voidings.push({ scope, tick: this.tick(), at: this.clock.now(), toldBy });
  }

  private noteOwn(instance: Instance, scopes: readonly string[], called: number): void {
    this.resolutions.push({ scopes, tick: this.tick() });
    for (const scope of scopes) {
      instance.invalidated.set(scope, Math.max(called, instance.invalidated.get(scope) ?? 0));
    }
  }

  private follow(
    instance: Instance,
    look: ReturnType<World['begin']>,
    isCounted: boolean,
    reading: Promise<readonly PromiseSettledResult<Reading<SourceData>>[]>,
  ): void {
    const { addresses, from, startedAt, wasCoherent } = look;
    const observed = reading.then((results) => {
      const to = this.tick();
      const endedAt = this.clock.now();
      for (const [index, result] of results.entries()) {
        const address = addresses[index] as Address;
        const notBefore = look.notBefore[index] as number;
        this.reads.push({ instance, address, isCounted, from, to, startedAt, endedAt, notBefore, wasCoherent, result });
      }
    });
    this.track(instance, observed);
  }

  private track(instance: Instance, call: Promise<unknown>): void {
    const tracked: Promise<unknown> = call
      .catch((error: unknown) => this.unexpected.push(error))
      .finally(() => this.open.delete(tracked));
    this.open.set(tracked, instance);
  }
}

function healthFor(state: MemoryServer['state']): StoreHealth {
  return state === 'up' ? { state } : { state, reason: 'test' };
}

function rejected(reason: unknown): readonly PromiseRejectedResult[] {
  return [{ status: 'rejected', reason }];
}

/** The source's own error, or what another instance told of it. */
export function isSourceError(error: unknown): boolean {
  return error instanceof SourceFailure || error instanceof SharedSourceError;
}

function passSourceError(error: unknown): void {
  if (!isSourceError(error)) {
    throw error;
  }
}

/** Lets promises run that hang on one another, as far as they do between two things on the wire; cheaper than {@link turn}. */
async function microtasks(): Promise<void> {
  for (let count = 0; count < 30; count++) {
    await undefined;
  }
}

/** Lets all promises run that can. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

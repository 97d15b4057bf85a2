import type { Clock } from '../base/clock';
import { CancelledError } from '../base/errors';
import type { Basis, FirstTier } from './firstTier';

const NOT_LANDED = Promise.resolve(false);

/**
 * One running answer for one key, shared by everyone who asks for that key meanwhile, error included. It starts with the
 * look into the store, not with the fetch: otherwise a reader that missed just before a fill landed, and asks for a
 * flight just after that one ended, would fetch a second time.
 */
export class Flight<T> {
  private controller: AbortController | undefined;
  private waiters = 0;
  /** Somebody waits who cannot leave. */
  private isKept = false;
  private isAbandoned = false;
  private fetchClaimed = false;
  private detached = false;

  constructor(
    readonly key: string,
    readonly scopes: readonly string[],
    readonly basis: Basis,
    private readonly owner: Pick<Flights, 'forget'>,
  ) {}

  /** The answer. Set by {@link Flights} before anybody sees the flight. Never fails. */
  declare result: Promise<T>;

  /** Resolves once the flight has ended, to whether what it fetched is in the store. Set before {@link result} resolves. */
  landed: Promise<boolean> = NOT_LANDED;

  /** Aborted when nobody waits any more; `undefined` when somebody waits who cannot leave. */
  get signal(): AbortSignal | undefined {
    // Made when asked for: most flights end at the store and need none.
    if (this.isKept && this.controller === undefined) {
      return undefined;
    }
    this.controller ??= new AbortController();
    if (this.isAbandoned) {
      this.controller.abort();
    }
    return this.controller.signal;
  }

  /** Whether an invalidation or a refresh overtook the flight: what it brings is for its waiters, not for the cache. */
  get isDetached(): boolean {
    return this.detached;
  }

  detach(): void {
    this.detached = true;
  }

  /** True for the first caller: the one counted lookup that stands for the flight's fetch. The others coalesced. */
  claimFetch(): boolean {
    const first = !this.fetchClaimed;
    this.fetchClaimed = true;
    return first;
  }

  /** How many wait, as far as it matters for who may spoil the value: two or more share it. */
  get isShared(): boolean {
    return this.waiters > 1;
  }

  /** Waits for the answer until `signal` is aborted. The flight itself ends early only when its last waiter leaves. */
  wait(signal: AbortSignal | undefined): Promise<T> {
    this.waiters++;
    if (signal === undefined) {
      this.isKept = true;
      return this.result;
    }
    return this.waitUntilAborted(signal);
  }

  private async waitUntilAborted(signal: AbortSignal): Promise<T> {
    let onAbort = () => {};
    const cancelled = new Promise<never>((_, reject) => {
      onAbort = () => reject(new CancelledError());
      signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      return await Promise.race([this.result, cancelled]);
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.waiters--;
      if (this.waiters === 0 && !this.isKept && signal.aborted) {
        this.isAbandoned = true;
        this.owner.forget(this as Flight<unknown>);
        this.controller?.abort();
      }
    }
  }
}

/** What a flight came to: the answer, and what is left to do once the waiters have it (the write into the store). */
export interface Landing<T> {
  readonly answer: T;
  readonly afterwards: Promise<boolean> | undefined;
}

/** The flights of this process, by key. */
export class Flights {
  private readonly running = new Map<string, Flight<unknown>>();

  constructor(
    private readonly firstTier: FirstTier,
    private readonly clock: Clock,
  ) {}

  /**
   * The running flight for `key`, or a new one that `run` carries out. It stays joinable until what it leaves to do is done,
   * so that nobody looks into the store between fetch and write. Nobody joins one that another instance may have overtaken:
   *
   * 1. here the source is asked;
   * 2. another instance voids the key, and the link tells of it;
   * 3. a reader comes here, who must not get what the source gave before that.
   *
   * The former flight goes on: its lock and its entry are as good as their generations, by which every reader judges them.
   *
   * @param run never fails: an error is a kind of answer.
   */
  join<T>(key: string, scopes: readonly string[], run: (flight: Flight<T>) => Promise<Landing<T>>): Flight<T> {
    // A key always carries the same type of answer, which the map cannot say.
    const existing = this.running.get(key) as Flight<T> | undefined;
    const now = this.clock.monotonic();
    if (existing !== undefined && this.firstTier.holdsSince(existing.basis, scopes, now)) {
      return existing;
    }
    const flight: Flight<T> = new Flight(key, scopes, this.firstTier.basis(now), this);
    this.running.set(key, flight as Flight<unknown>);
    flight.result = this.carryOut(flight, run);
    return flight;
  }

  /** Lets no later reader join the flight for `key`. */
  detachKey(key: string): void {
    const flight = this.running.get(key);
    if (flight !== undefined) {
      this.detach(flight);
    }
  }

  /** Lets no later reader join a flight that depends on one of `scopes`. */
  detachScopes(scopes: ReadonlySet<string>): void {
    for (const flight of this.running.values()) {
      if (flight.scopes.some((scope) => scopes.has(scope))) {
        this.detach(flight);
      }
    }
  }

  /** Lets no later reader join a flight for a key that matches. */
  detachMatching(matches: (key: string) => boolean): void {
    for (const flight of this.running.values()) {
      if (matches(flight.key)) {
        this.detach(flight);
      }
    }
  }

  /** Lets no later reader join that very flight. */
  forget(flight: Flight<unknown>): void {
    if (this.running.get(flight.key) === flight) {
      this.running.delete(flight.key);
    }
  }

  private async carryOut<T>(flight: Flight<T>, run: (flight: Flight<T>) => Promise<Landing<T>>): Promise<T> {
    let afterwards: Promise<boolean> | undefined;
    try {
      const landing = await run(flight);
      afterwards = landing.afterwards;
      return landing.answer;
    } finally {
      // Whatever went wrong must not be what every later reader of the key gets, for as long as the process lives.
      if (afterwards === undefined) {
        this.forget(flight as Flight<unknown>);
      } else {
        flight.landed = afterwards.finally(() => this.forget(flight as Flight<unknown>));
      }
    }
  }

  private detach(flight: Flight<unknown>): void {
    flight.detach();
    this.running.delete(flight.key);
  }
}

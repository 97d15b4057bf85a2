import { CancelledError } from '../base/errors';

/**
 * One running answer for one key, shared by everyone who asks for that key meanwhile, error included. It starts with the
 * look into the store, not with the fetch: otherwise a reader that missed just before a fill landed, and asks for a
 * flight just after that one ended, would fetch a second time.
 */
export class Flight<T> {
  private readonly controller = new AbortController();
  private waiters = 0;
  private fetchClaimed = false;
  private detached = false;

  constructor(
    readonly key: string,
    readonly scopes: readonly string[],
    private readonly onAbandoned: () => void,
  ) {}

  /** The answer. Set by {@link Flights} as soon as the flight runs, as is {@link landed}. */
  result: Promise<T> = new Promise(() => {});

  /** Resolves once the flight has ended, to whether what it fetched is in the store. */
  landed: Promise<boolean> = new Promise(() => {});

  /** Aborted when nobody waits any more. */
  get signal(): AbortSignal {
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

  /** Waits for the answer until `signal` is aborted. The flight itself ends early only when its last waiter leaves. */
  async wait(signal: AbortSignal | undefined): Promise<T> {
    this.waiters++;
    let onAbort: (() => void) | undefined;
    const cancelled = new Promise<never>((_, reject) => {
      onAbort = () => reject(new CancelledError());
      signal?.addEventListener('abort', onAbort, { once: true });
    });
    try {
      return await Promise.race([this.result, cancelled]);
    } finally {
      if (onAbort !== undefined) {
        signal?.removeEventListener('abort', onAbort);
      }
      this.waiters--;
      if (this.waiters === 0 && signal?.aborted) {
        this.onAbandoned();
        this.controller.abort();
      }
    }
  }
}

/** The flights of this process, by key. */
export class Flights {
  private readonly running = new Map<string, Flight<unknown>>();

  /**
   * The running flight for `key`, or a new one that `run` carries out.
   *
   * @param run resolves to the answer, and to what is left to do once the waiters have it (the write into the store); the
   *   flight stays joinable until that is done, so that nobody looks into the store between fetch and write.
   */
  join<T>(
    key: string,
    scopes: readonly string[],
    run: (flight: Flight<T>) => Promise<{ readonly answer: T; readonly afterwards: Promise<boolean> | undefined }>,
  ): Flight<T> {
    // A key always carries the same type of data, which the map cannot say.
    const existing = this.running.get(key) as Flight<T> | undefined;
    if (existing !== undefined) {
      return existing;
    }
    const flight: Flight<T> = new Flight(key, scopes, () => this.forget(flight));
    this.running.set(key, flight as Flight<unknown>);
    const running = run(flight);
    flight.result = running.then(({ answer }) => answer);
    // Without waiters nobody else handles a failure.
    flight.result.catch(() => {});
    flight.landed = running
      .then(async ({ afterwards }) => (await afterwards) ?? false)
      .catch(() => false)
      .finally(() => this.forget(flight));
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

  private detach(flight: Flight<unknown>): void {
    flight.detach();
    this.running.delete(flight.key);
  }

  private forget<T>(flight: Flight<T>): void {
    if (this.running.get(flight.key) === (flight as Flight<unknown>)) {
      this.running.delete(flight.key);
    }
  }
}

import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import type { Redis } from 'ioredis';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { CommandDeadlines } from './connectionDeadlines';
import { isServerFailure } from './failures';

export interface ServerBreakerOptions {
  readonly deadlines: CommandDeadlines;
  /** Whom to ask whether they serve again: all masters of a Cluster, else the one server. None while there is no connection. */
  masters(): readonly Redis[];
  /** {@link ServerBreaker.isOpen} changed. */
  onChange(): void;
  /** Why a server that is given up does not serve yet. */
  onStillFailing(error: unknown): void;
}

/** Failures in a row after which Redis is left alone, and how long it is until it is tried again. */
const FAILURES = 3;
const PAUSE_MS = 1_000;

/** Asked to see whether the server answers: a key that every user of the cache may read. */
const PROBE_KEY = 'v1:gen:all';

/** Gives up a server that does not answer, or answers nobody, and finds out when it is back. */
export class ServerBreaker implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly breaker = circuitBreaker(handleWhen(isServerFailure), {
    halfOpenAfter: PAUSE_MS,
    breaker: new ConsecutiveBreaker(FAILURES),
  });
  private hasFailed = false;

  constructor(private readonly options: ServerBreakerOptions) {
    this.disposables.add(this.breaker.onStateChange(() => options.onChange()));
    // While the server is connected but does not answer, nobody may be reading.
    const timer = setInterval(() => this.probe(), PAUSE_MS);
    timer.unref();
    this.disposables.add(toDisposable(() => clearInterval(timer)));
  }

  /** Only the probe tests a server that is given up: whoever came while a test runs would have to wait for its end. */
  get isOpen(): boolean {
    return this.breaker.state !== CircuitState.Closed;
  }

  /** @param callers that waited for what failed. */
  noteFailure(error: unknown, callers: number): void {
    this.hasFailed = true;
    for (let failure = 0; failure < Math.min(callers, FAILURES); failure++) {
      this.breaker.execute(() => Promise.reject(error)).catch(() => {});
    }
  }

  noteSuccess(): void {
    if (this.hasFailed) {
      this.hasFailed = false;
      this.breaker.execute(() => undefined).catch(() => {});
    }
  }

  /** Asks a server that is given up whether it serves again. */
  probe(): void {
    const masters = this.options.masters();
    if (this.isOpen && masters.length > 0) {
      this.breaker
        .execute(() => this.askAny(masters))
        .catch((error: unknown) => {
          if (!(error instanceof BrokenCircuitError)) {
            this.options.onStillFailing(error);
          }
        });
    }
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /** Resolves when one of the masters says anything but that nobody can be served. */
  private askAny(masters: readonly Redis[]): Promise<void> {
    const ask = async (master: Redis) => {
      try {
        await master.get(PROBE_KEY);
      } catch (error) {
        if (isServerFailure(error)) {
          throw error;
        }
      }
    };
    const first = Promise.any(masters.map(ask)).catch((error: AggregateError) => {
      throw error.errors[0];
    });
    return this.options.deadlines.within(first);
  }
}

import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  type IBackoff,
} from 'cockatiel';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock';
import { CancelledError } from '../base/errors';
import type { Miner } from '../fleet/miner';
import { SourceError } from '../fleet/minerSource';
import { CallError } from './callErrors';
import { untilCancelled } from './calls';
import { addressKey } from './channelPool';

/** Far more miners than any fleet has; a miner that is forgotten costs one attempt more. */
const MAX_MINERS = 50_000;

export interface SilenceOptions {
  readonly clock: Clock;
  /** Milliseconds in which a miner is left alone after it did not answer; doubles with every attempt in vain. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** A number in [0, 1), so that a thousand miners that vanished together are not all asked again in the same moment. */
  readonly random: () => number;
}

interface Silence {
  breaker: CircuitBreakerPolicy;
  /** What the last attempt met. */
  error: SourceError;
  /** Attempts in vain. */
  attempts: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  nextTryAt: number;
}

/**
 * A breaker for each miner that does not answer. From the first call in vain on, callers get that call's error at once; when
 * the pause is over, one of them asks, and those who come meanwhile wait for what becomes of it. Any answer ends the silence.
 */
export class SilentMiners {
  private readonly silences = new LRUCache<string, Silence>({ max: MAX_MINERS });
  /** When each miner answered last, by `Clock.monotonic`. */
  private readonly answers = new LRUCache<string, number>({ max: MAX_MINERS });

  /** @param onReturn hears of a miner that answers again. */
  constructor(
    private readonly options: SilenceOptions,
    private readonly onReturn: (miner: Miner) => void,
  ) {}

  /**
   * Makes the call unless the miner is silent.
   *
   * @throws {SourceError} of the last attempt, saying since when and until when, without making the call.
   */
  async run<T>(miner: Miner, signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
    // Before any waiting for another's attempt: a caller who was left little time by that says nothing about the miner.
    const startedAt = this.options.clock.monotonic();
    const silence = this.silences.get(addressKey(miner));
    if (silence === undefined) {
      return this.watched(miner, startedAt, call);
    }
    try {
      return await untilCancelled(
        silence.breaker.execute(() => this.watched(miner, startedAt, call)),
        signal,
      );
    } catch (error) {
      throw error instanceof BrokenCircuitError ? skipped(silence) : error;
    }
  }

  /** The miner gave a sign of life. */
  noteAnswer(miner: Miner): void {
    const key = addressKey(miner);
    this.answers.set(key, this.options.clock.monotonic());
    if (this.silences.delete(key)) {
      this.onReturn(miner);
    }
  }

  /** Lets the next call be made at once. */
  retryNow(miner: Miner): void {
    const silence = this.silences.get(addressKey(miner));
    if (silence !== undefined) {
      silence.breaker = this.breaker(silence, 0);
    }
  }

  /** Forgets all miners but these. */
  retain(miners: readonly Miner[]): void {
    const kept = new Set(miners.map(addressKey));
    for (const remembered of [this.silences, this.answers]) {
      for (const key of [...remembered.keys()].filter((known) => !kept.has(known))) {
        remembered.delete(key);
      }
    }
  }

  private async watched<T>(miner: Miner, startedAt: number, call: () => Promise<T>): Promise<T> {
    try {
      const result = await call();
      this.noteAnswer(miner);
      return result;
    } catch (error) {
      if (isSilence(error)) {
        this.noteSilence(miner, error, startedAt);
      } else if (error instanceof CallError) {
        this.noteAnswer(miner);
      }
      throw error;
    }
  }

  /** A miner that answered another call meanwhile does not like this one, which is no reason to leave it alone. */
  private noteSilence(miner: Miner, error: SourceError, startedAt: number): void {
    const key = addressKey(miner);
    if ((this.answers.get(key) ?? Number.NEGATIVE_INFINITY) > startedAt) {
      return;
    }
    const known = this.silences.get(key);
    if (known !== undefined) {
      known.error = error;
      return;
    }
    const since = Date.now();
    const silence = { error, attempts: 0, since, nextTryAt: since };
    this.silences.set(key, Object.assign(silence, { breaker: this.breaker(silence, since) }));
  }

  /** A breaker that was opened at the given moment. Cockatiel counts by the machine's clock. */
  private breaker(silence: Omit<Silence, 'breaker'>, openedAt: number): CircuitBreakerPolicy {
    return circuitBreaker(handleWhen(isInVain), {
      halfOpenAfter: { next: () => this.pause(silence) },
      breaker: new ConsecutiveBreaker(1),
      initialState: { ownState: { value: CircuitState.Open, openedAt, attemptNo: 1 }, breakerState: 1 },
    });
  }

  /** Doubling, capped, and somewhere between half and the whole of that. It begins now. */
  private pause(silence: Omit<Silence, 'breaker'>): IBackoff<unknown> {
    const { firstPauseMs, longestPauseMs, random } = this.options;
    const whole = Math.min(longestPauseMs, firstPauseMs * 2 ** silence.attempts);
    const duration = whole * (0.5 + random() / 2);
    silence.attempts++;
    silence.nextTryAt = Date.now() + duration;
    return { duration, next: () => this.pause(silence) };
  }
}

function isSilence(error: unknown): error is CallError {
  return error instanceof CallError && (error.failure === 'unreachable' || error.failure === 'timeout');
}

/** An attempt that was cancelled tells nothing, so that the miner stays as silent as it was. */
function isInVain(error: unknown): boolean {
  return isSilence(error) || error instanceof CancelledError;
}

function skipped({ error, since, nextTryAt }: Silence): SourceError {
  const [from, until] = [since, nextTryAt].map((time) => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z'));
  return new SourceError(error.failure, `${error.message} No answer since ${from}; it is asked again after ${until}.`);
}

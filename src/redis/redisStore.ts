import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import type { Redis } from 'ioredis';
import { Emitter } from '../base/emitter';
import { describeError, errorCode } from '../base/errors';
import { DisposableStore, toDisposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import { type CacheStore, type StoredValue, type StoredValues, StoreError, type StoreHealth } from '../cache/store';
import { openClient } from './client';
import { isNotConnected, isServerFailure, isWriteRefusal, TIMED_OUT } from './failures';
import { GENERATION_SCRIPT } from './generationScript';
import { type ConnectionProfile, profileAddress } from './profile';

export interface RedisStoreOptions {
  readonly profile: ConnectionProfile;
  /** The longest that a read or write may take, in ms. */
  readonly commandTimeoutMs: number;
  readonly logger: Logger;
}

/** Failures in a row after which Redis is left alone, and how long it is until it is tried again. */
const BREAKER_FAILURES = 3;
const BREAKER_PAUSE_MS = 1_000;

/** A generation has to outlive every entry recorded under it; a missing one is made anew, and voids them. */
const GENERATION_TTL_MS = 7 * 24 * 3_600_000;

interface GenerationCommands {
  fleetCacheGeneration(key: string, mode: 'ensure' | 'bump', ttlMs: number): Promise<string>;
}

/** The second tier on one Redis server. Reconnects for ever; asks nothing of a server that is known not to answer. */
export class RedisStore implements CacheStore {
  private readonly redis: Redis & GenerationCommands;
  private readonly address: string;
  private readonly disposables = new DisposableStore();
  private readonly healthChanges = new Emitter<StoreHealth>();
  private readonly breaker = circuitBreaker(handleWhen(isServerFailure), {
    halfOpenAfter: BREAKER_PAUSE_MS,
    breaker: new ConsecutiveBreaker(BREAKER_FAILURES),
  });
  private readonly firstConnection: Promise<void>;
  private currentHealth: StoreHealth = { state: 'connecting' };
  private isConnected = false;
  private lastError: unknown;
  private writeRefusal: string | undefined;

  readonly onDidChangeHealth = this.healthChanges.event;

  constructor(private readonly options: RedisStoreOptions) {
    this.address = profileAddress(options.profile);
    this.redis = openClient(options.profile, { commandTimeout: options.commandTimeoutMs }) as Redis &
      GenerationCommands;
    this.redis.defineCommand('fleetCacheGeneration', { numberOfKeys: 1, lua: GENERATION_SCRIPT });
    this.firstConnection = this.followConnection();
    this.disposables.add(this.breaker.onStateChange(() => this.updateHealth()));
    this.disposables.add(
      this.breaker.onFailure(({ reason }) => {
        if ('error' in reason) {
          this.noteCause(reason.error);
        }
      }),
    );
    this.disposables.add(this.probeWhileDown());
    this.disposables.add(toDisposable(() => this.redis.disconnect()));
    this.disposables.add(this.healthChanges);
  }

  get health(): StoreHealth {
    return this.currentHealth;
  }

  dispose(): void {
    this.disposables.dispose();
  }

  async read(key: string, scopes: readonly string[]): Promise<StoredValue> {
    return this.execute(async () => {
      // Issued in one turn of the event loop, so that autopipelining sends them in one round trip.
      const [text, ...stored] = await Promise.all([this.text(key), ...scopes.map((scope) => this.text(scope))]);
      const generations = await Promise.all(
        stored.map((value, index) => parseGeneration(value) ?? this.generation(scopes[index] as string, 'ensure')),
      );
      return { text: text ?? undefined, generations };
    });
  }

  async readMany(keys: readonly string[], scopes: readonly string[]): Promise<StoredValues> {
    const values = await Promise.all(keys.map((key) => this.read(key, scopes)));
    return { texts: values.map(({ text }) => text), generations: values[0]?.generations ?? [] };
  }

  async write(key: string, text: string, ttlMs: number): Promise<void> {
    // Redis takes whole milliseconds only.
    await this.executeWrite(() => this.redis.set(key, text, 'PX', Math.ceil(ttlMs)));
  }

  async remove(keys: readonly string[]): Promise<number> {
    const removed = await this.execute(() => Promise.all(keys.map((key) => this.redis.unlink(key))));
    return removed.reduce((total, count) => total + count, 0);
  }

  async bump(scopes: readonly string[]): Promise<readonly number[]> {
    return this.executeWrite(() => Promise.all(scopes.map((scope) => this.generation(scope, 'bump'))));
  }

  /** A key's text. A key that something else made into a list or a hash is removed, and reads as absent. */
  private async text(key: string): Promise<string | null> {
    try {
      return await this.redis.get(key);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('WRONGTYPE')) {
        throw error;
      }
      this.options.logger.warn(`Removed ${key}: it was not a string.`);
      await this.redis.unlink(key);
      return null;
    }
  }

  private async generation(scope: string, mode: 'ensure' | 'bump'): Promise<number> {
    return Number(await this.redis.fleetCacheGeneration(scope, mode, GENERATION_TTL_MS));
  }

  private async execute<T>(command: () => Promise<T>): Promise<T> {
    await this.firstConnection;
    try {
      // Only the probe tests a server that is given up: whoever came while a test runs would have to wait for its end.
      if (this.breaker.state !== CircuitState.Closed) {
        throw new BrokenCircuitError();
      }
      return await this.breaker.execute(() => this.withinTimeout(command()));
    } catch (error) {
      throw new StoreError(this.explain(error), { cause: error });
    }
  }

  private async executeWrite<T>(command: () => Promise<T>): Promise<T> {
    try {
      const result = await this.execute(command);
      this.noteWrite(undefined);
      return result;
    } catch (error) {
      const cause = error instanceof StoreError ? error.cause : error;
      if (isWriteRefusal(cause)) {
        this.noteWrite(describeError(cause));
      }
      throw error;
    }
  }

  /**
   * The client's own time-out is for one command; a command may be preceded by another's pipeline, or be the second of two.
   * This one is for all of it.
   */
  private async withinTimeout<T>(result: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(TIMED_OUT)), this.options.commandTimeoutMs);
    });
    try {
      return await Promise.race([result, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Resolves as soon as it is known whether the server answers, at the latest after the command timeout: reads that come
   * while the very first connection is being made wait for it, instead of passing over a cache that is about to be there.
   */
  private followConnection(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.options.commandTimeoutMs);
      const settle = () => {
        clearTimeout(timer);
        resolve();
      };
      this.disposables.add(toDisposable(settle));
      this.redis.on('ready', () => {
        this.isConnected = true;
        if (this.breaker.state === CircuitState.Closed) {
          this.lastError = undefined;
        }
        settle();
        this.probe();
        this.updateHealth();
      });
      this.redis.on('error', (error: unknown) => {
        this.noteCause(error);
        settle();
        this.updateHealth();
      });
      this.redis.on('close', () => {
        this.isConnected = false;
        this.updateHealth();
      });
      // A failure is reported by the events as well, with its cause.
      this.redis.connect().catch(() => {});
    });
  }

  /** While the server is connected but does not answer, nobody may be reading: asks it, so that it is seen to be back. */
  private probeWhileDown() {
    const timer = setInterval(() => this.probe(), BREAKER_PAUSE_MS);
    timer.unref();
    return toDisposable(() => clearInterval(timer));
  }

  private probe(): void {
    if (this.isConnected && this.breaker.state !== CircuitState.Closed) {
      this.breaker.execute(() => this.withinTimeout(this.redis.ping())).catch(() => {});
    }
  }

  /** Keeps what explains the state best: that a command found no connection says less than why there is none. */
  private noteCause(error: unknown): void {
    if (!isNotConnected(error)) {
      this.lastError = error;
    }
  }

  private noteWrite(refusal: string | undefined): void {
    if (refusal !== this.writeRefusal) {
      this.writeRefusal = refusal;
      this.updateHealth();
    }
  }

  private updateHealth(): void {
    if (this.disposables.isDisposed) {
      return;
    }
    const next = this.assessHealth();
    const isSame = next.state === this.currentHealth.state && reasonOf(next) === reasonOf(this.currentHealth);
    if (isSame) {
      return;
    }
    if (next.state !== this.currentHealth.state) {
      this.options.logger.info(reasonOf(next) ?? `Redis at ${this.address} is ${next.state}.`);
    }
    this.currentHealth = next;
    this.healthChanges.fire(next);
  }

  private assessHealth(): StoreHealth {
    if (this.isConnected && this.breaker.state === CircuitState.Closed) {
      return this.writeRefusal === undefined
        ? { state: 'up' }
        : {
            state: 'refusing-writes',
            reason: `Redis at ${this.address} refuses writes: ${this.writeRefusal.replace(/\.?$/, '.')}`,
          };
    }
    if (!this.isConnected && this.lastError === undefined && this.currentHealth.state === 'connecting') {
      return this.currentHealth;
    }
    return { state: 'down', reason: this.explain(this.lastError) };
  }

  private explain(error: unknown): string {
    const cause = error instanceof BrokenCircuitError || isNotConnected(error) ? this.lastError : error;
    if (cause instanceof Error && cause.message === TIMED_OUT) {
      return `Redis at ${this.address} did not answer within ${this.options.commandTimeoutMs} ms.`;
    }
    if (cause === undefined || isNotConnected(cause)) {
      return `Redis at ${this.address} closed the connection.`;
    }
    const text = describeError(cause);
    if (/^(NOAUTH|WRONGPASS)/.test(text)) {
      return `Redis at ${this.address} refused the login: ${text} Set the password with “Fleet Cache: Set Redis Password…” or FLEET_CACHE_REDIS_PASSWORD.`;
    }
    if (errorCode(cause) === 'ECONNREFUSED') {
      return `Redis at ${this.address} refused the connection (ECONNREFUSED). Is it running?`;
    }
    return `Redis at ${this.address} cannot be used: ${text.replace(/\.?$/, '.')}`;
  }
}

function parseGeneration(value: string | null | undefined): number | undefined {
  const generation = value === null || value === undefined ? Number.NaN : Number(value);
  return Number.isSafeInteger(generation) && generation > 0 ? generation : undefined;
}

function reasonOf(health: StoreHealth): string | undefined {
  return 'reason' in health ? health.reason : undefined;
}

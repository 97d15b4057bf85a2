import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import { Redis, type RedisOptions } from 'ioredis';
import { Emitter } from '../base/emitter';
import { describeError, errorCode } from '../base/errors';
import { DisposableStore, toDisposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import { type CacheStore, type StoredValue, StoreError, type StoreHealth } from '../cache/store';
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
const RECONNECT_MAX_MS = 2_000;

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
  private readonly breaker = circuitBreaker(
    handleWhen((error) => !isWriteRefusal(error)),
    { halfOpenAfter: BREAKER_PAUSE_MS, breaker: new ConsecutiveBreaker(BREAKER_FAILURES) },
  );
  private readonly firstConnection: Promise<void>;
  private currentHealth: StoreHealth = { state: 'connecting' };
  private isConnected = false;
  private lastError: unknown;
  private writeRefusal: string | undefined;

  readonly onDidChangeHealth = this.healthChanges.event;

  constructor(private readonly options: RedisStoreOptions) {
    this.address = profileAddress(options.profile);
    this.redis = new Redis(clientOptions(options)) as Redis & GenerationCommands;
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
      const [text, ...stored] = await Promise.all([
        this.redis.get(key),
        ...scopes.map((scope) => this.redis.get(scope)),
      ]);
      const generations = await Promise.all(
        stored.map((value, index) => parseGeneration(value) ?? this.generation(scopes[index] as string, 'ensure')),
      );
      return { text: text ?? undefined, generations };
    });
  }

  async write(key: string, text: string, ttlMs: number): Promise<void> {
    await this.execute(() => this.redis.set(key, text, 'PX', ttlMs));
    this.noteWrite(undefined);
  }

  async remove(keys: readonly string[]): Promise<number> {
    const removed = await this.execute(() => Promise.all(keys.map((key) => this.redis.unlink(key))));
    return removed.reduce((total, count) => total + count, 0);
  }

  async bump(scopes: readonly string[]): Promise<void> {
    await this.execute(() => Promise.all(scopes.map((scope) => this.generation(scope, 'bump'))));
    this.noteWrite(undefined);
  }

  private async generation(scope: string, mode: 'ensure' | 'bump'): Promise<number> {
    return Number(await this.redis.fleetCacheGeneration(scope, mode, GENERATION_TTL_MS));
  }

  private async execute<T>(command: () => Promise<T>): Promise<T> {
    await this.firstConnection;
    try {
      return await this.breaker.execute(command);
    } catch (error) {
      if (isWriteRefusal(error)) {
        this.noteWrite(describeError(error));
      }
      throw new StoreError(this.explain(error), { cause: error });
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
        this.lastError = undefined;
        settle();
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
    const timer = setInterval(() => {
      if (this.isConnected && this.breaker.state !== CircuitState.Closed) {
        this.breaker.execute(() => this.redis.ping()).catch(() => {});
      }
    }, BREAKER_PAUSE_MS);
    timer.unref();
    return toDisposable(() => clearInterval(timer));
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
    if (cause instanceof Error && cause.message === 'Command timed out') {
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

function clientOptions({ profile, commandTimeoutMs }: RedisStoreOptions) {
  return {
    ...(profile.socketPath === undefined ? { host: profile.host, port: profile.port } : { path: profile.socketPath }),
    db: profile.database,
    ...(profile.username === undefined ? {} : { username: profile.username }),
    ...(profile.password === undefined ? {} : { password: profile.password }),
    ...(profile.tls ? { tls: { servername: profile.host } } : {}),
    connectionName: 'fleet-cache',
    lazyConnect: true,
    enableAutoPipelining: true,
    // A cache never waits for a server that is away: the source is there.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: commandTimeoutMs,
    connectTimeout: 3_000,
    // The check asks INFO, which a restricted ACL user may not; a loading server answers commands with its own error.
    enableReadyCheck: false,
    retryStrategy: (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 10), RECONNECT_MAX_MS),
  } satisfies RedisOptions;
}

/** Whether the server answered, but may not or cannot write now: memory full, a replica, a failed snapshot, no permission. */
function isWriteRefusal(error: unknown): boolean {
  return error instanceof Error && /^(OOM|READONLY|MISCONF|NOPERM|NOREPLICAS)\b/.test(error.message);
}

function isNotConnected(error: unknown): boolean {
  return error instanceof Error && /isn't writeable|Connection is closed/.test(error.message);
}

function parseGeneration(value: string | null | undefined): number | undefined {
  const generation = value === null || value === undefined ? Number.NaN : Number(value);
  return Number.isSafeInteger(generation) && generation > 0 ? generation : undefined;
}

function reasonOf(health: StoreHealth): string | undefined {
  return 'reason' in health ? health.reason : undefined;
}

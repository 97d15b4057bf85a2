import type { Event } from '../base/emitter';
import type { Logger } from '../base/logger';
import type { Bump, CacheStore, StoredValue, StoredValues, StoreHealth } from '../cache/store';
import { RedisConnection, type RedisConnectionOptions } from './connection';
import { GENERATION_SCRIPT } from './generationScript';

/** Keys in one command. More of them would hold up the server's other clients. */
const KEYS_PER_COMMAND = 500;

/** A generation has to outlive every entry recorded under it; a missing one is made anew, and voids them. */
const GENERATION_TTL_MS = 7 * 24 * 3_600_000;

const NO_GENERATIONS: readonly number[] = [];

interface GenerationCommands {
  fleetCacheGeneration(key: string, mode: 'ensure' | 'bump', ttlMs: number): Promise<[current: string, former: string]>;
}

interface WaitingRead {
  readonly key: string;
  readonly resolve: (value: StoredValue) => void;
  readonly reject: (error: unknown) => void;
}

/** The second tier on Redis, whether one server, Sentinel or Cluster. Disposes the connection with itself. */
export class RedisStore implements CacheStore {
  private readonly redis: RedisConnection['client'] & GenerationCommands;
  /** On a Cluster keys belong to different nodes, and each command is about one of them. */
  private readonly isCluster: boolean;
  /** Reads of this turn of the event loop. */
  private waitingReads: WaitingRead[] = [];

  readonly onDidChangeHealth: Event<StoreHealth>;
  readonly onDidLoseServer: Event<void>;

  /** Opens a connection for a store alone. */
  static open(options: RedisConnectionOptions): RedisStore {
    return new RedisStore(new RedisConnection(options), options.logger);
  }

  constructor(
    private readonly connection: RedisConnection,
    private readonly logger: Logger,
  ) {
    connection.client.defineCommand('fleetCacheGeneration', { numberOfKeys: 1, lua: GENERATION_SCRIPT });
    this.redis = connection.client as RedisConnection['client'] & GenerationCommands;
    this.isCluster = connection.client.isCluster;
    this.onDidChangeHealth = connection.onDidChangeHealth;
    this.onDidLoseServer = connection.onDidLoseServer;
  }

  get commandTimeoutMs(): number {
    return this.connection.commandTimeoutMs;
  }

  get health(): StoreHealth {
    return this.connection.health;
  }

  dispose(): void {
    this.connection.dispose();
  }

  read(key: string, scopes: readonly string[]): Promise<StoredValue> {
    if (scopes.length > 0) {
      return this.connection.execute(() => this.valueIn(key, scopes));
    }
    return this.isCluster ? this.connection.execute(() => this.value(key)) : this.readTogether(key);
  }

  async readMany(keys: readonly string[], scopes: readonly string[]): Promise<StoredValues> {
    if (this.isCluster) {
      const [texts, generations] = await Promise.all([this.textsOfNodes(keys), this.generationsOfNodes(scopes)]);
      return { texts, generations };
    }
    return this.connection.execute(async () => {
      if (scopes.length === 0) {
        return { texts: await this.textsAtOnce(keys), generations: NO_GENERATIONS };
      }
      const texts = await this.textsAtOnce([...keys, ...scopes]);
      const generations = await Promise.all(
        scopes.map((scope, index) => this.knownGeneration(scope, texts[keys.length + index] ?? null)),
      );
      return { texts: texts.slice(0, keys.length), generations };
    });
  }

  async write(key: string, text: string, ttlMs: number): Promise<void> {
    await this.connection.execute(() => this.redis.set(key, text, 'PX', wholeMilliseconds(ttlMs)));
    this.connection.noteAccepted('set', key);
  }

  async remove(keys: readonly string[]): Promise<number> {
    const groups = this.isCluster ? keys.map((key) => [key]) : chunks(keys);
    const removed = await this.connection.execute(() =>
      Promise.all(groups.map((group) => this.redis.unlink(...group))),
    );
    return removed.reduce((total, count) => total + count, 0);
  }

  bump(scopes: readonly string[]): Promise<readonly Bump[]> {
    return this.connection.execute(() =>
      Promise.all(
        scopes.map(async (scope) => {
          const [current, former] = await this.redis.fleetCacheGeneration(scope, 'bump', GENERATION_TTL_MS);
          this.connection.noteAccepted('script', scope);
          return { former: former === '' ? undefined : Number(former), current: Number(current) };
        }),
      ),
    );
  }

  /**
   * All reads of a turn are one command: the objects that ioredis makes for a command, and those that bound and watch it, cost
   * more than the read itself.
   */
  private readTogether(key: string): Promise<StoredValue> {
    return new Promise((resolve, reject) => {
      if (this.waitingReads.push({ key, resolve, reject }) === 1) {
        setImmediate(() => this.sendWaitingReads());
      }
    });
  }

  private sendWaitingReads(): void {
    const reads = this.waitingReads;
    this.waitingReads = [];
    const [first] = reads as [WaitingRead];
    if (reads.length === 1) {
      this.connection.execute(() => this.value(first.key)).then(first.resolve, first.reject);
      return;
    }
    this.connection
      .execute(() => this.textsAtOnce(reads.map(({ key }) => key)))
      .then(
        (texts) => {
          for (const [index, { resolve }] of reads.entries()) {
            resolve({ text: texts[index], generations: NO_GENERATIONS });
          }
        },
        (error) => {
          for (const { reject } of reads) {
            reject(error);
          }
        },
      );
  }

  private async value(key: string): Promise<StoredValue> {
    return { text: (await this.text(key)) ?? undefined, generations: NO_GENERATIONS };
  }

  private async valueIn(key: string, scopes: readonly string[]): Promise<StoredValue> {
    // Issued in one turn of the event loop, so that autopipelining sends them in one round trip.
    const [text, ...stored] = await Promise.all([this.text(key), ...scopes.map((scope) => this.text(scope))]);
    const generations = await Promise.all(
      scopes.map((scope, index) => this.knownGeneration(scope, stored[index] ?? null)),
    );
    return { text: text ?? undefined, generations };
  }

  /** What is no string reads as absent, and stays until it is written anew: MGET does not tell the one from the other. */
  private async textsAtOnce(keys: readonly string[]): Promise<(string | undefined)[]> {
    const pages = await Promise.all(chunks(keys).map((page) => this.redis.mget(page)));
    const texts: (string | undefined)[] = [];
    for (const page of pages) {
      for (const text of page) {
        texts.push(text ?? undefined);
      }
    }
    return texts;
  }

  /** Each key waits for its own node alone. One of a node that fails reads as absent, unless all fail. */
  private async textsOfNodes(keys: readonly string[]): Promise<(string | undefined)[]> {
    const results = await Promise.allSettled(keys.map((key) => this.connection.execute(() => this.text(key))));
    const failure = results.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (failure !== undefined && results.every(({ status }) => status === 'rejected')) {
      throw failure.reason;
    }
    return results.map((result) => (result.status === 'fulfilled' ? (result.value ?? undefined) : undefined));
  }

  private generationsOfNodes(scopes: readonly string[]): Promise<readonly number[]> {
    return Promise.all(
      scopes.map((scope) => this.connection.execute(async () => this.knownGeneration(scope, await this.text(scope)))),
    );
  }

  /** A key's text. A key that something else made into a list or a hash is removed, and reads as absent. */
  private async text(key: string): Promise<string | null> {
    try {
      return await this.redis.get(key);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('WRONGTYPE')) {
        throw error;
      }
      this.logger.warn(`Removed ${key}: it was not a string.`);
      await this.redis.unlink(key);
      return null;
    }
  }

  private knownGeneration(scope: string, stored: string | null): number | Promise<number> {
    return parseGeneration(stored) ?? this.ensureGeneration(scope);
  }

  private async ensureGeneration(scope: string): Promise<number> {
    const [current] = await this.redis.fleetCacheGeneration(scope, 'ensure', GENERATION_TTL_MS);
    return Number(current);
  }
}

/** Redis takes whole milliseconds only, and no 0. */
export function wholeMilliseconds(ms: number): number {
  return Math.max(1, Math.ceil(ms));
}

function chunks(keys: readonly string[]): string[][] {
  const count = Math.ceil(keys.length / KEYS_PER_COMMAND);
  return Array.from({ length: count }, (_, index) =>
    keys.slice(index * KEYS_PER_COMMAND, (index + 1) * KEYS_PER_COMMAND),
  );
}

function parseGeneration(value: string | null): number | undefined {
  const generation = value === null ? Number.NaN : Number(value);
  return Number.isSafeInteger(generation) && generation > 0 ? generation : undefined;
}

import type { Event } from '../base/emitter';
import { describeError } from '../base/errors';
import type { Logger } from '../base/logger';
import { isEntryKey, type KeySpace, SHARED_KEYS } from '../cache/keys';
import {
  type Bump,
  type CacheStore,
  type HeldLock,
  type StoredValue,
  type StoredValues,
  StoreError,
  type StoreHealth,
} from '../cache/store';
import { RedisConnection, type RedisConnectionOptions } from './connection';
import { GENERATION_SCRIPT } from './generationScript';
import { inPages, pagesOf, settleKeys } from './keyPages';
import { WRITE_AND_RELEASE_SCRIPT } from './lockScripts';
import { describeRemoval, MAX_VALUE_LENGTH } from './oversizedValues';
import { wholeMilliseconds } from './wholeMilliseconds';

const NO_GENERATIONS: readonly number[] = [];

interface ScriptCommands {
  /** @returns the generation, and the former one or nothing. */
  fleetCacheGeneration(key: string, mode: 'ensure' | 'bump', ttlMs: number): Promise<[current: string, former: string]>;
  /** The same for each of several keys; not on a Cluster, where ioredis takes the count for the key. */
  fleetCacheGenerations(
    keyCount: number,
    ...args: [...keys: readonly string[], mode: 'ensure' | 'bump', ttlMs: number]
  ): Promise<string[]>;
  fleetCacheWrite(key: string, lock: string, text: string, ttlMs: number, token: string): Promise<number>;
}

interface WaitingRead {
  readonly key: string;
  readonly scopes: readonly string[];
  readonly resolve: (value: StoredValue) => void;
  readonly reject: (error: unknown) => void;
}

/** The second tier on Redis, whether one server, Sentinel or Cluster. Disposes the connection with itself. */
export class RedisStore implements CacheStore {
  private readonly redis: RedisConnection['client'] & ScriptCommands;
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
    private readonly keys: Pick<KeySpace, 'generationTtlMs'> = SHARED_KEYS,
  ) {
    connection.client.defineCommand('fleetCacheGeneration', { numberOfKeys: 1, lua: GENERATION_SCRIPT });
    connection.client.defineCommand('fleetCacheGenerations', { lua: GENERATION_SCRIPT });
    connection.client.defineCommand('fleetCacheWrite', { numberOfKeys: 2, lua: WRITE_AND_RELEASE_SCRIPT });
    this.redis = connection.client as RedisConnection['client'] & ScriptCommands;
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
    return this.isCluster
      ? this.connection.execute(() => this.valueIn(key, scopes), [key])
      : this.readTogether(key, scopes);
  }

  async readMany(keys: readonly string[], scopes: readonly string[]): Promise<StoredValues> {
    if (this.isCluster) {
      const [texts, generations] = await Promise.all([
        inPages(keys, (page) => settleKeys(page, (key) => this.textOfNode(key))),
        inPages(scopes, (page) => settleKeys(page, (scope) => this.generationOfNode(scope))),
      ]);
      return { texts, generations };
    }
    return this.readAtOnce(keys, scopes, 1);
  }

  async write(key: string, text: string, ttlMs: number, held?: HeldLock): Promise<void> {
    if (text.length > MAX_VALUE_LENGTH) {
      throw new StoreError(
        `${key} has ${text.length.toLocaleString('en')} characters, which is too large for the cache.`,
      );
    }
    const lastsMs = wholeMilliseconds(ttlMs);
    if (held === undefined) {
      await this.connection.execute(() => this.redis.set(key, text, 'PX', lastsMs));
    } else {
      await this.connection.execute(() => this.redis.fleetCacheWrite(key, held.lock, text, lastsMs, held.token));
    }
    this.connection.noteAccepted(held === undefined ? 'set' : 'script', key);
  }

  async remove(keys: readonly string[]): Promise<number> {
    const groups = this.isCluster ? keys.map((key) => [key]) : pagesOf(keys);
    const removed = await this.connection.execute(() =>
      Promise.all(groups.map((group) => this.redis.unlink(...group))),
    );
    return removed.reduce((total, count) => total + count, 0);
  }

  bump(scopes: readonly string[]): Promise<readonly Bump[]> {
    return this.connection.execute(() =>
      Promise.all(
        scopes.map(async (scope) => {
          const [current, former] = await this.redis.fleetCacheGeneration(scope, 'bump', this.keys.generationTtlMs);
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
  private readTogether(key: string, scopes: readonly string[]): Promise<StoredValue> {
    return new Promise((resolve, reject) => {
      if (this.waitingReads.push({ key, scopes, resolve, reject }) === 1) {
        setImmediate(() => this.sendWaitingReads());
      }
    });
  }

  private sendWaitingReads(): void {
    const reads = this.waitingReads;
    this.waitingReads = [];
    const [first] = reads as [WaitingRead];
    if (reads.length === 1 && first.scopes.length === 0) {
      this.connection.execute(() => this.value(first.key), [first.key]).then(first.resolve, first.reject);
      return;
    }
    const scopes = [...new Set(reads.flatMap((read) => read.scopes))];
    const keys = reads.map(({ key }) => key);
    this.readAtOnce(keys, scopes, reads.length).then(
      ({ texts, generations }) => {
        const byScope = new Map(scopes.map((scope, index) => [scope, generations[index] as number]));
        for (const [index, read] of reads.entries()) {
          read.resolve({ text: texts[index], generations: read.scopes.map((scope) => byScope.get(scope) as number) });
        }
      },
      (error) => {
        for (const { reject } of reads) {
          reject(error);
        }
      },
    );
  }

  /** From the one server. @param callers that wait for it, each of which counts when it fails. */
  private async readAtOnce(keys: readonly string[], scopes: readonly string[], callers: number): Promise<StoredValues> {
    const readPage = (page: readonly string[]) => this.connection.execute(() => this.textsAtOnce(page), page, callers);
    if (scopes.length === 0) {
      return { texts: await inPages(keys, readPage), generations: NO_GENERATIONS };
    }
    const texts = await inPages([...keys, ...scopes], readPage);
    const generations = scopes.map((_, index) => parseGeneration(texts[keys.length + index]));
    const missing = scopes.filter((_, index) => generations[index] === undefined);
    const made = await inPages(missing, (page) => this.connection.execute(() => this.ensureGenerations(page)));
    let next = 0;
    return {
      texts: texts.slice(0, keys.length),
      generations: generations.map((generation) => generation ?? made[next++]),
    };
  }

  private async value(key: string): Promise<StoredValue> {
    return { text: await this.text(key), generations: NO_GENERATIONS };
  }

  private async valueIn(key: string, scopes: readonly string[]): Promise<StoredValue> {
    // Issued in one turn of the event loop, so that autopipelining sends them in one round trip.
    const [text, ...stored] = await Promise.all([this.text(key), ...scopes.map((scope) => this.text(scope))]);
    const generations = await Promise.all(
      scopes.map((scope, index) => parseGeneration(stored[index]) ?? this.ensureGeneration(scope)),
    );
    return { text, generations };
  }

  /** What is no string reads as absent, and stays until it is written anew: MGET does not tell the one from the other. */
  private async textsAtOnce(keys: readonly string[]): Promise<(string | undefined)[]> {
    const values = await this.redis.mget(keys as string[]);
    this.connection.noteAccepted('mget', keys[0] as string);
    const texts: (string | undefined)[] = [];
    for (const text of values) {
      texts.push(
        text !== null && text.length > MAX_VALUE_LENGTH
          ? this.tooLarge(keys[texts.length] as string, text)
          : (text ?? undefined),
      );
    }
    return texts;
  }

  private textOfNode(key: string): Promise<string | undefined> {
    return this.connection.execute(() => this.text(key), [key]);
  }

  private generationOfNode(scope: string): Promise<number> {
    return this.connection.execute(
      async () => parseGeneration(await this.text(scope)) ?? this.ensureGeneration(scope),
      [scope],
    );
  }

  /** A key's text. A key that something else made into a list or a hash is removed, and reads as absent. */
  private async text(key: string): Promise<string | undefined> {
    try {
      const text = await this.redis.get(key);
      this.connection.noteAccepted('get', key);
      return text !== null && text.length > MAX_VALUE_LENGTH ? this.tooLarge(key, text) : (text ?? undefined);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('WRONGTYPE')) {
        throw error;
      }
      this.logger.warn(`Removed ${key}: it was not a string.`);
      await this.redis.unlink(key);
      return undefined;
    }
  }

  /** What is too large, and came in time by luck, is removed before it holds up others. */
  private tooLarge(key: string, text: string): string | undefined {
    if (!isEntryKey(key)) {
      return text;
    }
    this.logger.warn(describeRemoval(key, text.length));
    this.remove([key]).catch((error: unknown) => this.logger.debug(`Could not remove ${key}: ${describeError(error)}`));
    return undefined;
  }

  private async ensureGeneration(scope: string): Promise<number> {
    const [current] = await this.redis.fleetCacheGeneration(scope, 'ensure', this.keys.generationTtlMs);
    return Number(current);
  }

  /** Of one server. */
  private async ensureGenerations(scopes: readonly string[]): Promise<readonly number[]> {
    const reply = await this.redis.fleetCacheGenerations(scopes.length, ...scopes, 'ensure', this.keys.generationTtlMs);
    return scopes.map((_, index) => Number(reply[2 * index]));
  }
}

function parseGeneration(value: string | undefined): number | undefined {
  const generation = Number(value);
  return Number.isSafeInteger(generation) && generation > 0 ? generation : undefined;
}

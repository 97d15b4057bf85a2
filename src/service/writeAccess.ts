import { Emitter, type Event } from '../base/emitter';
import { describeError, FleetCacheError } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import { StoreError } from '../cache/store';

/** What a person says a Redis is for. */
export type Environment = 'development' | 'staging' | 'production';

export const ENVIRONMENTS: readonly Environment[] = ['development', 'staging', 'production'];

/** What of a connection tells whether it leads to production. */
export interface ConnectionTraits {
  /** Whether it leaves this machine. */
  readonly isRemote: boolean;
  readonly hasTls: boolean;
  readonly isCluster: boolean;
  /** Whether a user or a password is sent. */
  readonly hasLogin: boolean;
}

/** What the person says of a connection. */
export interface AccessSettings {
  /** `undefined`: by what the connection looks like. */
  readonly readOnly: boolean | undefined;
  readonly environment: Environment | undefined;
}

export interface WriteAccessOptions extends AccessSettings {
  /** Name of the connection, for messages. */
  readonly connection: string;
  readonly traits: ConnectionTraits;
  /** What a person does to allow writing, one sentence. */
  readonly advice: string;
  /** Number of keys, of all masters together. @throws {StoreError} */
  keyCount(): Promise<number>;
}

/** Whether a person or an agent may change anything. `why` goes on from "is read-only: ", without a full stop. */
export type AccessState =
  | { readonly mode: 'read-write' }
  | { readonly mode: 'read-only'; readonly why: string }
  /** It depends on the number of keys, which is not known yet. */
  | { readonly mode: 'undecided' };

/** Somebody wanted to change something over a read-only connection. The message says which, why, and how to allow it. */
export class ReadOnlyError extends FleetCacheError {}

/** A remote Redis with more keys than this looks like production. */
const MOST_KEYS = 10_000;

/**
 * Guards what a person or an agent does by hand: everything in this room that changes Redis or a miner on their behalf asks
 * here first. What the cache does to work (fills, heartbeats, what an event of a miner voids) does not.
 */
export class WriteAccess implements Disposable {
  private readonly changes = new Emitter<AccessState>();
  private settings: AccessSettings;
  /** Whether it has too many keys for a plaything; asked once, so that nothing that was allowed ends with a key too many. */
  private isLarge: boolean | undefined;
  private asking: Promise<boolean> | undefined;
  private current: AccessState;

  /** Fired when {@link state} changes. */
  readonly onDidChange: Event<AccessState> = this.changes.event;

  constructor(private readonly options: WriteAccessOptions) {
    this.settings = options;
    this.current = this.assess();
  }

  get state(): AccessState {
    return this.current;
  }

  get environment(): Environment | undefined {
    return this.settings.environment;
  }

  /** The person says something else of the connection from now on. */
  update(settings: AccessSettings): void {
    this.settings = settings;
    this.change();
  }

  /** Finds out what {@link state} is, if that needs a look at Redis. Never fails. */
  async decide(): Promise<AccessState> {
    await this.look().catch(ignoreStoreError);
    return this.current;
  }

  /**
   * Resolves when writing is allowed. Redis is asked at most once, within its command timeouts.
   *
   * @param what would be done, as it follows "cannot": `invalidate the fleet`.
   * @throws {ReadOnlyError}
   */
  async require(what: string): Promise<void> {
    let unknown: string | undefined;
    try {
      await this.look();
    } catch (error) {
      if (!(error instanceof StoreError)) {
        throw error;
      }
      unknown = `whether it looks like production is not known, since its keys cannot be counted: ${describeError(error).replace(/\.$/, '')}`;
    }
    const { current } = this;
    if (current.mode === 'read-write') {
      return;
    }
    const why = current.mode === 'read-only' ? current.why : (unknown ?? 'it is not known yet what it looks like');
    throw new ReadOnlyError(
      `Fleet Cache cannot ${what}: the connection "${this.options.connection}" is read-only, because ${why}. ${this.options.advice}`,
    );
  }

  dispose(): void {
    this.changes.dispose();
  }

  /** Counts the keys where it depends on them. */
  private async look(): Promise<void> {
    if (this.current.mode !== 'undecided') {
      return;
    }
    this.asking ??= this.options
      .keyCount()
      .then((count) => count > MOST_KEYS)
      .finally(() => {
        this.asking = undefined;
      });
    this.isLarge = await this.asking;
    this.change();
  }

  private change(): void {
    const former = this.current;
    this.current = this.assess();
    if (JSON.stringify(former) !== JSON.stringify(this.current)) {
      this.changes.fire(this.current);
    }
  }

  private assess(): AccessState {
    const { readOnly, environment } = this.settings;
    const { isRemote, hasTls, isCluster, hasLogin } = this.options.traits;
    if (readOnly !== undefined) {
      return readOnly ? { mode: 'read-only', why: 'it was made so' } : { mode: 'read-write' };
    }
    if (environment === 'production') {
      return { mode: 'read-only', why: 'it is labelled production' };
    }
    const signs = [
      ...(hasTls ? ['uses TLS'] : []),
      ...(isCluster ? ['is a Cluster'] : []),
      ...(hasLogin ? ['has a login'] : []),
    ];
    if (signs.length > 0) {
      return { mode: 'read-only', why: `it ${signs.join(' and ')}, which looks like production` };
    }
    if (!isRemote) {
      return { mode: 'read-write' };
    }
    if (this.isLarge === undefined) {
      return { mode: 'undecided' };
    }
    const size = MOST_KEYS.toLocaleString('en');
    return this.isLarge
      ? { mode: 'read-only', why: `it is on another machine and has over ${size} keys, which looks like production` }
      : { mode: 'read-write' };
  }
}

function ignoreStoreError(error: unknown): void {
  if (!(error instanceof StoreError)) {
    throw error;
  }
}

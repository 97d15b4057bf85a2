import { FleetCacheError } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import type { Miner } from './miner';
import type { ApiVersion, MinerDatasets, MinerKind, MinerStatus } from './minerData';
import type { MinerQueries, MinerQuery } from './minerQueries';
import type { LogType, SupportArchiveFormat } from './minerSystem';

/** Where fresh data comes from. The product has one: the miner's gRPC API (`braiins/`). */
export interface MinerSource extends Disposable {
  /**
   * Reads one dataset from the machine itself, within the source's deadline. A machine that did not answer is left alone for a
   * while: until then the error of the last attempt is thrown at once, and says so.
   *
   * @throws {SourceError} when the miner does not answer, refuses, or answers what cannot be used.
   * @throws {CancelledError} when `signal` is aborted.
   */
  read<K extends MinerKind>(miner: Miner, kind: K, signal?: AbortSignal): Promise<MinerDatasets[K]>;

  /** Asks for what is not cached. Throws as {@link MinerSource.read} does. */
  ask<Q extends MinerQuery>(miner: Miner, query: Q, signal?: AbortSignal): Promise<MinerQueries[Q]>;

  /** One of the miner's logs, as text. Throws as {@link MinerSource.read} does, also when it is larger than 16 MiB. */
  log(miner: Miner, type: LogType, signal?: AbortSignal): Promise<string>;

  /** A file for the maker's support. Throws as {@link MinerSource.read} does, also when it is larger than 256 MiB. */
  supportArchive(miner: Miner, format: SupportArchiveFormat, signal?: AbortSignal): Promise<Uint8Array>;

  /** Version of the API that the miner speaks. Throws as {@link MinerSource.read} does. */
  apiVersion(miner: Miner, signal?: AbortSignal): Promise<ApiVersion>;

  /** Follows the miner's status: one call at once, then one per change, until disposed. Reconnects by itself. */
  watchStatus(miner: Miner, watcher: StatusWatcher): Disposable;

  /**
   * Lets the next call be made at once although the miner refused the login or did not answer. For a person who asks; never
   * for a timer.
   */
  retryNow(miner: Miner): void;

  /** Forgets what is remembered of all machines but these: logins, failures, versions. */
  retain(miners: readonly Miner[]): void;
}

export interface StatusWatcher {
  /** A status came. */
  onStatus(status: MinerStatus): void;
  /** The stream broke and will be opened again, unless the login was refused. */
  onLost(error: SourceError): void;
}

/**
 * Why a miner gave no data:
 * - `unreachable`: no connection (refused, no route, unknown host, TLS failure);
 * - `timeout`: connected or connecting, but no answer within the deadline;
 * - `login-refused`: the miner rejected the user name or password;
 * - `no-credentials`: the miner wants a login, and none is known under the miner's credentials name;
 * - `unsupported`: the miner's firmware does not know the call;
 * - `failed`: anything else the miner answered.
 */
export type SourceFailure = 'unreachable' | 'timeout' | 'login-refused' | 'no-credentials' | 'unsupported' | 'failed';

/** A miner gave no data. The message is for people and names the cause, host and port. */
export class SourceError extends FleetCacheError {
  constructor(
    readonly failure: SourceFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A miner was to be told what no miner can take; it was not asked. The message names the value. */
export class InvalidRequestError extends FleetCacheError {}

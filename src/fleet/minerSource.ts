import { FleetCacheError } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import type { Miner } from './miner';
import type { ApiVersion, MinerDatasets, MinerKind, MinerStatus } from './minerData';

/** Where fresh data comes from. The product has one: the miner's gRPC API (`braiins/`). */
export interface MinerSource extends Disposable {
  /**
   * Reads one dataset from the machine itself, within the source's deadline.
   *
   * @throws {SourceError} when the miner does not answer, refuses, or answers what cannot be used.
   * @throws {CancelledError} when `signal` is aborted.
   */
  read<K extends MinerKind>(miner: Miner, kind: K, signal?: AbortSignal): Promise<MinerDatasets[K]>;

  /** Version of the API that the miner speaks. Throws as {@link MinerSource.read} does. */
  apiVersion(miner: Miner, signal?: AbortSignal): Promise<ApiVersion>;

  /** Follows the miner's status: one call at once, then one per change, until disposed. Reconnects by itself. */
  watchStatus(miner: Miner, watcher: StatusWatcher): Disposable;

  /** Forgets a refused login, so that the next read tries again. For a person who asks; never for a timer. */
  forgetRefusal(miner: Miner): void;
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

import type { Miner } from './miner';
import type { ApiVersion } from './minerData';

/** Where a miner may be. */
export type MinerAddress = Pick<Miner, 'host' | 'port' | 'tls'>;

/** That a miner answered. */
export interface ProbeAnswer {
  /** Of its API; `undefined` of one that tells it only after a login. */
  readonly version: ApiVersion | undefined;
}

/** Finds out whether there is a miner at an address. */
export interface MinerProbe {
  /**
   * Asks for the version of the API, without any login, since nobody knows who listens there. Resolves within three seconds, to
   * `undefined` when nothing answers, or what answers is no miner.
   *
   * @throws {CancelledError} when `signal` is aborted.
   */
  probe(address: MinerAddress, signal?: AbortSignal): Promise<ProbeAnswer | undefined>;
}

import type { Clock } from '../base/clock';
import { systemClock } from '../base/clock';
import type { Disposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { CredentialStore } from '../fleet/credentials';
import type { MinerTlsFiles } from '../fleet/minerTls';
import type { MinerApi, MinerApiOptions } from './minerApi';

export interface BraiinsSourceOptions {
  /** Asked for a login when there is no token, and after a refusal on every read: should answer from memory. */
  readonly credentials: CredentialStore;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Milliseconds for a whole read: connecting, login, retries and answer. Default 5,000. */
  readonly deadlineMs?: number;
  /** Milliseconds for a whole write, for which a miner may have to restart its mining software. Default 15,000. */
  readonly writeDeadlineMs?: number;
  /** Milliseconds for a whole log or support archive. Default 60,000. */
  readonly fileDeadlineMs?: number;
  /** Milliseconds in which a miner is left alone after it did not answer; doubles with every attempt in vain. Default 1,000. */
  readonly firstPauseMs?: number;
  /** The most that it doubles to. Default 30,000. */
  readonly longestPauseMs?: number;
  /** Most connections kept open. More are open only while all of them are in use. Default 512. */
  readonly maxChannels?: number;
  /** Milliseconds after which an unused connection is closed. Default 60,000. */
  readonly idleCloseMs?: number;
  /** Milliseconds between pings on connections in use. Default 20,000. */
  readonly keepaliveMs?: number;
  /** Milliseconds after which an unanswered ping means that the connection is dead. Default 10,000. */
  readonly keepaliveTimeoutMs?: number;
  /** PEM files for miners with TLS. */
  readonly tls?: MinerTlsFiles;
  /** A number in [0, 1) for the jitter of pauses. */
  readonly random?: () => number;
}

/**
 * What reads and writes share: connections, logins, and what is known of miners that fail. Everything that needs gRPC is
 * loaded by the first call, so that a fleet that is cached is shown without waiting for it.
 */
export class LazyMinerApi implements Disposable {
  private loading: Promise<MinerApi> | undefined;
  private isDisposed = false;

  /** `undefined` until the first call was made. */
  loaded: MinerApi | undefined;

  constructor(private readonly options: BraiinsSourceOptions) {}

  get(): Promise<MinerApi> {
    this.loading ??= this.load();
    return this.loading;
  }

  dispose(): void {
    this.isDisposed = true;
    this.loaded?.dispose();
  }

  private async load(): Promise<MinerApi> {
    const { MinerApi } = await import('./minerApi');
    const api = await MinerApi.load(apiOptions(this.options));
    this.loaded = api;
    if (this.isDisposed) {
      api.dispose();
    }
    return api;
  }
}

function apiOptions(options: BraiinsSourceOptions): MinerApiOptions {
  const { clock = systemClock, credentials, logger } = options;
  return {
    channels: {
      clock,
      maxChannels: options.maxChannels ?? 512,
      idleCloseMs: options.idleCloseMs ?? 60_000,
      keepaliveMs: options.keepaliveMs ?? 20_000,
      keepaliveTimeoutMs: options.keepaliveTimeoutMs ?? 10_000,
      tls: options.tls ?? {},
    },
    credentials,
    clock,
    logger,
    guard: {
      readMs: options.deadlineMs ?? 5000,
      writeMs: options.writeDeadlineMs ?? 15_000,
      fileMs: options.fileDeadlineMs ?? 60_000,
      firstPauseMs: options.firstPauseMs ?? 1000,
      longestPauseMs: options.longestPauseMs ?? 30_000,
      random: options.random ?? Math.random,
    },
  };
}

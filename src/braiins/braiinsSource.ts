import type { MethodDefinition } from '@grpc/grpc-js';
import { type Clock, systemClock } from '../base/clock';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { CredentialStore } from '../fleet/credentials';
import type { Miner } from '../fleet/miner';
import type { ApiVersion, MinerDatasets, MinerKind } from '../fleet/minerData';
import type { MinerSource, StatusWatcher } from '../fleet/minerSource';
import { toHashboards } from './mapping/hashboards';
import { toApiVersion, toErrorReports, toMinerDetails, toMinerStatus } from './mapping/miner';
import { toMinerStats } from './mapping/work';
import type { MinerApi, MinerApiOptions } from './minerApi';
import type { BraiinsServices } from './proto/load';
import type { WireEmpty } from './proto/wire/units';
import { StatusWatch } from './statusWatch';

export interface BraiinsSourceOptions {
  /** Asked for a login when there is no token, and after a refusal on every read: should answer from memory. */
  readonly credentials: CredentialStore;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Milliseconds for a whole read: connecting, login and answer. Default 5,000. */
  readonly deadlineMs?: number;
  /** Most connections kept open. More are open only while all of them are in use. Default 512. */
  readonly maxChannels?: number;
  /** Milliseconds after which an unused connection is closed. Default 60,000. */
  readonly idleCloseMs?: number;
  /** Milliseconds between pings on connections in use. Default 20,000. */
  readonly keepaliveMs?: number;
  /** Milliseconds after which an unanswered ping means that the connection is dead. Default 10,000. */
  readonly keepaliveTimeoutMs?: number;
  /** PEM of the authorities that miners with TLS are checked against; those of the runtime and the system when absent. */
  readonly rootCertificates?: Buffer;
  /** A number in [0, 1) for the jitter of reconnects. */
  readonly random?: () => number;
}

/**
 * Reads miners over the Braiins OS Public API. Everything that needs gRPC is loaded by the first read that reaches a miner, so
 * that a fleet that is cached is shown without waiting for it.
 */
export class BraiinsSource implements MinerSource {
  private readonly clock: Clock;
  private readonly watches = new DisposableStore();
  private loading: Promise<MinerApi> | undefined;
  private loaded: MinerApi | undefined;
  private isDisposed = false;

  constructor(private readonly options: BraiinsSourceOptions) {
    this.clock = options.clock ?? systemClock;
  }

  /** Number of connections to miners that are open, in use or idle. */
  get openChannels(): number {
    return this.loaded?.openChannels ?? 0;
  }

  async read<K extends MinerKind>(miner: Miner, kind: K, signal?: AbortSignal): Promise<MinerDatasets[K]> {
    const readers: { readonly [Kind in MinerKind]: () => Promise<MinerDatasets[Kind]> } = {
      status: () => this.readStatus(miner, signal),
      stats: async () => toMinerStats(await this.ask(miner, (api) => api.miner.GetMinerStats, signal)),
      details: async () => toMinerDetails(await this.ask(miner, (api) => api.miner.GetMinerDetails, signal)),
      hashboards: async () => toHashboards(await this.ask(miner, (api) => api.miner.GetHashboards, signal)),
      errors: async () => toErrorReports(await this.ask(miner, (api) => api.miner.GetErrors, signal)),
    };
    return readers[kind]();
  }

  async apiVersion(miner: Miner, signal?: AbortSignal): Promise<ApiVersion> {
    return toApiVersion(await this.ask(miner, (api) => api.apiVersion.GetApiVersion, signal));
  }

  watchStatus(miner: Miner, watcher: StatusWatcher): Disposable {
    const watch = new StatusWatch({
      miner,
      watcher,
      follow: async (signal, onStatus) => {
        const { services, calls } = await this.api();
        await calls.follow(miner, services.miner.GetMinerStatus, signal, (message) => onStatus(toMinerStatus(message)));
      },
      clock: this.clock,
      logger: this.options.logger,
      random: this.options.random ?? Math.random,
    });
    this.watches.add(watch);
    return toDisposable(() => this.watches.release(watch));
  }

  forgetRefusal(miner: Miner): void {
    // Nobody was refused before gRPC was there.
    this.loaded?.calls.forgetRefusal(miner);
  }

  dispose(): void {
    this.isDisposed = true;
    this.watches.dispose();
    this.loaded?.dispose();
  }

  private async readStatus(miner: Miner, signal: AbortSignal | undefined) {
    const { services, calls } = await this.api();
    return toMinerStatus(await calls.first(miner, services.miner.GetMinerStatus, signal));
  }

  private async ask<Response>(
    miner: Miner,
    method: (services: BraiinsServices) => MethodDefinition<WireEmpty, Response>,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const { services, calls } = await this.api();
    return calls.unary(miner, method(services), signal);
  }

  private api(): Promise<MinerApi> {
    this.loading ??= this.load();
    return this.loading;
  }

  private async load(): Promise<MinerApi> {
    const { MinerApi } = await import('./minerApi');
    const api = await MinerApi.load(this.apiOptions());
    this.loaded = api;
    if (this.isDisposed) {
      api.dispose();
    }
    return api;
  }

  private apiOptions(): MinerApiOptions {
    const { options, clock } = this;
    return {
      channels: {
        clock,
        maxChannels: options.maxChannels ?? 512,
        idleCloseMs: options.idleCloseMs ?? 60_000,
        keepaliveMs: options.keepaliveMs ?? 20_000,
        keepaliveTimeoutMs: options.keepaliveTimeoutMs ?? 10_000,
        rootCertificates: options.rootCertificates,
      },
      credentials: options.credentials,
      clock,
      logger: options.logger,
      deadlineMs: options.deadlineMs ?? 5000,
    };
  }
}

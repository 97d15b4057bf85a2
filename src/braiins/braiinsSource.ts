import type { MethodDefinition } from '@grpc/grpc-js';
import { type Clock, systemClock } from '../base/clock';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { CredentialStore } from '../fleet/credentials';
import type { Miner } from '../fleet/miner';
import type { ApiVersion, MinerDatasets, MinerKind } from '../fleet/minerData';
import type { MinerSource, StatusWatcher } from '../fleet/minerSource';
import { ChannelPool } from './channelPool';
import { toHashboards } from './mapping/hashboards';
import { toApiVersion, toErrorReports, toMinerDetails, toMinerStatus } from './mapping/miner';
import { toMinerStats } from './mapping/work';
import { MinerCalls } from './minerCalls';
import { type BraiinsServices, loadMinerServices } from './proto/load';
import type { WireEmpty } from './proto/wire';
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

/** Reads miners over the Braiins OS Public API. */
export class BraiinsSource implements MinerSource {
  private readonly clock: Clock;
  private readonly pool: ChannelPool;
  private readonly calls: MinerCalls;
  private readonly watches = new DisposableStore();
  private services: Promise<BraiinsServices> | undefined;

  constructor(private readonly options: BraiinsSourceOptions) {
    this.clock = options.clock ?? systemClock;
    this.pool = new ChannelPool({
      clock: this.clock,
      maxChannels: options.maxChannels ?? 512,
      idleCloseMs: options.idleCloseMs ?? 60_000,
      keepaliveMs: options.keepaliveMs ?? 20_000,
      keepaliveTimeoutMs: options.keepaliveTimeoutMs ?? 10_000,
      rootCertificates: options.rootCertificates,
    });
    this.calls = new MinerCalls({
      pool: this.pool,
      credentials: options.credentials,
      services: () => this.loadServices(),
      clock: this.clock,
      logger: options.logger,
      deadlineMs: options.deadlineMs ?? 5000,
    });
  }

  /** Number of connections to miners that are open, in use or idle. */
  get openChannels(): number {
    return this.pool.size;
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
        const { GetMinerStatus } = (await this.loadServices()).miner;
        await this.calls.follow(miner, GetMinerStatus, signal, (message) => onStatus(toMinerStatus(message)));
      },
      clock: this.clock,
      logger: this.options.logger,
      random: this.options.random ?? Math.random,
    });
    this.watches.add(watch);
    return toDisposable(() => this.watches.release(watch));
  }

  forgetRefusal(miner: Miner): void {
    this.calls.forgetRefusal(miner);
  }

  dispose(): void {
    this.calls.dispose();
    this.watches.dispose();
    this.pool.dispose();
  }

  private async readStatus(miner: Miner, signal: AbortSignal | undefined) {
    const { GetMinerStatus } = (await this.loadServices()).miner;
    return toMinerStatus(await this.calls.first(miner, GetMinerStatus, signal));
  }

  private async ask<Response>(
    miner: Miner,
    method: (services: BraiinsServices) => MethodDefinition<WireEmpty, Response>,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    return this.calls.unary(miner, method(await this.loadServices()), signal);
  }

  private loadServices(): Promise<BraiinsServices> {
    this.services ??= loadMinerServices();
    return this.services;
  }
}

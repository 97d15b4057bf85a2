import type { MethodDefinition } from '@grpc/grpc-js';
import { systemClock } from '../base/clock';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { Miner } from '../fleet/miner';
import type { MinerControl } from '../fleet/minerControl';
import type { ApiVersion, MinerDatasets, MinerKind } from '../fleet/minerData';
import type { MinerAddress, MinerProbe, ProbeAnswer } from '../fleet/minerProbe';
import type { MinerQueries, MinerQuery } from '../fleet/minerQueries';
import type { MinerSource, StatusWatcher } from '../fleet/minerSource';
import type { LogType, SupportArchiveFormat } from '../fleet/minerSystem';
import { createBraiinsControl } from './control/braiinsControl';
import { FileReceiver } from './fileReceiver';
import { type BraiinsSourceOptions, LazyMinerApi } from './lazyMinerApi';
import { toMinerConfig } from './mapping/configuration';
import { toConstraints } from './mapping/constraints';
import { toCooling } from './mapping/cooling';
import { toHashboards } from './mapping/hashboards';
import { toJsonObject } from './mapping/json';
import { toApiVersion, toErrorReports, toMinerDetails, toMinerStatus } from './mapping/miner';
import { toNetworkConfig, toNetworkInfo } from './mapping/network';
import { toPerformanceMode } from './mapping/performance';
import { toPoolGroups } from './mapping/pools';
import { ARCHIVE_FORMATS, LOG_TYPES, toAutoUpgradeStatus, toLicense } from './mapping/system';
import { toEfficiencyProfile, toTunedProfiles, toTunerStatus } from './mapping/tuner';
import { toMinerStats } from './mapping/work';
import type { BraiinsServices } from './proto/load';
import type { WireChunk } from './proto/wire/miner';
import { StatusWatch } from './statusWatch';

const MAX_LOG_BYTES = 16 * 1024 * 1024;
const MAX_ARCHIVE_BYTES = 256 * 1024 * 1024;

/** Reads miners over the Braiins OS Public API. */
export class BraiinsSource implements MinerSource, MinerProbe {
  /** Changes miners over the same connections, with the same logins. */
  readonly control: MinerControl;
  private readonly api: LazyMinerApi;
  private readonly watches = new DisposableStore();

  constructor(private readonly options: BraiinsSourceOptions) {
    this.api = new LazyMinerApi(options);
    this.control = createBraiinsControl(this.api);
  }

  /** Number of connections to miners that are open, in use or idle. */
  get openChannels(): number {
    return this.api.loaded?.openChannels ?? 0;
  }

  read<K extends MinerKind>(miner: Miner, kind: K, signal?: AbortSignal): Promise<MinerDatasets[K]> {
    const reader = this.reader(miner, signal);
    const readers: { readonly [Kind in MinerKind]: () => Promise<MinerDatasets[Kind]> } = {
      status: () => this.readStatus(miner, signal),
      stats: () => reader((services) => services.miner.GetMinerStats, {}, toMinerStats),
      details: () => reader((services) => services.miner.GetMinerDetails, {}, toMinerDetails),
      hashboards: () => reader((services) => services.miner.GetHashboards, {}, toHashboards),
      errors: () => reader((services) => services.miner.GetErrors, {}, toErrorReports),
      config: () => reader((services) => services.configuration.GetMinerConfiguration, {}, toMinerConfig),
      pools: () => reader((services) => services.pool.GetPoolGroups, {}, toPoolGroups),
      cooling: () => reader((services) => services.cooling.GetCoolingState, {}, toCooling),
    };
    return readers[kind]();
  }

  ask<Q extends MinerQuery>(miner: Miner, query: Q, signal?: AbortSignal): Promise<MinerQueries[Q]> {
    const reader = this.reader(miner, signal);
    const readers: { readonly [Query in MinerQuery]: () => Promise<MinerQueries[Query]> } = {
      constraints: () => reader(({ configuration }) => configuration.GetConstraints, {}, toConstraints),
      tuner: () => reader(({ performance }) => performance.GetTunerState, {}, toTunerStatus),
      tunedProfiles: () => reader(({ performance }) => performance.ListTargetProfiles, {}, toTunedProfiles),
      efficiencyProfile: () =>
        reader(({ performance }) => performance.GetMinerEfficiencyProfile, {}, toEfficiencyProfile),
      performanceMode: () => reader(({ performance }) => performance.GetActivePerformanceMode, {}, toPerformanceMode),
      // proto3 does not send `false`.
      locating: () =>
        reader(
          ({ actions }) => actions.GetLocateDeviceStatus,
          {},
          ({ enabled }) => enabled === true,
        ),
      network: () =>
        reader(
          ({ network }) => network.GetNetworkConfiguration,
          {},
          (wire) => toNetworkConfig(wire.network),
        ),
      networkInfo: () => reader(({ network }) => network.GetNetworkInfo, {}, toNetworkInfo),
      license: () => reader(({ license }) => license.GetLicenseState, {}, toLicense),
      autoUpgrade: () => reader(({ upgrade }) => upgrade.GetAutoUpgradeStatus, {}, toAutoUpgradeStatus),
      settings: () =>
        reader(
          ({ advancedSettings }) => advancedSettings.GetSettings,
          {},
          (wire) => toJsonObject(wire.settings),
        ),
      allSettings: () =>
        reader(
          ({ advancedSettings }) => advancedSettings.GetSettings,
          { include_default: true },
          (wire) => toJsonObject(wire.settings),
        ),
      settingsSchema: () =>
        reader(
          ({ advancedSettings }) => advancedSettings.GetSettingsSchema,
          {},
          (wire) => toJsonObject(wire.schema),
        ),
    };
    return readers[query]();
  }

  async log(miner: Miner, type: LogType, signal?: AbortSignal): Promise<string> {
    const request = { log_type: LOG_TYPES[type] };
    const file = await this.file(miner, ({ miner: { GetLog } }) => GetLog, request, MAX_LOG_BYTES, signal);
    return file.toString('utf8');
  }

  supportArchive(miner: Miner, format: SupportArchiveFormat, signal?: AbortSignal): Promise<Uint8Array> {
    const request = { format: ARCHIVE_FORMATS[format] };
    return this.file(miner, (services) => services.miner.GetSupportArchive, request, MAX_ARCHIVE_BYTES, signal);
  }

  apiVersion(miner: Miner, signal?: AbortSignal): Promise<ApiVersion> {
    return this.reader(miner, signal)(({ apiVersion }) => apiVersion.GetApiVersion, {}, toApiVersion);
  }

  async probe(address: MinerAddress, signal?: AbortSignal): Promise<ProbeAnswer | undefined> {
    const { calls } = await this.api.get();
    return calls.probe(address, signal);
  }

  watchStatus(miner: Miner, watcher: StatusWatcher): Disposable {
    const watch = new StatusWatch({
      miner,
      watcher,
      follow: async (signal, onStatus) => {
        const { services, calls } = await this.api.get();
        await calls.follow(miner, services.miner.GetMinerStatus, signal, (message) => onStatus(toMinerStatus(message)));
      },
      clock: this.options.clock ?? systemClock,
      logger: this.options.logger,
      random: this.options.random ?? Math.random,
    });
    this.watches.add(watch);
    return toDisposable(() => this.watches.release(watch));
  }

  retryNow(miner: Miner): void {
    // Nothing went wrong before gRPC was there.
    this.api.loaded?.calls.retryNow(miner);
  }

  retain(miners: readonly Miner[]): void {
    this.api.loaded?.calls.retain(miners);
  }

  dispose(): void {
    this.watches.dispose();
    this.api.dispose();
  }

  private async readStatus(miner: Miner, signal: AbortSignal | undefined) {
    const { services, calls } = await this.api.get();
    return toMinerStatus(await calls.readFirst(miner, services.miner.GetMinerStatus, signal));
  }

  private reader(miner: Miner, signal: AbortSignal | undefined) {
    return async <Request, Response, T>(
      method: (services: BraiinsServices) => MethodDefinition<Request, Response>,
      request: Request,
      map: (response: Response) => T,
    ): Promise<T> => {
      const { services, calls } = await this.api.get();
      return map(await calls.read(miner, method(services), request, signal));
    };
  }

  private async file<Request>(
    miner: Miner,
    method: (services: BraiinsServices) => MethodDefinition<Request, WireChunk>,
    request: Request,
    maxBytes: number,
    signal: AbortSignal | undefined,
  ): Promise<Buffer> {
    const { services, calls } = await this.api.get();
    const receiver = new FileReceiver(miner, maxBytes);
    await calls.readAll(miner, method(services), request, signal, receiver);
    return receiver.content;
  }
}

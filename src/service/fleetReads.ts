import type { CacheService } from '../cache/cacheService';
import type { Inspection } from '../cache/inspector';
import {
  FIRMWARE_VERSIONS_KEY,
  FIRMWARE_VERSIONS_SCOPES,
  type MinerEvent,
  minerKey,
  minerScopes,
  POOL_URLS_KEY,
  POOL_URLS_SCOPES,
  summaryKey,
  summaryScopes,
} from '../cache/keys';
import { type Dataset, DEFAULT_POLICIES } from '../cache/policy';
import type { CacheAddress, CacheRequest, Reading, ReadOptions } from '../cache/reading';
import type { SourceWrite } from '../cache/writeThrough';
import type { FirmwareVersions } from '../fleet/firmwareVersions';
import type { Inventory } from '../fleet/inventory';
import { GLOBAL_TENANT, type Miner } from '../fleet/miner';
import { MINER_KINDS, type MinerDatasets, type MinerKind } from '../fleet/minerData';
import type { MinerSource } from '../fleet/minerSource';
import type { PoolUrls } from '../fleet/poolUrls';
import type { FleetSummary } from '../fleet/summary';
import { makeFirmwareVersions, makePoolUrls } from './fleetFigures';
import { SOURCE_ERRORS } from './sourceErrors';
import { type BatchRead, makeSummary, type Result } from './summaries';

const DATASETS: Readonly<Record<MinerKind, Dataset>> = {
  status: 'miner:status',
  stats: 'miner:stats',
  details: 'miner:details',
  hashboards: 'miner:hashboards',
  errors: 'miner:errors',
  config: 'miner:config',
  pools: 'miner:pools',
  cooling: 'miner:cooling',
};

/** The datasets of a miner that one of its events voids. */
export function kindsVoidedBy(event: MinerEvent): readonly MinerKind[] {
  return MINER_KINDS.filter((kind) => DEFAULT_POLICIES[DATASETS[kind]].invalidateOn.includes(event));
}

/** Reads the fleet through the cache. */
export class FleetReads {
  constructor(
    private readonly cache: CacheService,
    private readonly source: MinerSource,
    private readonly inventory: Inventory,
  ) {}

  /** The cache key of one dataset of one miner, as changes of the cache name it. */
  keyOf(minerId: string, kind: MinerKind): string {
    return minerKey(minerId, kind);
  }

  /**
   * One dataset of one miner.
   *
   * @throws {SourceError} when it is not cached and the miner gave no data.
   * @throws {CancelledError}
   */
  miner<K extends MinerKind>(miner: Miner, kind: K, options?: ReadOptions): Promise<Reading<MinerDatasets[K]>> {
    return this.cache.getOrFetch(this.requestFor(miner, kind), options);
  }

  /**
   * Status and stats of many miners: first the status of each, which is what people look for. What is cached comes in one round
   * trip. `onRead` is called for each miner as soon as its status is known, and again when its stats are.
   *
   * @param concurrency source fetches at a time.
   * @throws {CancelledError}
   */
  async statusAndStats(
    miners: readonly Miner[],
    concurrency: number,
    options: ReadOptions,
    onRead: (miner: Miner, status: Result<'status'>, stats: Result<'stats'> | undefined) => void,
  ): Promise<void> {
    const requests = (['status', 'stats'] as const).flatMap((kind) =>
      miners.map((miner) => this.requestFor<'status' | 'stats'>(miner, kind)),
    );
    const results = new Array<Result<'status' | 'stats'>>(requests.length);
    const onSettled = (position: number, result: Result<'status' | 'stats'>) => {
      results[position] = result;
      const index = position % miners.length;
      const [status, stats] = [results[index], results[index + miners.length]];
      if (status !== undefined) {
        // Each is of the kind that was asked for in its place.
        onRead(miners[index] as Miner, status as Result<'status'>, stats as Result<'stats'> | undefined);
      }
    };
    await this.cache.getManyOrFetch(requests, { ...options, concurrency, onSettled });
  }

  /**
   * One dataset of many miners, in their order. One that fails does not fail the others.
   *
   * @param concurrency source fetches at a time.
   * @param onRead called once for each of them, as soon as it is read or failed.
   * @throws {CancelledError}
   */
  many<K extends MinerKind>(
    miners: readonly Miner[],
    kind: K,
    concurrency: number,
    options: ReadOptions,
    onRead: () => void = () => {},
  ): Promise<readonly Result<K>[]> {
    const requests = miners.map((miner) => this.requestFor(miner, kind));
    return this.cache.getManyOrFetch(requests, { ...options, concurrency, onSettled: onRead });
  }

  /**
   * The summary of a tenant, or of the whole fleet (`global`). Miners that do not answer are counted as offline.
   *
   * @throws {CancelledError}
   */
  summary(tenant: string, options?: ReadOptions): Promise<Reading<FleetSummary>> {
    const request: CacheRequest<FleetSummary> = {
      ...summaryAddress(tenant),
      fetch: (signal) => makeSummary(tenant, this.minersOf(tenant), this.batchRead(signal)),
    };
    return this.cache.getOrFetch(request, options);
  }

  /**
   * The firmware of the whole fleet, by how many miners run each version.
   *
   * @throws {CancelledError}
   */
  firmwareVersions(options?: ReadOptions): Promise<Reading<FirmwareVersions>> {
    const request: CacheRequest<FirmwareVersions> = {
      key: FIRMWARE_VERSIONS_KEY,
      dataset: 'firmware:versions',
      scopes: FIRMWARE_VERSIONS_SCOPES,
      fetch: (signal) => makeFirmwareVersions(this.minersOf(GLOBAL_TENANT), this.batchRead(signal)),
    };
    return this.cache.getOrFetch(request, options);
  }

  /**
   * The pools of the whole fleet, by how many miners are configured for each URL.
   *
   * @throws {CancelledError}
   */
  poolUrls(options?: ReadOptions): Promise<Reading<PoolUrls>> {
    const request: CacheRequest<PoolUrls> = {
      key: POOL_URLS_KEY,
      dataset: 'pool:urls',
      scopes: POOL_URLS_SCOPES,
      fetch: (signal) => makePoolUrls(this.minersOf(GLOBAL_TENANT), this.batchRead(signal)),
    };
    return this.cache.getOrFetch(request, options);
  }

  /**
   * Has datasets of miners in the cache; see {@link CacheService.warmMany}. One that fails does not fail the others.
   *
   * @throws {CancelledError}
   */
  async warm(
    wanted: readonly { readonly miner: Miner; readonly kind: MinerKind }[],
    options: Parameters<CacheService['warmMany']>[1],
  ): Promise<void> {
    await this.cache.warmMany(
      wanted.map(({ miner, kind }) => this.requestFor(miner, kind)),
      options,
    );
  }

  /** What is cached of one dataset of one miner. Neither fetches nor counts. @throws {StoreError} */
  inspect(miner: Miner, kind: MinerKind): Promise<Inspection> {
    return this.cache.inspect(this.requestFor(miner, kind));
  }

  /** Writes one dataset of one miner through the cache; see {@link CacheService.write}. */
  write<K extends MinerKind>(
    miner: Miner,
    kind: K,
    change: SourceWrite<MinerDatasets[K]>,
  ): Promise<Reading<MinerDatasets[K]>> {
    return this.cache.write(this.requestFor(miner, kind), change);
  }

  /** What is cached of a miner, by kind. Neither fetches nor counts. @throws {StoreError} */
  async inspectMiner(miner: Miner): Promise<ReadonlyMap<MinerKind, Inspection>> {
    const inspections = MINER_KINDS.map(async (kind) => [kind, await this.inspect(miner, kind)] as const);
    return new Map(await Promise.all(inspections));
  }

  private requestFor<K extends MinerKind>(miner: Miner, kind: K): CacheRequest<MinerDatasets[K]> {
    return {
      key: this.keyOf(miner.id, kind),
      dataset: DATASETS[kind],
      scopes: minerScopes(miner.id, miner.tenant, DEFAULT_POLICIES[DATASETS[kind]].invalidateOn),
      errors: SOURCE_ERRORS,
      fetch: (signal) => this.source.read(miner, kind, signal),
    };
  }

  private minersOf(tenant: string): readonly Miner[] {
    const { miners } = this.inventory.current;
    return tenant === GLOBAL_TENANT ? miners : miners.filter((miner) => miner.tenant === tenant);
  }

  /** A figure over many miners is one lookup; what it is made of is read on the product's own account. */
  private batchRead(signal: AbortSignal | undefined): BatchRead {
    return (miners, kind) => {
      const requests = miners.map((miner) => this.requestFor(miner, kind));
      return this.cache.getManyOrFetch(requests, { signal, background: true });
    };
  }
}

function summaryAddress(tenant: string): CacheAddress {
  return { key: summaryKey(tenant), dataset: 'fleet:summary', scopes: summaryScopes(tenant) };
}

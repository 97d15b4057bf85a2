import type { Clock } from '../base/clock';
import { settleBounded } from '../base/concurrency';
import { throwIfCancelled } from '../base/errors';
import type { NamedEntry } from '../cache/keyNames';
import type { Inventory } from '../fleet/inventory';
import { GLOBAL_TENANT, type Miner } from '../fleet/miner';
import type { MinerDatasets, MinerKind } from '../fleet/minerData';
import type { MinerSource } from '../fleet/minerSource';
import { makeFirmwareVersions, makePoolUrls } from './fleetFigures';
import { type BatchRead, makeSummary } from './summaries';

/** Miners that are asked at a time for a figure over many. */
const CONCURRENCY = 64;

/** Reads past the cache, and writes nothing into it. */
export class FreshReads {
  constructor(
    private readonly source: MinerSource,
    private readonly inventory: Inventory,
    private readonly clock: Clock,
  ) {}

  /** One dataset of one miner. @throws {SourceError} @throws {CancelledError} */
  miner(miner: Miner, kind: MinerKind, signal?: AbortSignal): Promise<unknown> {
    return this.source.read(miner, kind, signal);
  }

  /** A figure over many miners, each of which is asked. @throws {CancelledError} */
  figure(of: Exclude<NamedEntry, { type: 'miner' }>, signal?: AbortSignal): Promise<unknown> {
    const { miners } = this.inventory.current;
    const read = this.batchRead(signal);
    switch (of.type) {
      case 'summary': {
        const ofTenant = miners.filter(({ tenant }) => of.tenant === GLOBAL_TENANT || tenant === of.tenant);
        return makeSummary(of.tenant, ofTenant, read);
      }
      case 'firmware-versions':
        return makeFirmwareVersions(miners, read);
      case 'pool-urls':
        return makePoolUrls(miners, read);
    }
  }

  private batchRead(signal: AbortSignal | undefined): BatchRead {
    return async <K extends MinerKind>(miners: readonly Miner[], kind: K) => {
      const results = await settleBounded(
        miners,
        CONCURRENCY,
        async (miner) => this.readingOf(await this.source.read(miner, kind, signal)),
        signal,
      );
      throwIfCancelled(signal);
      return results;
    };
  }

  private readingOf<K extends MinerKind>(data: MinerDatasets[K]) {
    return { data, origin: 'source', fetchedAt: this.clock.now(), ttlS: 0, fresh: true } as const;
  }
}

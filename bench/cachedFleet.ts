import type { Miner } from '../src/fleet/miner';
import type { MinerDatasets, MinerKind } from '../src/fleet/minerData';
import type { MinerSource } from '../src/fleet/minerSource';
import { FleetReads } from '../src/service/fleetReads';
import { type Instance, TENANT } from './instance';

/** What a summary is made of. */
export const SUMMARY_KINDS = ['status', 'stats', 'cooling'] as const;

/** Miners that are in the cache only: there are no machines behind them. */
export interface CachedFleet {
  readonly miners: readonly Miner[];
  readonly reads: FleetReads;
  /** How often a miner was asked, because something was not cached. */
  readonly asked: () => number;
}

export function cachedFleet({ cache }: Pick<Instance, 'cache'>, count: number): CachedFleet {
  const miners = Array.from({ length: count }, (_, index) => minerOf(index));
  let asked = 0;
  const source: Pick<MinerSource, 'read'> = {
    async read<K extends MinerKind>(_miner: Miner, kind: K) {
      asked++;
      return ANSWERS[kind] as MinerDatasets[K];
    },
  };
  const reads = new FleetReads(cache, source as MinerSource, inventoryOf(miners));
  return { miners, reads, asked: () => asked };
}

function minerOf(index: number): Miner {
  const address = { host: '127.0.0.1', port: 50_051, tls: false };
  return { id: `m${index}`, ...address, tenant: TENANT, tags: [], credentials: 'default' };
}

function inventoryOf(miners: readonly Miner[]) {
  return {
    file: 'fleet.json',
    path: 'fleet.json',
    current: { miners, problems: [] },
    onDidChange: () => ({ dispose() {} }),
    find: (id: string) => miners.find((miner) => miner.id === id),
    reload: async () => {},
  };
}

/** All miners say the same. */
const ANSWERS: Partial<MinerDatasets> = {
  status: { state: 'normal' },
  stats: {
    hashrateThs: { last5s: 101.2, last1m: 100.8, last5m: 100.6, last15m: 100.5, last1h: 100.4, last24h: 100.1 },
    nominalHashrateThs: 100,
    errorHashrateMhs: 12.5,
    foundBlocks: 0,
    bestShare: '123456789',
    pool: {
      acceptedShares: 12_345,
      rejectedShares: 12,
      staleShares: 3,
      lastDifficulty: 65_536,
      bestShare: '123456789',
    },
    powerW: 3_050,
    efficiencyJPerTh: 30.5,
  },
  cooling: {
    fans: [1, 2, 3, 4].map((position) => ({ position, rpm: 4_200, targetSpeedRatio: 0.7 })),
    highestTempC: 71.5,
    highestTempLocation: 'chip',
    highestTempSensorId: 3,
  },
};

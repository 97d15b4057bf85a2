import { Redis } from 'ioredis';
import { minerKey } from '../../src/cache/keys';
import type { Miner } from '../../src/fleet/miner';
import type { MinerDatasets, MinerKind } from '../../src/fleet/minerData';
import type { MinerSource } from '../../src/fleet/minerSource';
import { FleetReads } from '../../src/service/fleetReads';
import { type Comparison, measuresOf, ratio } from '../comparison';
import { openInstance, TENANT } from '../instance';
import { interleave } from '../interleave';

const MINERS = 5_000;
/** What a summary is made of. */
const KINDS = ['status', 'stats', 'cooling'] as const;

/** A summary of a fleet that is cached in Redis, made anew, against reading and parsing what it is made of. */
export async function summary(port: number): Promise<Comparison> {
  const miners = Array.from({ length: MINERS }, (_, index) => minerOf(index));
  const instance = await openInstance(port, false);
  let asked = 0;
  const source: Pick<MinerSource, 'read'> = {
    async read<K extends MinerKind>(_miner: Miner, kind: K) {
      asked++;
      return ANSWERS[kind] as MinerDatasets[K];
    },
  };
  const reads = new FleetReads(instance.cache, source as MinerSource, inventoryOf(miners));
  const raw = new Redis(port, '127.0.0.1');
  const keys = KINDS.map((kind) => miners.map(({ id }) => minerKey(id, kind)));
  const makeSummary = () => reads.summary(TENANT, { refresh: true });
  try {
    const { data } = await makeSummary();
    if (data.reporting !== MINERS) {
      throw new Error(`the summary has the hashrate of ${data.reporting} miners of ${MINERS}`);
    }
    const values = await interleave({
      'Fleet Cache, summary': () => timed(makeSummary),
      'MGET, parsed': () =>
        timed(async () => {
          const texts = await Promise.all(keys.map((each) => raw.mget(each)));
          return texts.flat().map((text) => JSON.parse(text as string));
        }),
    });
    if (asked !== MINERS * KINDS.length) {
      throw new Error(`the miners were asked ${asked} times, so that not all was cached`);
    }
    return {
      title: `A summary of ${MINERS.toLocaleString('en')} miners that are cached in Redis`,
      measures: measuresOf(values, 'ms'),
      goals: [ratio(values, 'Fleet Cache, summary', 'MGET, parsed', 'atMost', 2)],
    };
  } finally {
    instance.dispose();
    raw.disconnect();
  }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
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

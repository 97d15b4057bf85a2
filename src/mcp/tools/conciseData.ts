import type { MinerDatasets, MinerKind } from '../../fleet/minerData';
import { currentHashrateThs } from '../../fleet/minerReport';
import { rounded } from './budget';

const SHOWN_ERRORS = 5;
const SHOWN_POOLS = 4;

type Concise = { readonly [K in MinerKind]: (data: MinerDatasets[K]) => unknown };

/** What of each dataset somebody needs who judges a miner. */
const CONCISE: Concise = {
  status: ({ state }) => ({ state }),
  stats: (stats) => ({
    hashrateThs: rounded(currentHashrateThs(stats)),
    hashrate1hThs: rounded(stats.hashrateThs?.last1h),
    nominalHashrateThs: rounded(stats.nominalHashrateThs),
    powerW: rounded(stats.powerW, 0),
    efficiencyJPerTh: rounded(stats.efficiencyJPerTh),
    acceptedShares: stats.pool?.acceptedShares,
    rejectedShares: stats.pool?.rejectedShares,
    staleShares: stats.pool?.staleShares,
  }),
  details: ({ model, firmwareVersion, hostname, macAddress, systemUptimeS, bosminerUptimeS }) => ({
    model,
    firmwareVersion,
    hostname,
    macAddress,
    systemUptimeS,
    bosminerUptimeS,
  }),
  hashboards: (boards) =>
    boards.map(({ id, enabled, boardTempC, highestChipTempC, work }) => ({
      id,
      enabled,
      hashrateThs: rounded(currentHashrateThs(work)),
      nominalHashrateThs: rounded(work?.nominalHashrateThs),
      boardTempC: rounded(boardTempC),
      highestChipTempC: rounded(highestChipTempC),
    })),
  errors: (errors) =>
    errors.slice(-SHOWN_ERRORS).map(({ timestamp, message, codes }) => ({
      timestamp,
      message,
      codes: codes.map(({ code }) => code),
    })),
  config: ({ poolGroups, cooling, tuner, dps }) => ({
    tuner,
    coolingMode: cooling?.mode,
    dpsEnabled: dps?.enabled,
    pools: poolGroups.flatMap(({ pools }) => pools.map(({ url }) => url)).slice(0, SHOWN_POOLS),
  }),
  pools: (groups) =>
    groups.slice(0, SHOWN_POOLS).map(({ name, pools }) => ({
      name,
      pools: pools.slice(0, SHOWN_POOLS).map(({ url, alive, active }) => ({ url, alive, active })),
    })),
  cooling: ({ highestTempC, highestTempLocation, fans }) => ({
    highestTempC: rounded(highestTempC),
    highestTempLocation,
    fansRpm: fans.map(({ rpm }) => rpm),
  }),
};

export function conciseData<K extends MinerKind>(kind: K, data: MinerDatasets[K]): unknown {
  return CONCISE[kind](data);
}

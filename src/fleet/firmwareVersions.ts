import type { MinerDetails } from './minerData';

/** What firmware a fleet runs. */
export interface FirmwareVersions {
  readonly miners: number;
  /** Most miners first; at most 200. */
  readonly versions: readonly FirmwareVersion[];
  /** Miners that do not answer, or do not tell their version. */
  readonly unknown: number;
  /** When the oldest of the parts was fetched, in ms since the epoch. */
  readonly oldestPartAt?: number;
}

export interface FirmwareVersion {
  readonly version: string;
  readonly miners: number;
  /** Some of them. */
  readonly minerIds: readonly string[];
}

const MAX_VERSIONS = 200;
const LISTED_MINERS = 5;

/** @param details by miner id; `undefined` where there are none. */
export function countFirmwareVersions(
  details: ReadonlyMap<string, MinerDetails | undefined>,
): Pick<FirmwareVersions, 'miners' | 'versions' | 'unknown'> {
  const counts = new Map<string, { miners: number; readonly minerIds: string[] }>();
  let unknown = 0;
  for (const [minerId, { firmwareVersion } = {}] of details) {
    if (firmwareVersion === undefined) {
      unknown++;
      continue;
    }
    const count = counts.get(firmwareVersion) ?? { miners: 0, minerIds: [] };
    count.miners++;
    if (count.minerIds.length < LISTED_MINERS) {
      count.minerIds.push(minerId);
    }
    counts.set(firmwareVersion, count);
  }
  const versions = [...counts]
    .map(([version, count]) => ({ version, ...count }))
    .sort((a, b) => b.miners - a.miners || (a.version < b.version ? -1 : 1));
  return { miners: details.size, versions: versions.slice(0, MAX_VERSIONS), unknown };
}

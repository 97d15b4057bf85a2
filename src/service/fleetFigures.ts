import { countFirmwareVersions, type FirmwareVersions } from '../fleet/firmwareVersions';
import type { Miner } from '../fleet/miner';
import type { MinerDatasets, MinerKind } from '../fleet/minerData';
import { countPoolUrls, type PoolUrls } from '../fleet/poolUrls';
import type { BatchRead } from './summaries';

/**
 * Counts the firmware versions of some machines. What is stale counts too: a machine that is off keeps its firmware.
 *
 * @throws {CancelledError}
 */
export async function makeFirmwareVersions(miners: readonly Miner[], read: BatchRead): Promise<FirmwareVersions> {
  const { data, oldestPartAt } = await readAll(miners, 'details', read);
  return { ...countFirmwareVersions(data), ...oldestPartAt };
}

/**
 * Counts the pool URLs of some machines. What is stale counts too: a machine that is off keeps its configuration.
 *
 * @throws {CancelledError}
 */
export async function makePoolUrls(miners: readonly Miner[], read: BatchRead): Promise<PoolUrls> {
  const { data, oldestPartAt } = await readAll(miners, 'pools', read);
  return { ...countPoolUrls(data), ...oldestPartAt };
}

async function readAll<K extends MinerKind>(miners: readonly Miner[], kind: K, read: BatchRead) {
  const results = await read(miners, kind);
  const data = new Map<string, MinerDatasets[K] | undefined>();
  let oldest = Number.POSITIVE_INFINITY;
  for (const [index, { id }] of miners.entries()) {
    const result = results[index];
    data.set(id, result?.status === 'fulfilled' ? result.value.data : undefined);
    oldest = Math.min(oldest, result?.status === 'fulfilled' ? result.value.fetchedAt : oldest);
  }
  return { data, oldestPartAt: Number.isFinite(oldest) ? { oldestPartAt: oldest } : {} };
}

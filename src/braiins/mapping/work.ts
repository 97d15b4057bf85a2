import type { HashrateThs, MinerStats, WorkStats } from '../../fleet/minerData';
import type { PoolStats } from '../../fleet/minerPools';
import type { WireGetMinerStatsResponse } from '../proto/wire/miner';
import type { WirePoolStats } from '../proto/wire/pool';
import type { WireRealHashrate, WireWorkSolverStats } from '../proto/wire/work';
import { anyKnown, finite, isoTime, known, terahash, text, unit, watts } from './values';

export function toMinerStats(wire: WireGetMinerStatsResponse): MinerStats {
  return known<MinerStats>({
    ...toWorkStats(wire.miner_stats),
    pool: toPoolStats(wire.pool_stats),
    powerW: watts(wire.power_stats?.approximated_consumption),
    efficiencyJPerTh: unit(wire.power_stats?.efficiency, (efficiency) => efficiency.joule_per_terahash),
  });
}

export function toWorkStats(wire: WireWorkSolverStats | undefined): WorkStats | undefined {
  return anyKnown<WorkStats>({
    hashrateThs: toHashrate(wire?.real_hashrate),
    nominalHashrateThs: terahash(wire?.nominal_hashrate),
    errorHashrateMhs: unit(wire?.error_hashrate, (rate) => rate.megahash_per_second),
    foundBlocks: finite(wire?.found_blocks),
    bestShare: bestShare(wire),
  });
}

function toHashrate(wire: WireRealHashrate | undefined): HashrateThs | undefined {
  return anyKnown<HashrateThs>({
    last5s: terahash(wire?.last_5s),
    last15s: terahash(wire?.last_15s),
    last30s: terahash(wire?.last_30s),
    last1m: terahash(wire?.last_1m),
    last5m: terahash(wire?.last_5m),
    last15m: terahash(wire?.last_15m),
    last30m: terahash(wire?.last_30m),
    last1h: terahash(wire?.last_1h),
    last24h: terahash(wire?.last_24h),
    sinceRestart: terahash(wire?.since_restart),
  });
}

export function toPoolStats(wire: WirePoolStats | undefined): PoolStats | undefined {
  return anyKnown<PoolStats>({
    acceptedShares: finite(wire?.accepted_shares),
    rejectedShares: finite(wire?.rejected_shares),
    staleShares: finite(wire?.stale_shares),
    lastDifficulty: finite(wire?.last_difficulty),
    generatedWork: finite(wire?.generated_work),
    bestShare: bestShare(wire),
    lastShareTime: isoTime(wire?.last_share_time),
  });
}

/** Current firmware sends the share as text, older firmware as a number. */
function bestShare(wire: { best_share?: number; best_share_str?: string } | undefined): string | undefined {
  return text(wire?.best_share_str) ?? finite(wire?.best_share)?.toString();
}

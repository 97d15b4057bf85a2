import type { WireGigaHashrate, WireMegaHashrate, WireUint64 } from './units';

export interface WireRealHashrate {
  last_5s?: WireGigaHashrate;
  last_15s?: WireGigaHashrate;
  last_30s?: WireGigaHashrate;
  last_1m?: WireGigaHashrate;
  last_5m?: WireGigaHashrate;
  last_15m?: WireGigaHashrate;
  last_30m?: WireGigaHashrate;
  last_1h?: WireGigaHashrate;
  last_24h?: WireGigaHashrate;
  since_restart?: WireGigaHashrate;
}

export interface WireWorkSolverStats {
  real_hashrate?: WireRealHashrate;
  nominal_hashrate?: WireGigaHashrate;
  error_hashrate?: WireMegaHashrate;
  found_blocks?: number;
  /** @deprecated in favour of `best_share_str` */
  best_share?: WireUint64;
  best_share_str?: string;
}

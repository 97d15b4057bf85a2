/** How a group of pools gets its part of the work: in proportion to a quota, or a fixed ratio of all work, from 0 to 1. */
export type PoolGroupShare =
  | { readonly type: 'quota'; readonly quota: number }
  | { readonly type: 'fixed-ratio'; readonly ratio: number };

/** Shares and work handed in since the mining software started. */
export interface PoolStats {
  readonly acceptedShares?: number;
  readonly rejectedShares?: number;
  readonly staleShares?: number;
  readonly lastDifficulty?: number;
  readonly generatedWork?: number;
  readonly bestShare?: string;
  /** ISO 8601. */
  readonly lastShareTime?: string;
}

/** A pool at work. A password that stands in the URL is left out. */
export interface Pool {
  readonly uid?: string;
  readonly url?: string;
  readonly user?: string;
  readonly enabled: boolean;
  /** The pool answers. */
  readonly alive: boolean;
  /** The miner works for it now. */
  readonly active: boolean;
  readonly stats?: PoolStats;
}

/** A group of pools at work; its pools are tried in their order. */
export interface PoolGroup {
  readonly uid?: string;
  readonly name?: string;
  readonly share?: PoolGroupShare;
  readonly pools: readonly Pool[];
}

/** A pool as it is configured, without its password. */
export interface PoolConfig {
  readonly uid?: string;
  readonly url?: string;
  readonly user?: string;
  readonly enabled?: boolean;
}

export interface PoolGroupConfig {
  readonly uid?: string;
  readonly name?: string;
  readonly share?: PoolGroupShare;
  readonly pools: readonly PoolConfig[];
}

/** A pool as it is to be. */
export interface PoolDraft extends PoolConfig {
  readonly url: string;
  readonly user: string;
  /** Sent to the miner and kept nowhere. */
  readonly password?: string;
}

/** A group as it is to be: a new one without `uid`, else the one of that `uid`. */
export interface PoolGroupDraft extends Omit<PoolGroupConfig, 'pools'> {
  readonly name: string;
  readonly pools: readonly PoolDraft[];
}

import { encodeId } from '../cache/keys';
import type { MinerState } from '../fleet/minerData';

/** What a miner's status may be to those who watch it: its own state, or `offline` when it cannot be reached. */
export type WatchedState = MinerState | 'offline';

/** What is published when the status of a miner has changed. */
export interface StatusMessage {
  readonly minerId: string;
  readonly status: WatchedState;
  /** When it was heard of; ISO 8601. */
  readonly timestamp: string;
  /** Why it cannot be reached, for people; with `offline` only. */
  readonly reason?: string;
  /** The instance that watches it. */
  readonly by: string;
}

/** The channel of a miner's status messages. On a Cluster it belongs to one shard (`EventBus.subscribeToShard`). */
export function statusChannel(minerId: string): string {
  return `events:miner:${encodeId(minerId)}:status`;
}

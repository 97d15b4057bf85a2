import { encodeId } from '../cache/keys';
import type { MinerChange } from '../fleet/minerChange';

/** What is published when a miner was changed through an instance. */
export interface ChangeMessage {
  readonly minerId: string;
  readonly change: MinerChange['type'];
  /** When the miner had obeyed; ISO 8601. */
  readonly timestamp: string;
  /** The instance that told it. */
  readonly by: string;
}

/** The channel of a miner's changes. On a Cluster it belongs to one shard (`EventBus.subscribeToShard`). */
export function changeChannel(minerId: string): string {
  return `events:miner:${encodeId(minerId)}:config`;
}

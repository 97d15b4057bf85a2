import { encodeId } from '../cache/keys';
import type { MinerChange } from '../fleet/minerChange';
import type { TEST } from './statusMessages';

/** What is published when a miner was changed through an instance. */
export interface ChangeMessage {
  readonly minerId: string;
  readonly change: MinerChange['type'] | typeof TEST;
  /** When the miner had obeyed; ISO 8601. */
  readonly timestamp: string;
  /** The instance that told it. */
  readonly by: string;
}

/** @param at when the miner had obeyed, in ms since the epoch. */
export function encodeChangeMessage(message: Omit<ChangeMessage, 'timestamp'>, at: number): string {
  const { minerId, change, by } = message;
  return JSON.stringify({ minerId, change, timestamp: new Date(at).toISOString(), by } satisfies ChangeMessage);
}

/** The channel of a miner's changes. On a Cluster it belongs to one shard (`EventBus.subscribeToShard`). */
export function changeChannel(minerId: string): string {
  return `events:miner:${encodeId(minerId)}:config`;
}

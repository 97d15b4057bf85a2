import { encodeId } from '../cache/keys';
import type { MinerState } from '../fleet/minerData';

/** What a miner's status may be to those who watch it: its own state, or `offline` when it cannot be reached. */
export type WatchedState = MinerState | 'offline';

/** In the place of a state, or of a change: nothing happened, somebody tries whether messages arrive. No miner's state is called so. */
export const TEST = 'test';

/** What is published when the status of a miner has changed. */
export interface StatusMessage {
  readonly minerId: string;
  readonly status: WatchedState | typeof TEST;
  /** When it was heard of; ISO 8601. */
  readonly timestamp: string;
  /** Why it cannot be reached, or that it is a test, for people; with `offline` and `test` only. */
  readonly reason?: string;
  /** The instance that watches it. */
  readonly by: string;
}

/** @param at when it was heard of, in ms since the epoch. */
export function encodeStatusMessage(message: Omit<StatusMessage, 'timestamp'>, at: number): string {
  const { minerId, status, reason, by } = message;
  const timestamp = new Date(at).toISOString();
  return JSON.stringify({ minerId, status, timestamp, reason, by } satisfies Loose<StatusMessage>);
}

/** What is `undefined` is left out of JSON. */
type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };

/** The channel of a miner's status messages. On a Cluster it belongs to one shard (`EventBus.subscribeToShard`). */
export function statusChannel(minerId: string): string {
  return `events:miner:${encodeId(minerId)}:status`;
}

import type { Event } from '../base/emitter';
import type { Disposable } from '../base/lifecycle';

/** What came over a channel. The text is what somebody published: nothing is known of its content. */
export interface BusMessage {
  readonly channel: string;
  readonly text: string;
}

export type BusHandler = (message: BusMessage) => void;

/**
 * Messages between all instances. Nothing is kept for who does not listen: after {@link onDidMiss}, listeners have to read
 * anew what the messages would have told them.
 */
export interface EventBus extends Disposable {
  /**
   * @returns how many heard it, as far as the server that took it knows: on a Cluster those who listen there.
   * @throws {StoreError} when the message was not handed over.
   */
  publish(channel: string, text: string): Promise<number>;

  /**
   * Calls `handler` with every message of the channel until disposed. Any number of handlers share one subscription. It
   * survives lost connections; a handler that throws is logged and keeps no other from being called.
   */
  subscribe(channel: string, handler: BusHandler): Disposable;

  /** As {@link subscribe}, for all channels that match a glob pattern. */
  subscribePattern(pattern: string, handler: BusHandler): Disposable;

  /**
   * As {@link publish} and {@link subscribe}, for a channel that only some listen to: on a Cluster its messages are carried by the
   * one shard that the channel's name belongs to, and not by all nodes. What is published the one way is not heard the other.
   */
  publishToShard(channel: string, text: string): Promise<number>;
  subscribeToShard(channel: string, handler: BusHandler): Disposable;

  /** Fired when subscriptions stand after a time in which messages may have been missed, since they were lost or asked for. */
  readonly onDidMiss: Event<void>;
}

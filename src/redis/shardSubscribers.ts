import type { Cluster } from 'ioredis';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import { parseNodeName } from './nodeNames';
import { keySlot } from './scanSlots';
import { Subscriber, type SubscriberOptions, type Subscription } from './subscriber';

/** How often subscriptions are compared with who has their slots, in ms: events alone miss a fail-over. */
const TOPOLOGY_EVERY_MS = 1_000;
/** How long it may take until the masters are known, in ms. */
const START_MS = 2_000;
/** Looks at the slots at a time: each is a connection of its own. */
const REFRESH_PAUSE_MS = 250;

interface Shard {
  readonly subscriber: Subscriber;
  readonly subscriptions: Set<Subscription>;
}

/**
 * Subscriptions to the channels of a Cluster's shards, each with the master that has the slot of the channel's name: its messages
 * do not go through all nodes. When a slot moves, or another master takes its place, the subscription follows.
 */
export class ShardSubscribers implements Disposable {
  /** By the master's name in the Cluster's table of slots. */
  private readonly shards = new Map<string, Shard>();
  /** With the moment since which they wait for a master (`Clock.monotonic`); `-Infinity` for those that had one already. */
  private readonly wanted = new Map<Subscription, number>();
  private readonly disposables = new DisposableStore();
  private refreshedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly cluster: Cluster,
    private readonly options: Omit<SubscriberOptions, 'node' | 'onMisplaced'>,
  ) {
    const follow = () => this.assign();
    cluster.on('refresh', follow);
    this.disposables.add(toDisposable(() => cluster.off('refresh', follow)));
    const timer = setInterval(follow, TOPOLOGY_EVERY_MS);
    timer.unref();
    this.disposables.add(toDisposable(() => clearInterval(timer)));
  }

  subscribe(subscription: Subscription): void {
    this.wanted.set(subscription, this.options.clock.monotonic());
    this.assign();
  }

  unsubscribe(subscription: Subscription): void {
    this.wanted.delete(subscription);
    this.assign();
  }

  dispose(): void {
    this.disposables.dispose();
    this.wanted.clear();
    for (const name of [...this.shards.keys()]) {
      this.close(name);
    }
  }

  /** Gives each subscription to the master that has its slot now, and takes it from any other. */
  private assign(): void {
    const owners = new Map([...this.wanted.keys()].map((subscription) => [subscription, this.ownerOf(subscription)]));
    for (const [name, { subscriber, subscriptions }] of this.shards) {
      for (const subscription of subscriptions) {
        const owner = owners.get(subscription);
        // While nobody has the slot, the last one who had it is as good as any.
        if (!this.wanted.has(subscription) || (owner !== undefined && owner !== name)) {
          subscriptions.delete(subscription);
          subscriber.unsubscribe(subscription);
        }
      }
      if (subscriptions.size === 0) {
        this.close(name);
      }
    }
    for (const [subscription, owner] of owners) {
      if (owner !== undefined) {
        const { subscriber, subscriptions } = this.shard(owner);
        if (!subscriptions.has(subscription)) {
          subscriptions.add(subscription);
          subscriber.subscribe(subscription, this.hasMissed(subscription));
          this.wanted.set(subscription, Number.NEGATIVE_INFINITY);
        }
      }
    }
  }

  /** Who has just begun to listen, as the Cluster became known, missed no more than anybody else who begins. */
  private hasMissed(subscription: Subscription): boolean {
    const since = this.wanted.get(subscription) ?? Number.NEGATIVE_INFINITY;
    return this.options.clock.monotonic() - since > START_MS;
  }

  private ownerOf({ name }: Subscription): string | undefined {
    return this.cluster.slots[keySlot(Buffer.from(name))]?.[0];
  }

  private shard(name: string): Shard {
    const shard = this.shards.get(name) ?? { subscriber: this.open(name), subscriptions: new Set<Subscription>() };
    this.shards.set(name, shard);
    return shard;
  }

  private open(name: string): Subscriber {
    return new Subscriber({ ...this.options, node: () => parseNodeName(name), onMisplaced: () => this.refreshSlots() });
  }

  private close(name: string): void {
    this.shards.get(name)?.subscriber.dispose();
    this.shards.delete(name);
  }

  private refreshSlots(): void {
    const now = this.options.clock.monotonic();
    if (now - this.refreshedAt >= REFRESH_PAUSE_MS && !this.disposables.isDisposed) {
      this.refreshedAt = now;
      this.cluster.refreshSlotsCache();
    }
  }
}

import { Cluster } from 'ioredis';
import type { Clock } from '../base/clock';
import { Emitter } from '../base/emitter';
import { describeError } from '../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { BusHandler, BusMessage, EventBus } from '../cache/eventBus';
import type { RedisConnection } from './connection';
import type { ConnectionProfile, NodeAddress } from './profile';
import { ShardSubscribers } from './shardSubscribers';
import { Subscriber, type Subscription, type SubscriptionKind } from './subscriber';

export interface RedisEventBusOptions {
  readonly profile: ConnectionProfile;
  /** Publishes, and tells a Cluster's masters. */
  readonly connection: RedisConnection;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Registered {
  readonly subscription: Subscription;
  readonly handlers: Set<BusHandler>;
}

/**
 * Pub/sub on Redis. The subscriber has a connection of its own; on a Cluster to any of the masters, and to another one when that
 * is lost, since all of them carry all channels, but for those of shards: there each has its own.
 */
export class RedisEventBus implements EventBus {
  private readonly registered = new Map<string, Registered>();
  private readonly misses: Emitter<void>;
  private readonly disposables = new DisposableStore();
  private readonly subscriber: Subscriber;
  private readonly shards: ShardSubscribers | undefined;
  private readonly cluster: Cluster | undefined;

  readonly onDidMiss: EventBus['onDidMiss'];

  constructor(private readonly options: RedisEventBusOptions) {
    const { profile, connection, clock, logger } = options;
    this.misses = new Emitter((error) => logger.error(`A listener to the bus failed: ${describeError(error)}`));
    this.onDidMiss = this.misses.event;
    this.cluster = connection.client instanceof Cluster ? connection.client : undefined;
    const common = {
      profile,
      clock,
      logger,
      onMessage: (subscription: Subscription, message: BusMessage) => this.deliver(subscription, message),
      onStandAgain: () => this.misses.fire(),
    };
    this.subscriber = this.disposables.add(new Subscriber({ ...common, node: (attempt) => this.anyMaster(attempt) }));
    this.shards =
      this.cluster === undefined ? undefined : this.disposables.add(new ShardSubscribers(this.cluster, common));
    this.disposables.add(this.misses);
    if (this.cluster !== undefined) {
      this.leaveWhoLeft(this.cluster);
    } else {
      this.disposables.add(connection.onDidLoseServer(() => this.subscriber.leaveUnless(() => false)));
    }
  }

  publish(channel: string, text: string): Promise<number> {
    const { connection } = this.options;
    return connection.execute(() => connection.client.publish(channel, text));
  }

  publishToShard(channel: string, text: string): Promise<number> {
    const { cluster } = this;
    return cluster === undefined
      ? this.publish(channel, text)
      : this.options.connection.execute(() => cluster.spublish(channel, text).then(Number));
  }

  subscribe(channel: string, handler: BusHandler): Disposable {
    return this.add('channel', channel, handler);
  }

  subscribePattern(pattern: string, handler: BusHandler): Disposable {
    return this.add('pattern', pattern, handler);
  }

  subscribeToShard(channel: string, handler: BusHandler): Disposable {
    return this.add(this.shards === undefined ? 'channel' : 'shard', channel, handler);
  }

  dispose(): void {
    this.disposables.dispose();
    this.registered.clear();
  }

  private add(kind: SubscriptionKind, name: string, handler: BusHandler): Disposable {
    const id = idOf({ kind, name });
    const known = this.registered.get(id);
    const registered = known ?? { subscription: { kind, name }, handlers: new Set<BusHandler>() };
    // Wrapped, so that the same function registered twice is two registrations.
    const registration: BusHandler = (message) => handler(message);
    registered.handlers.add(registration);
    const subscriber = kind === 'shard' && this.shards !== undefined ? this.shards : this.subscriber;
    if (known === undefined && !this.disposables.isDisposed) {
      this.registered.set(id, registered);
      subscriber.subscribe(registered.subscription);
    }
    return toDisposable(() => {
      registered.handlers.delete(registration);
      if (registered.handlers.size === 0 && this.registered.get(id) === registered) {
        this.registered.delete(id);
        subscriber.unsubscribe(registered.subscription);
      }
    });
  }

  /** A node that was taken out of the Cluster answers on, and hears nothing any more. */
  private leaveWhoLeft(cluster: Cluster): void {
    const follow = () => {
      const members = cluster.nodes('all').map(({ options }) => options);
      if (members.length > 0) {
        this.subscriber.leaveUnless(({ host, port }) =>
          members.some((each) => each.host === host && each.port === port),
        );
      }
    };
    cluster.on('refresh', follow);
    this.disposables.add(toDisposable(() => cluster.off('refresh', follow)));
  }

  private anyMaster(attempt: number): NodeAddress | undefined {
    const masters = this.options.connection.masters();
    const { host, port } = masters[attempt % Math.max(1, masters.length)]?.options ?? {};
    return host === undefined || port === undefined ? undefined : { host, port };
  }

  private deliver(subscription: Subscription, message: BusMessage): void {
    for (const handler of [...(this.registered.get(idOf(subscription))?.handlers ?? [])]) {
      try {
        handler(message);
      } catch (error) {
        this.options.logger.error(`A handler of ${message.channel} failed: ${describeError(error)}`);
      }
    }
  }
}

function idOf({ kind, name }: Subscription): string {
  return `${kind} ${name}`;
}

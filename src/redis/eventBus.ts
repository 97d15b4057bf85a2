import type { Redis } from 'ioredis';
import type { Clock } from '../base/clock';
import { Emitter } from '../base/emitter';
import { describeError } from '../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { BusHandler, BusMessage, EventBus } from '../cache/eventBus';
import { openNodeClient } from './client';
import type { RedisConnection } from './connection';
import { isReply, isServerFailure } from './failures';
import { type ConnectionProfile, type NodeAddress, profileAddress } from './profile';

export interface RedisEventBusOptions {
  readonly profile: ConnectionProfile;
  /** Publishes, and tells a Cluster's masters. */
  readonly connection: RedisConnection;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Kind = 'channel' | 'pattern';

interface Subscription {
  readonly kind: Kind;
  readonly name: string;
  readonly handlers: Set<BusHandler>;
}

const SILENCE_MS = 2_000;
const PING_EVERY_MS = 1_000;
const RECONNECT_MIN_MS = 50;
const RECONNECT_MAX_MS = 2_000;
/** What a user may not subscribe to is tried again seldom: somebody may have granted it. */
const REFUSED_PAUSE_MS = 30_000;

/**
 * Pub/sub on Redis. The subscriber has a connection of its own, opened with the first subscription; on a Cluster to any of the
 * masters, and to another one when that is lost, since all of them carry all channels.
 */
export class RedisEventBus implements EventBus {
  private readonly subscriptions = new Map<string, Subscription>();
  /** What the present connection is subscribed to, by the names of {@link subscriptions}. */
  private readonly actual = new Map<string, Subscription>();
  /** What the server refused, until it is tried again. */
  private readonly refused = new Set<string>();
  /** What the log says already that is refused. */
  private readonly reported = new Set<string>();
  private readonly misses: Emitter<void>;
  private readonly disposables = new DisposableStore();
  private subscriber: Redis | undefined;
  private isReady = false;
  private isReconciling = false;
  private wasSubscribed = false;
  private attempts = 0;

  readonly onDidMiss: EventBus['onDidMiss'];

  constructor(private readonly options: RedisEventBusOptions) {
    this.misses = new Emitter((error) => options.logger.error(`A listener to the bus failed: ${describeError(error)}`));
    this.onDidMiss = this.misses.event;
    // A connection over which nothing comes is not known to be alive.
    const timer = setInterval(() => {
      if (this.isReady) {
        this.subscriber?.ping().catch(() => {});
      }
    }, PING_EVERY_MS);
    timer.unref();
    this.disposables.add(toDisposable(() => clearInterval(timer)));
    this.disposables.add(this.misses);
  }

  async publish(channel: string, text: string): Promise<void> {
    const { connection } = this.options;
    await connection.execute(() => connection.client.publish(channel, text));
  }

  subscribe(channel: string, handler: BusHandler): Disposable {
    return this.add('channel', channel, handler);
  }

  subscribePattern(pattern: string, handler: BusHandler): Disposable {
    return this.add('pattern', pattern, handler);
  }

  dispose(): void {
    this.disposables.dispose();
    this.subscriptions.clear();
    this.subscriber?.disconnect();
  }

  private add(kind: Kind, name: string, handler: BusHandler): Disposable {
    const id = `${kind} ${name}`;
    const subscription = this.subscriptions.get(id) ?? { kind, name, handlers: new Set<BusHandler>() };
    this.subscriptions.set(id, subscription);
    // Wrapped, so that the same function registered twice is two registrations.
    const registration: BusHandler = (message) => handler(message);
    subscription.handlers.add(registration);
    if (this.subscriber === undefined && !this.disposables.isDisposed) {
      this.connect();
    }
    void this.reconcile();
    return toDisposable(() => {
      subscription.handlers.delete(registration);
      if (subscription.handlers.size === 0 && this.subscriptions.get(id) === subscription) {
        this.subscriptions.delete(id);
        this.refused.delete(id);
        this.reported.delete(id);
        void this.reconcile();
      }
    });
  }

  private connect(): void {
    const redis = openNodeClient(this.options.profile, this.nextNode(), {
      protocol: 2,
      autoResubscribe: false,
      enableAutoPipelining: false,
      connectionName: 'fleet-cache-subscriber',
      socketTimeout: SILENCE_MS,
      // Each attempt is a client of its own, since on a Cluster it may go to another node.
      retryStrategy: () => null,
    });
    this.subscriber = redis;
    redis.on('error', () => {});
    redis.on('message', (channel: string, text: string) => this.deliver('channel', channel, { channel, text }));
    redis.on('pmessage', (pattern: string, channel: string, text: string) =>
      this.deliver('pattern', pattern, { channel, text }),
    );
    redis.on('ready', () => {
      this.isReady = true;
      void this.reconcile();
    });
    redis.on('end', () => this.reconnectLater());
    redis.connect().catch(() => {});
  }

  private reconnectLater(): void {
    this.isReady = false;
    this.actual.clear();
    if (this.disposables.isDisposed) {
      return;
    }
    const delayMs = Math.min(RECONNECT_MIN_MS * 2 ** Math.min(this.attempts, 10), RECONNECT_MAX_MS);
    this.attempts++;
    const timer: Disposable = this.options.clock.setTimeout(() => {
      this.disposables.release(timer);
      this.connect();
    }, delayMs);
    this.disposables.add(timer);
  }

  private nextNode(): NodeAddress | undefined {
    const masters = this.options.connection.masters();
    const options = masters[this.attempts % Math.max(1, masters.length)]?.options;
    return options?.host === undefined || options.port === undefined
      ? undefined
      : { host: options.host, port: options.port };
  }

  /**
   * Brings the subscriptions of the connection to those that are wanted, one step after the other, until nothing is left to
   * do: whoever subscribes, leaves or reconnects meanwhile only changes what is left.
   */
  private async reconcile(): Promise<void> {
    if (this.isReconciling) {
      return;
    }
    this.isReconciling = true;
    try {
      for (let step = this.nextStep(); step !== undefined; step = this.nextStep()) {
        await step();
      }
      this.noteSubscribed();
    } catch (error) {
      // The connection went: its end brings a new one, and all begins again.
      this.options.logger.debug(`Could not subscribe: ${describeError(error)}`);
      this.subscriber?.disconnect();
    } finally {
      this.isReconciling = false;
    }
  }

  private nextStep(): (() => Promise<void>) | undefined {
    const redis = this.subscriber;
    if (redis === undefined || !this.isReady || this.disposables.isDisposed) {
      return undefined;
    }
    for (const [id, { kind, name }] of this.actual) {
      if (!this.subscriptions.has(id)) {
        return async () => {
          await (kind === 'channel' ? redis.unsubscribe(name) : redis.punsubscribe(name));
          this.actual.delete(id);
        };
      }
    }
    for (const [id, subscription] of this.subscriptions) {
      if (!this.actual.has(id) && !this.refused.has(id)) {
        return async () => {
          const { kind, name } = subscription;
          try {
            await (kind === 'channel' ? redis.subscribe(name) : redis.psubscribe(name));
          } catch (error) {
            this.noteRefusal(id, subscription, error);
            return;
          }
          this.reported.delete(id);
          // On a connection that was replaced meanwhile it counts for nothing.
          if (redis === this.subscriber && this.isReady) {
            this.actual.set(id, subscription);
          }
        };
      }
    }
    return undefined;
  }

  /** One channel that the user may not hear is no reason to be deaf to the others. */
  private noteRefusal(id: string, subscription: Subscription, error: unknown): void {
    if (!isReply(error) || isServerFailure(error)) {
      throw error;
    }
    // It may have been given up while the server answered.
    if (this.subscriptions.get(id) !== subscription) {
      return;
    }
    this.refused.add(id);
    if (!this.reported.has(id)) {
      this.reported.add(id);
      this.options.logger.warn(
        `Redis at ${profileAddress(this.options.profile)} does not let the user hear ${subscription.name}: ${describeError(error)} Grant it with ACL SETUSER <user> &${subscription.name} +subscribe +psubscribe.`,
      );
    }
    const timer: Disposable = this.options.clock.setTimeout(() => {
      this.disposables.release(timer);
      this.refused.delete(id);
      void this.reconcile();
    }, REFUSED_PAUSE_MS);
    this.disposables.add(timer);
  }

  private noteSubscribed(): void {
    if (!this.isReady || this.actual.size === 0 || this.attempts === 0) {
      this.wasSubscribed ||= this.isReady && this.actual.size > 0;
      return;
    }
    this.attempts = 0;
    if (this.wasSubscribed) {
      this.misses.fire();
    }
    this.wasSubscribed = true;
  }

  private deliver(kind: Kind, name: string, message: BusMessage): void {
    for (const handler of [...(this.subscriptions.get(`${kind} ${name}`)?.handlers ?? [])]) {
      try {
        handler(message);
      } catch (error) {
        this.options.logger.error(`A handler of ${message.channel} failed: ${describeError(error)}`);
      }
    }
  }
}

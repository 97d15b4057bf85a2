import type { Redis } from 'ioredis';
import type { Clock } from '../base/clock';
import { describeError } from '../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { BusMessage } from '../cache/eventBus';
import { openNodeClient } from './client';
import { isRedirection, isReply, isServerFailure } from './failures';
import { type ConnectionProfile, type NodeAddress, profileAddress } from './profile';
import { watchSilence } from './silenceWatch';

/** A channel by its name, all channels that match a pattern, or a channel of the shard that its name belongs to. */
export type SubscriptionKind = 'channel' | 'pattern' | 'shard';

export interface Subscription {
  readonly kind: SubscriptionKind;
  readonly name: string;
}

export interface SubscriberOptions {
  readonly profile: ConnectionProfile;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the next connection is made to on a Cluster. @param attempt a new number for each. */
  node(attempt: number): NodeAddress | undefined;
  /** A message came, for this subscription. */
  onMessage(subscription: Subscription, message: BusMessage): void;
  /** All that is wanted stands, after a time in which it did not. */
  onStandAgain(): void;
  /** A channel belongs to another shard than this one (any more). */
  onMisplaced?(): void;
}

const SILENCE_MS = 2_000;
const PING_EVERY_MS = 1_000;
const RECONNECT_MIN_MS = 50;
const RECONNECT_MAX_MS = 2_000;
/** What a user may not subscribe to is tried again seldom: somebody may have granted it. */
const REFUSED_PAUSE_MS = 30_000;
/** A channel that is elsewhere is tried again soon: who has it may not be known yet. */
const MISPLACED_PAUSE_MS = 500;

/** Subscriptions over one connection to one server, which is opened with the first of them, and replaced whenever it is lost. */
export class Subscriber implements Disposable {
  private readonly wanted = new Map<string, Subscription>();
  /** What the present connection is subscribed to, by the names of {@link wanted}. */
  private readonly actual = new Map<string, Subscription>();
  /** What the server refused, with what ends the pause until it is tried again. */
  private readonly refused = new Map<string, Disposable>();
  /** What the log says already that is refused. */
  private readonly reported = new Set<string>();
  /** What was refused, and has not stood since: messages of it were missed whatever stands otherwise. */
  private readonly overdue = new Set<string>();
  private readonly disposables = new DisposableStore();
  private redis: Redis | undefined;
  private isReady = false;
  private isReconciling = false;
  private mayHaveMissed = false;
  private attempts = 0;

  constructor(private readonly options: SubscriberOptions) {
    // A connection over which nothing comes is not known to be alive.
    const timer = setInterval(() => {
      if (this.isReady) {
        this.redis?.ping().catch(() => {});
      }
    }, PING_EVERY_MS);
    timer.unref();
    this.disposables.add(toDisposable(() => clearInterval(timer)));
  }

  /** @param isLate whether it was wanted before, so that messages may have been missed. */
  subscribe(subscription: Subscription, isLate = false): void {
    this.wanted.set(idOf(subscription), subscription);
    this.mayHaveMissed ||= isLate;
    if (this.redis === undefined && !this.disposables.isDisposed) {
      this.connect();
    }
    void this.reconcile();
  }

  unsubscribe(subscription: Subscription): void {
    const id = idOf(subscription);
    this.wanted.delete(id);
    this.refused.get(id)?.dispose();
    this.refused.delete(id);
    this.reported.delete(id);
    this.overdue.delete(id);
    void this.reconcile();
  }

  /** Goes to another server when the present one is none of those any more that carry the channels. */
  leaveUnless(isMember: (node: NodeAddress) => boolean): void {
    const { host, port } = this.redis?.options ?? {};
    if (host !== undefined && port !== undefined && this.isReady && !isMember({ host, port })) {
      this.redis?.disconnect();
    }
  }

  dispose(): void {
    this.disposables.dispose();
    this.wanted.clear();
    this.redis?.disconnect();
  }

  private connect(): void {
    const redis = openNodeClient(this.options.profile, this.options.node(this.attempts), {
      protocol: 2,
      autoResubscribe: false,
      enableAutoPipelining: false,
      connectionName: 'fleet-cache-subscriber',
      // Each attempt is a client of its own, since on a Cluster it may go to another node.
      retryStrategy: () => null,
    });
    watchSilence(redis, SILENCE_MS);
    this.redis = redis;
    const deliver = (kind: SubscriptionKind, name: string, message: BusMessage) => {
      const subscription = this.wanted.get(idOf({ kind, name }));
      if (subscription !== undefined) {
        this.options.onMessage(subscription, message);
      }
    };
    redis.on('error', () => {});
    redis.on('message', (channel: string, text: string) => deliver('channel', channel, { channel, text }));
    redis.on('smessage', (channel: string, text: string) => deliver('shard', channel, { channel, text }));
    redis.on('pmessage', (pattern: string, channel: string, text: string) =>
      deliver('pattern', pattern, { channel, text }),
    );
    // The server ended subscriptions whose slots went elsewhere, and ioredis does not tell which.
    redis.on('moved', () => {
      this.options.onMisplaced?.();
      redis.disconnect();
    });
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
    // Also when nothing stood yet: who subscribed has waited since.
    this.mayHaveMissed = true;
    if (this.disposables.isDisposed) {
      return;
    }
    const delayMs = Math.min(RECONNECT_MIN_MS * 2 ** Math.min(this.attempts, 10), RECONNECT_MAX_MS);
    this.attempts++;
    this.later(delayMs, () => this.connect());
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
      this.redis?.disconnect();
    } finally {
      this.isReconciling = false;
    }
  }

  private nextStep(): (() => Promise<void>) | undefined {
    const { redis } = this;
    if (redis === undefined || !this.isReady || this.disposables.isDisposed) {
      return undefined;
    }
    for (const [id, subscription] of this.actual) {
      if (!this.wanted.has(id)) {
        return async () => {
          await COMMANDS[subscription.kind].unsubscribe(redis, subscription.name);
          this.actual.delete(id);
        };
      }
    }
    for (const [id, subscription] of this.wanted) {
      if (!this.actual.has(id) && !this.refused.has(id)) {
        return async () => {
          try {
            await COMMANDS[subscription.kind].subscribe(redis, subscription.name);
          } catch (error) {
            this.noteRefusal(id, subscription, error);
            return;
          }
          this.reported.delete(id);
          this.mayHaveMissed ||= this.overdue.delete(id);
          // On a connection that was replaced meanwhile it counts for nothing.
          if (redis === this.redis && this.isReady) {
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
    if (this.wanted.get(id) !== subscription) {
      return;
    }
    this.overdue.add(id);
    const retry = this.later(isRedirection(error) ? MISPLACED_PAUSE_MS : REFUSED_PAUSE_MS, () => {
      this.refused.delete(id);
      void this.reconcile();
    });
    this.refused.set(id, retry);
    if (isRedirection(error)) {
      this.options.onMisplaced?.();
    } else if (!this.reported.has(id)) {
      this.reported.add(id);
      this.options.logger.warn(
        `Redis at ${profileAddress(this.options.profile)} does not let the user hear ${subscription.name}: ${describeError(error)} ${adviceFor(subscription)}`,
      );
    }
  }

  private noteSubscribed(): void {
    if (!this.isReady || this.actual.size === 0) {
      return;
    }
    const { mayHaveMissed } = this;
    this.attempts = 0;
    this.mayHaveMissed = false;
    if (mayHaveMissed) {
      this.options.onStandAgain();
    }
  }

  private later(delayMs: number, task: () => void): Disposable {
    const timer: Disposable = this.options.clock.setTimeout(() => {
      this.disposables.release(timer);
      task();
    }, delayMs);
    this.disposables.add(timer);
    return toDisposable(() => this.disposables.release(timer));
  }
}

interface Commands {
  subscribe(redis: Redis, name: string): Promise<unknown>;
  unsubscribe(redis: Redis, name: string): Promise<unknown>;
}

const COMMANDS: Readonly<Record<SubscriptionKind, Commands>> = {
  channel: {
    subscribe: (redis, name) => redis.subscribe(name),
    unsubscribe: (redis, name) => redis.unsubscribe(name),
  },
  pattern: {
    subscribe: (redis, name) => redis.psubscribe(name),
    unsubscribe: (redis, name) => redis.punsubscribe(name),
  },
  shard: {
    subscribe: (redis, name) => redis.ssubscribe(name),
    unsubscribe: (redis, name) => redis.sunsubscribe(name),
  },
};

function adviceFor({ kind, name }: Subscription): string {
  return kind === 'shard'
    ? `It needs Redis 7 or later, and for an ACL user ACL SETUSER <user> &${name} +ssubscribe.`
    : `Grant it with ACL SETUSER <user> &${name} +subscribe +psubscribe.`;
}

function idOf({ kind, name }: Subscription): string {
  return `${kind} ${name}`;
}

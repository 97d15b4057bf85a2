import type { Redis } from 'ioredis';
import type { Clock } from '../base/clock';
import { describeError } from '../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import { openNodeClient } from './client';
import { isReply, isServerFailure } from './failures';
import { type ConnectionProfile, type NodeAddress, nodeAddress, profileAddress } from './profile';
import { watchSilence } from './silenceWatch';

export interface NodeLinkOptions {
  readonly profile: ConnectionProfile;
  /** The master's address on a Cluster. */
  readonly node: NodeAddress | undefined;
  /** What the keys begin with whose changes are told. */
  readonly prefixes: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Keys changed, or nothing that was read so far may be relied upon. */
  onChange(keys: readonly string[] | 'everything'): void;
  /** {@link NodeLink.heardOf} changed. */
  onHeard(): void;
}

const CHANNEL = '__redis__:invalidate';
const PING_EVERY_MS = 250;
/** A server that says nothing for so long while a ping waits loses its connection. */
const SILENCE_MS = 1_000;
/** A server that cannot track, or may not, is asked again seldom: somebody may have granted it, or upgraded it. */
const REFUSED_PAUSE_MS = 30_000;
/** One that serves nobody at the moment (it loads, or wants another password) is asked again soon. */
const UNSERVED_PAUSE_MS = 1_000;

/** The push of changed keys from one server, over a connection of its own. */
export class NodeLink implements Disposable {
  private readonly redis: Redis;
  private readonly disposables = new DisposableStore();
  private readonly address: string;
  private moment = Number.NEGATIVE_INFINITY;
  private isArmed = false;
  private isPinging = false;
  private isRefused = false;
  private retry: Disposable | undefined;
  /** A new number for each connection, so that what was begun on a former one is recognised. */
  private attempt = 0;

  constructor(private readonly options: NodeLinkOptions) {
    const { profile, node } = options;
    this.address = node === undefined ? profileAddress(profile) : nodeAddress(node);
    this.redis = openNodeClient(profile, node, {
      // ioredis gives pushes only as messages of the older protocol, and its own way to subscribe again forgets the tracking.
      protocol: 2,
      autoResubscribe: false,
      enableAutoPipelining: false,
      connectionName: 'fleet-cache-link',
    });
    watchSilence(this.redis, SILENCE_MS);
    this.redis.on('ready', () => void this.arm());
    this.redis.on('close', () => this.lose());
    // Whether and why the server is away, the command connection tells.
    this.redis.on('error', () => {});
    this.redis.on('messageBuffer', (_channel: Buffer, keys: unknown) => {
      this.options.onChange(Array.isArray(keys) ? keys.map(String) : 'everything');
    });
    const timer = setInterval(() => void this.ping(), PING_EVERY_MS);
    timer.unref();
    this.disposables.add(toDisposable(() => clearInterval(timer)));
    this.disposables.add(toDisposable(() => this.retry?.dispose()));
    this.disposables.add(toDisposable(() => this.redis.disconnect()));
    this.redis.connect().catch(() => {});
  }

  /**
   * When the last ping that was answered was sent, of `Clock.monotonic`: its answer comes behind the pushes of all changes that
   * the server made before it. `-Infinity` while the link does not stand.
   */
  get heardOf(): number {
    return this.moment;
  }

  /** The server at the other end, as the network names it; `undefined` while there is none. */
  get server(): string | undefined {
    return serverOf(this.redis);
  }

  /** Begins anew, with whatever server is found now. */
  reconnect(): void {
    this.redis.disconnect(true);
  }

  dispose(): void {
    this.attempt++;
    this.disposables.dispose();
  }

  private async arm(): Promise<void> {
    const attempt = ++this.attempt;
    try {
      const id = String(await this.redis.client('ID'));
      const prefixes = this.options.prefixes.flatMap((prefix) => ['PREFIX', prefix]);
      await this.redis.call('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id, 'BCAST', ...prefixes);
      await this.redis.subscribe(CHANNEL);
    } catch (error) {
      if (attempt === this.attempt && isReply(error)) {
        this.armLater(error);
      }
      return;
    }
    if (attempt !== this.attempt) {
      return;
    }
    this.isArmed = true;
    this.isPinging = false;
    // What was read before may have changed unheard.
    this.options.onChange('everything');
    await this.ping();
  }

  private armLater(error: unknown): void {
    const servesNobody = isServerFailure(error);
    // That it serves nobody, the command connection tells.
    if (!servesNobody && !this.isRefused) {
      this.isRefused = true;
      this.options.logger.warn(
        `Redis at ${this.address} does not tell of changed keys, so that each read asks it: ${describeError(error)}. It needs Redis 6 or later, and for an ACL user the commands CLIENT, PING and SUBSCRIBE on ${CHANNEL}.`,
      );
    }
    const attempt = this.attempt;
    this.retry?.dispose();
    this.retry = this.options.clock.setTimeout(
      () => {
        if (attempt === this.attempt) {
          // Over a new connection: one that tracks already may not be told to again, and one that is subscribed may
          // not be told anything.
          this.redis.disconnect(true);
        }
      },
      servesNobody ? UNSERVED_PAUSE_MS : REFUSED_PAUSE_MS,
    );
  }

  private async ping(): Promise<void> {
    if (!this.isArmed || this.isPinging) {
      return;
    }
    const { attempt } = this;
    this.isPinging = true;
    const sentAt = this.options.clock.monotonic();
    try {
      await this.redis.ping();
    } catch (error) {
      // 1. The server comes back and loads: tracking and subscribing it allows. 2. The ping it does not, and nothing would
      // ever close the connection. Other errors mean that it is gone or about to go, which its closing tells.
      if (attempt === this.attempt && isReply(error)) {
        this.lose();
        this.armLater(error);
      }
      return;
    }
    if (attempt === this.attempt) {
      this.isPinging = false;
      this.isRefused = false;
      this.moment = sentAt;
      this.options.onHeard();
    }
  }

  private lose(): void {
    this.attempt++;
    if (!this.isArmed) {
      return;
    }
    this.isArmed = false;
    this.moment = Number.NEGATIVE_INFINITY;
    this.options.onHeard();
    this.options.onChange('everything');
  }
}

/** The server that a client is connected to, as the network names it. */
export function serverOf({ stream }: Redis): string | undefined {
  // Typed by ioredis as what any stream has.
  const { remoteAddress, remotePort } = (stream ?? {}) as { remoteAddress?: string; remotePort?: number };
  return remoteAddress === undefined ? undefined : `${remoteAddress} ${remotePort}`;
}

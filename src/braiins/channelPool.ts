import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  connectivityState,
  credentials,
  experimental,
} from '@grpc/grpc-js';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/lifecycle';
import { type Miner, minerAddress } from '../fleet/miner';
import type { MinerTlsFiles } from '../fleet/minerTls';
import { ENDPOINT_OPTION, ENDPOINT_SCHEME, type Endpoint, EndpointResolver } from './endpointResolver';
import { tlsCredentials } from './minerTls';

/** Far above any real answer (some KB), far below what would hurt. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** The part of the bound that may stay open unused although all of it is in use. */
const SPARE = 1 / 8;

export interface ChannelPoolOptions {
  readonly clock: Clock;
  /**
   * Most channels that stay open. Channels in use are never cut, so there may be more while all of them are; an eighth as many may
   * then still stay open unused, or whoever reads many miners while others are watched would connect for each read.
   */
  readonly maxChannels: number;
  /** A channel that nobody used for so many milliseconds is closed. */
  readonly idleCloseMs: number;
  /** Milliseconds between pings on a connection that has calls or streams open. */
  readonly keepaliveMs: number;
  /** A connection whose ping is not answered for so many milliseconds is dead. */
  readonly keepaliveTimeoutMs: number;
  /** For miners with TLS; read when the first of them is connected to. */
  readonly tls?: MinerTlsFiles;
}

/** The use of a channel by one call or stream. */
export interface ChannelLease {
  readonly client: Client;
  /** Whether there was a connection already, which may have died since it was last used. */
  readonly reused: boolean;
  /**
   * Ends the use. `suspect` when the call met a deadline: the connection may belong to a machine that was switched off and
   * never answer again, so that the next call gets a new one.
   */
  release(verdict?: 'suspect'): void;
}

interface PooledChannel {
  readonly key: string;
  readonly client: Client;
  readonly sockets: AbortController;
  leases: number;
  /** Handed out no more; closed as soon as nobody uses it. */
  retired: boolean;
  idleSince: number;
}

/**
 * One gRPC channel per miner address, reused, bounded, closed when idle. A channel whose connection failed is dropped rather
 * than kept: grpc-js would go on trying to connect to a dead miner for ever, and its back-off would hold up the first read
 * after the miner is back.
 */
export class ChannelPool implements Disposable {
  /** By address; only those that may be handed out. */
  private readonly current = new Map<string, PooledChannel>();
  /** All that are not closed yet. */
  private readonly open = new Set<PooledChannel>();
  /** Those of `current` that nobody uses, the longest unused first. */
  private readonly idle = new Set<PooledChannel>();
  private readonly plaintext = credentials.createInsecure();
  private tls: ChannelCredentials | undefined;
  private idleTimer: Disposable | undefined;

  constructor(private readonly options: ChannelPoolOptions) {
    // Idempotent; grpc-js has no way to give a resolver to one channel.
    experimental.registerResolver(ENDPOINT_SCHEME, EndpointResolver);
  }

  /** Number of channels that are open, in use or idle. */
  get size(): number {
    return this.open.size;
  }

  /** Takes the channel to a miner into use; connects only when a call is made on it. Throws when the host is no host name. */
  acquire(miner: Pick<Miner, 'host' | 'port' | 'tls'>): ChannelLease {
    const key = addressKey(miner);
    let channel = this.current.get(key);
    if (channel !== undefined && stateOf(channel) === connectivityState.TRANSIENT_FAILURE) {
      this.retire(channel);
      channel = undefined;
    }
    channel ??= this.create(key, miner);
    channel.leases++;
    this.idle.delete(channel);
    this.trim();
    return this.lease(channel);
  }

  dispose(): void {
    this.idleTimer?.dispose();
    this.idleTimer = undefined;
    for (const channel of [...this.open]) {
      this.close(channel);
    }
  }

  private lease(channel: PooledChannel): ChannelLease {
    let released = false;
    return {
      client: channel.client,
      reused: stateOf(channel) === connectivityState.READY,
      release: (verdict) => {
        if (released) {
          return;
        }
        released = true;
        channel.leases--;
        if (verdict === 'suspect') {
          this.retire(channel);
        }
        if (channel.leases === 0) {
          this.settle(channel);
        }
      },
    };
  }

  private create(key: string, miner: Pick<Miner, 'host' | 'port' | 'tls'>): PooledChannel {
    const sockets = new AbortController();
    const endpoint: Endpoint = { host: miner.host, port: miner.port, signal: sockets.signal };
    const client = new Client(
      `${ENDPOINT_SCHEME}:${minerAddress(miner)}`,
      miner.tls ? this.tlsCredentials() : this.plaintext,
      this.channelOptions(endpoint),
    );
    const channel = { key, client, sockets, leases: 0, retired: false, idleSince: 0 };
    this.current.set(key, channel);
    this.open.add(channel);
    return channel;
  }

  private channelOptions(endpoint: Endpoint): ChannelOptions {
    return {
      [ENDPOINT_OPTION]: endpoint,
      'grpc.keepalive_time_ms': this.options.keepaliveMs,
      'grpc.keepalive_timeout_ms': this.options.keepaliveTimeoutMs,
      'grpc.keepalive_permit_without_calls': 0,
      'grpc.initial_reconnect_backoff_ms': 500,
      'grpc.max_reconnect_backoff_ms': 1000,
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.enable_retries': 0,
      'grpc.enable_http_proxy': 0,
      'grpc.enable_channelz': 0,
      'grpc.service_config_disable_resolution': 1,
      // A shared pool would hand one channel's sockets, and with them its abort signal, to another channel.
      'grpc.use_local_subchannel_pool': 1,
    };
  }

  private tlsCredentials(): ChannelCredentials {
    this.tls ??= tlsCredentials(this.options.tls ?? {});
    return this.tls;
  }

  /** The last user of the channel is gone: keeps it for the next one if its connection stands. */
  private settle(channel: PooledChannel): void {
    if (!this.open.has(channel)) {
      return;
    }
    if (channel.retired || stateOf(channel) !== connectivityState.READY) {
      this.close(channel);
      return;
    }
    channel.idleSince = this.options.clock.now();
    this.idle.add(channel);
    this.trim();
    this.scheduleIdleClose();
  }

  private retire(channel: PooledChannel): void {
    channel.retired = true;
    if (this.current.get(channel.key) === channel) {
      this.current.delete(channel.key);
    }
  }

  private close(channel: PooledChannel): void {
    // A connection that stands and is not used ends by itself, without the errors of one that is cut.
    const endsByItself = !channel.retired && channel.leases === 0 && stateOf(channel) === connectivityState.READY;
    this.retire(channel);
    this.idle.delete(channel);
    this.open.delete(channel);
    channel.client.close();
    if (!endsByItself) {
      channel.sockets.abort();
    }
  }

  private trim(): void {
    const { maxChannels } = this.options;
    for (const channel of this.idle) {
      if (this.open.size <= maxChannels || this.idle.size <= maxChannels * SPARE) {
        return;
      }
      this.close(channel);
    }
  }

  private scheduleIdleClose(): void {
    const [oldest] = this.idle;
    if (oldest === undefined || this.idleTimer !== undefined) {
      return;
    }
    const { clock, idleCloseMs } = this.options;
    const remaining = Math.max(0, oldest.idleSince + idleCloseMs - clock.now());
    this.idleTimer = clock.setTimeout(() => {
      this.idleTimer = undefined;
      for (const channel of this.idle) {
        if (channel.idleSince + idleCloseMs > clock.now()) {
          break;
        }
        this.close(channel);
      }
      this.scheduleIdleClose();
    }, remaining);
  }
}

/** Identifies a miner's address; equal for two inventory entries of the same machine. */
export function addressKey(miner: Pick<Miner, 'host' | 'port' | 'tls'>): string {
  return `${miner.tls ? 'tls' : 'h2c'}:${minerAddress(miner)}`;
}

function stateOf(channel: PooledChannel): connectivityState {
  return channel.client.getChannel().getConnectivityState(false);
}

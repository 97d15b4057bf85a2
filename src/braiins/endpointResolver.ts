import { lookup } from 'node:dns/promises';
import { experimental, status } from '@grpc/grpc-js';
import { errorCode } from '../base/errors';

/** Scheme of the gRPC targets that {@link EndpointResolver} resolves. */
export const ENDPOINT_SCHEME = 'fleet-cache-miner';

/** Channel option that carries an {@link Endpoint}. */
export const ENDPOINT_OPTION = 'fleet_cache.endpoint';

/** Where a channel connects to, and what ends all its connections. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /**
   * Destroys the channel's sockets when aborted. grpc-js itself never gives up a connection that hangs while it is made: a
   * miner that swallows packets, or accepts and then says nothing, would hold a socket for minutes after the channel closed.
   */
  readonly signal: AbortSignal;
}

/**
 * Resolves a channel's host name, and hands `signal` to the sockets: grpc-js passes the addresses that a resolver returns
 * to `net.connect` as they are. In place of grpc-js' own resolver also because that one hides why a look-up failed.
 */
export class EndpointResolver implements experimental.Resolver {
  private readonly endpoint: Endpoint;
  private started = false;

  constructor(
    _target: experimental.GrpcUri,
    private readonly listener: experimental.ResolverListener,
    options: Record<string, unknown>,
  ) {
    this.endpoint = options[ENDPOINT_OPTION] as Endpoint;
  }

  static getDefaultAuthority(target: experimental.GrpcUri): string {
    return target.path;
  }

  /** Resolves once: the pool drops a channel whose connection failed, so an address that moved is looked up by the next one. */
  updateResolution(): void {
    if (!this.started) {
      this.started = true;
      void this.resolve();
    }
  }

  destroy(): void {
    this.started = false;
  }

  private async resolve(): Promise<void> {
    const { host, port, signal } = this.endpoint;
    let result: experimental.StatusOr<experimental.Endpoint[]>;
    try {
      const found = await lookup(host, { all: true });
      if (found.length === 0) {
        throw new Error('no address');
      }
      result = experimental.statusOrFromValue(
        found.map(({ address }) => ({ addresses: [socketOptions(address, port, signal)] })),
      );
    } catch (error) {
      const code = errorCode(error) ?? 'no address';
      result = experimental.statusOrFromError({ code: status.UNAVAILABLE, details: `Name resolution failed: ${code}` });
    }
    if (this.started) {
      this.listener(result, {}, null, '');
    }
  }
}

/**
 * Options of `net.connect` that are of no use once `signal` is aborted:
 *
 * 1. a connection fails, and grpc-js sets a timer for the next attempt;
 * 2. the pool closes the channel, which does not stop that timer;
 * 3. the timer connects, `net.connect` pays no heed to a signal that is aborted already, and nobody closes the connection.
 *
 * With a file descriptor that cannot be, `net.connect` throws before it opens anything.
 */
function socketOptions(host: string, port: number, signal: AbortSignal) {
  const options: { host: string; port: number; signal?: AbortSignal; fd?: number } = { host, port, signal };
  const spoil = () => {
    options.fd = -1;
    // An aborted signal would make the stillborn socket emit an error that nobody listens to.
    delete options.signal;
  };
  if (signal.aborted) {
    spoil();
  } else {
    signal.addEventListener('abort', spoil, { once: true });
  }
  return options;
}

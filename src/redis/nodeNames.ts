import type { Redis } from 'ioredis';
import type { NodeAddress } from './profile';

/** Where a client connects to; empty where that is a socket, or the Sentinels' to tell. */
export function addressOf({ options }: Redis): NodeAddress {
  return { host: options.host ?? '', port: options.port ?? 0 };
}

/** Of a name in a Cluster's table of slots, `host:port`; an IPv6 address has colons too. */
export function parseNodeName(name: string): NodeAddress {
  const colon = name.lastIndexOf(':');
  return { host: name.slice(0, colon), port: Number(name.slice(colon + 1)) };
}

import type { Redis } from 'ioredis';
import { type NodeAddress, nodeAddress } from './profile';

/** Where a client connects to; empty where that is a socket, or the Sentinels' to tell. */
export function addressOf({ options }: Redis): NodeAddress {
  return { host: options.host ?? '', port: options.port ?? 0 };
}

/** Of a name in a Cluster's table of slots, `host:port`; an IPv6 address has colons too. */
export function parseNodeName(name: string): NodeAddress {
  const colon = name.lastIndexOf(':');
  return { host: name.slice(0, colon), port: Number(name.slice(colon + 1)) };
}

/** The server that a client connects to, for messages. */
export function describeNode({ options }: Redis): string {
  const { path, host = 'localhost', port = 6_379, sentinels, name } = options;
  if (sentinels !== undefined && sentinels !== null) {
    return `the master ${name} of the Sentinels`;
  }
  return path ?? nodeAddress({ host, port });
}

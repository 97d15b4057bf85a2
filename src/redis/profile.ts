import type { TlsProfile } from './profileTls';

/** Where one server listens. */
export interface NodeAddress {
  readonly host: string;
  readonly port: number;
}

/** Addresses that servers tell of each other, as `host:port`, and how to reach them from here. */
export type NatMap = Readonly<Record<string, NodeAddress>>;

interface Login {
  readonly username?: string;
  readonly password?: string;
  /** Absent: no TLS. */
  readonly tls?: TlsProfile;
}

export interface StandaloneProfile extends Login, NodeAddress {
  readonly mode: 'standalone';
  readonly database: number;
}

export interface SocketProfile extends Omit<Login, 'tls'> {
  readonly mode: 'socket';
  /** Path of a unix socket. */
  readonly path: string;
  readonly database: number;
}

export interface SentinelProfile extends Login {
  readonly mode: 'sentinel';
  readonly sentinels: readonly NodeAddress[];
  /** Name of the master that the sentinels watch. */
  readonly master: string;
  readonly database: number;
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
  readonly natMap?: NatMap;
}

export interface ClusterProfile extends Login {
  readonly mode: 'cluster';
  /** Some of the nodes; they tell of the others. */
  readonly nodes: readonly NodeAddress[];
  readonly natMap?: NatMap;
}

/** How to reach Redis. */
export type ConnectionProfile = StandaloneProfile | SocketProfile | SentinelProfile | ClusterProfile;

/** `host:port`, several of them, or the socket's path, for messages. */
export function profileAddress(profile: ConnectionProfile): string {
  switch (profile.mode) {
    case 'standalone':
      return nodeAddress(profile);
    case 'socket':
      return profile.path;
    case 'sentinel':
      return `${profile.sentinels.map(nodeAddress).join(',')} (Sentinel, master ${profile.master})`;
    case 'cluster':
      return `${profile.nodes.map(nodeAddress).join(',')} (Cluster)`;
  }
}

/** `host:port`, for messages. */
export function nodeAddress({ host, port }: NodeAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import type { ConnectionProfile, NodeAddress } from './profile';
import type { TlsProfile } from './profileTls';

const RECONNECT_MAX_MS = 2_000;
const CONNECT_TIMEOUT_MS = 3_000;

/** Attempts after which a node of a Cluster is dropped, about half a minute. */
const NODE_ATTEMPTS = 20;

/** Options of ioredis that differ from those of all clients. */
export type ClientOverrides = Omit<RedisOptions, 'replyMapping'>;

/**
 * A client for commands; connect it by `connect()`. Reconnects for ever, and queues nothing while there is no connection: a
 * cache never waits for a server that is away, since the source is there.
 *
 * @param overrides options of each connection.
 * @param clusterOverrides options of the Cluster as a whole.
 */
export function openClient(
  profile: ConnectionProfile,
  overrides: ClientOverrides = {},
  clusterOverrides: Omit<ClusterOptions, 'redisOptions'> = {},
): Redis | Cluster {
  if (profile.mode !== 'cluster') {
    return new Redis({ ...masterOptions(profile), ...overrides });
  }
  return new Cluster(
    profile.nodes.map(({ host, port }) => ({ host, port })),
    {
      lazyConnect: true,
      enableAutoPipelining: true,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      redisOptions: { ...loginOptions(profile), ...COMMON_OPTIONS, ...overrides },
      clusterRetryStrategy: backOff,
      // A node that stays away is dropped, and found again by the next look at the slots if it still is one. When all are
      // dropped, the Cluster begins anew with the nodes of the profile; else one that moved as a whole were lost for ever.
      clusterNodeRetryStrategy: (attempt) => (attempt > NODE_ATTEMPTS ? null : backOff(attempt)),
      maxRedirections: 4,
      // Nobody waits for a fail-over: the source is there. Whoever sees a failure has the slots looked up anew.
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      slotsRefreshTimeout: 1_000,
      slotsRefreshInterval: 5_000,
      // Resolved names would not match certificates.
      dnsLookup: (host, callback) => callback(null, host),
      ...(profile.natMap === undefined ? {} : { natMap: { ...profile.natMap } }),
      ...clusterOverrides,
    },
  );
}

/**
 * A connection of its own to one master, with the profile's login and TLS; connect it by `connect()`.
 *
 * @param node the master's address on a Cluster; elsewhere it does not count, since there is one master (which a Sentinel
 * tells at each connection anew).
 */
export function openNodeClient(
  profile: ConnectionProfile,
  node: NodeAddress | undefined,
  overrides: ClientOverrides = {},
): Redis {
  if (profile.mode !== 'cluster') {
    return new Redis({ ...masterOptions(profile), ...overrides });
  }
  const { host, port } = node ?? (profile.nodes[0] as NodeAddress);
  return new Redis({ ...COMMON_OPTIONS, host, port, ...loginOptions(profile), ...overrides });
}

const COMMON_OPTIONS = {
  connectionName: 'fleet-cache',
  lazyConnect: true,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  connectTimeout: CONNECT_TIMEOUT_MS,
  // The check asks INFO, which a restricted ACL user may not; a loading server answers commands with its own error.
  enableReadyCheck: false,
  retryStrategy: backOff,
  enableOfflineQueue: false,
} satisfies RedisOptions;

function masterOptions(profile: Exclude<ConnectionProfile, { mode: 'cluster' }>): ClientOverrides {
  const common = {
    ...COMMON_OPTIONS,
    ...loginOptions(profile),
    enableAutoPipelining: true,
    db: profile.database,
  };
  switch (profile.mode) {
    case 'standalone':
      return { ...common, host: profile.host, port: profile.port };
    case 'socket':
      return { ...common, path: profile.path };
    case 'sentinel':
      return {
        ...common,
        sentinels: profile.sentinels.map(({ host, port }) => ({ host, port })),
        name: profile.master,
        ...(profile.sentinelUsername === undefined ? {} : { sentinelUsername: profile.sentinelUsername }),
        ...(profile.sentinelPassword === undefined ? {} : { sentinelPassword: profile.sentinelPassword }),
        ...(profile.tls === undefined ? {} : { sentinelTLS: tlsOptions(profile.tls), enableTLSForSentinelMode: true }),
        ...(profile.natMap === undefined ? {} : { natMap: { ...profile.natMap } }),
        // Giving up would end the client for good.
        sentinelRetryStrategy: backOff,
        sentinelCommandTimeout: 1_000,
      };
  }
}

function loginOptions(profile: ConnectionProfile): ClientOverrides {
  return {
    ...(profile.username === undefined ? {} : { username: profile.username }),
    ...(profile.password === undefined ? {} : { password: profile.password }),
    ...('tls' in profile && profile.tls !== undefined ? { tls: tlsOptions(profile.tls) } : {}),
  };
}

function tlsOptions(tls: TlsProfile) {
  // Said aloud, so that no environment variable switches it off.
  return { ...tls, rejectUnauthorized: true };
}

function backOff(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 10), RECONNECT_MAX_MS);
}

import { ConfigurationError } from '../base/errors';
import { readTlsFiles, type TlsProfile } from './profileTls';

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

/** What must not stand in a URL or a setting. */
export interface ConnectionSecrets {
  readonly password?: string | undefined;
  readonly sentinelPassword?: string | undefined;
  /** Of the client certificate's private key. */
  readonly keyPassphrase?: string | undefined;
}

const EXAMPLES =
  'redis://host:6379/0, rediss://host:6380, unix:///path/redis.sock, redis+sentinel://host:26379/master, redis+cluster://host:7000';
const URL_PARTS = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/([^/?#]*)([^?#]*)/;
const TLS_PARAMETERS = ['ca', 'cert', 'key', 'servername'] as const;

/**
 * Reads `redis://`, `rediss://` (TLS) and `unix://` URLs, and those of Sentinel and Cluster:
 * `redis+sentinel://h1:26379,h2:26379/<master>/<database>`, `rediss+cluster://h1:7000,h2:7001`. A password is not taken from
 * the URL, because URLs end up in settings, logs and process lists. `?ca=`, `cert=` and `key=` are paths of PEM files, which
 * are read here.
 *
 * @throws {ConfigurationError} that names the part of the URL that cannot be used.
 */
export function parseRedisUrl(url: string, secrets: ConnectionSecrets = {}): ConnectionProfile {
  const shown = showable(url);
  const parts = URL_PARTS.exec(url);
  const mode = parts?.[2];
  // A list of hosts is no host to `URL`: the first one stands for them.
  const parsed = parseUrl(mode === undefined ? url : url.replace(/,[^/?#]*/, ''), shown);
  const login = {
    ...(parsed.username === '' ? {} : { username: decode(parsed.username, shown) }),
    ...(secrets.password === undefined ? {} : { password: secrets.password }),
  };
  if (parsed.protocol === 'unix:') {
    return { mode: 'socket', ...parseSocket(parsed, shown), ...login };
  }
  if (parts === null) {
    throw new ConfigurationError(
      `The Redis URL${shown} begins with "${parsed.protocol}//", which is not supported. Write one such as ${EXAMPLES}.`,
    );
  }
  if (parsed.hostname === '') {
    throw new ConfigurationError(`The Redis URL${shown} names no host. Write one such as ${EXAMPLES}.`);
  }
  const secured = { ...login, ...parseTls(parsed, secrets, shown) };
  const path = parsed.pathname.replace(/^\//, '');
  const hosts = (parts[3] as string).replace(/^[^@,]*@/, '');
  if (mode === 'cluster') {
    if (path !== '') {
      throw new ConfigurationError(
        `The Redis URL${shown} names a database, of which a Cluster has only one. Leave it out.`,
      );
    }
    return { mode, nodes: parseNodes(hosts, 6379, shown), ...secured };
  }
  if (mode === 'sentinel') {
    const [master = '', database = ''] = path.split('/');
    if (master === '') {
      throw new ConfigurationError(
        `The Redis URL${shown} does not name the master that the sentinels watch. Write redis+sentinel://host:26379/master.`,
      );
    }
    return {
      mode,
      sentinels: parseNodes(hosts, 26_379, shown),
      master: decode(master, shown),
      database: parseDatabase(database, shown),
      ...secured,
      ...(secrets.sentinelPassword === undefined ? {} : { sentinelPassword: secrets.sentinelPassword }),
    };
  }
  const node = { host: bareHost(parsed.hostname), port: parsePort(parsed.port, 6379, shown) };
  return { mode: 'standalone', ...node, database: parseDatabase(path, shown), ...secured };
}

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

function parseUrl(url: string, shown: string): URL {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new ConfigurationError(`The Redis URL${shown} is not a URL. Write one such as ${EXAMPLES}.`);
  }
  if (parsed.password !== '') {
    throw new ConfigurationError(
      `The Redis URL${shown} contains a password. Remove it there, and set it with the command “Fleet Cache: Set Redis Password…” or in the environment variable FLEET_CACHE_REDIS_PASSWORD.`,
    );
  }
  return parsed;
}

function parseSocket(parsed: URL, shown: string): { readonly path: string; readonly database: number } {
  if (parsed.pathname === '' || parsed.pathname === '/') {
    throw new ConfigurationError(`The Redis URL${shown} names no socket. Write unix:///path/redis.sock.`);
  }
  checkParameters(parsed, ['db'], shown);
  return {
    path: decode(parsed.pathname, shown),
    database: parseDatabase(parsed.searchParams.get('db') ?? '', shown),
  };
}

function parseTls(parsed: URL, secrets: ConnectionSecrets, shown: string): { readonly tls?: TlsProfile } {
  if (!parsed.protocol.startsWith('rediss')) {
    checkParameters(parsed, [], shown);
    return {};
  }
  checkParameters(parsed, TLS_PARAMETERS, shown);
  const given = Object.fromEntries(
    TLS_PARAMETERS.flatMap((name) => {
      const value = parsed.searchParams.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  return { tls: readTlsFiles(given, secrets.keyPassphrase, (name) => `The Redis URL's "${name}"`) };
}

/** A parameter may be a password that somebody put there: it is not repeated. */
function checkParameters(parsed: URL, known: readonly string[], shown: string): void {
  if ([...parsed.searchParams.keys()].some((name) => !known.includes(name))) {
    const advice =
      known.length === 0 ? 'Leave out what follows the "?"' : `Write only ${known.join(', ')} after the "?"`;
    throw new ConfigurationError(`The Redis URL${shown} has a parameter that is not known. ${advice}.`);
  }
}

function parseNodes(hosts: string, defaultPort: number, shown: string): readonly NodeAddress[] {
  return hosts.split(',').map((each) => {
    const { hostname, port } = parseUrl(`redis://${each}`, shown);
    if (hostname === '') {
      throw new ConfigurationError(`The Redis URL${shown} has an empty host in its list. Write h1:7000,h2:7001.`);
    }
    return { host: bareHost(hostname), port: parsePort(port, defaultPort, shown) };
  });
}

function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function parsePort(text: string, defaultPort: number, shown: string): number {
  const port = text === '' ? defaultPort : Number(text);
  if (port === 0) {
    throw new ConfigurationError(`The Redis URL${shown} has port 0. Ports go from 1 to 65535.`);
  }
  return port;
}

function parseDatabase(text: string, shown: string): number {
  if (text === '') {
    return 0;
  }
  if (!/^\d{1,5}$/.test(text)) {
    throw new ConfigurationError(
      `The Redis URL${shown} ends in what is not a database number. Write 0 or leave it out.`,
    );
  }
  return Number(text);
}

/** The URL in quotes, for messages, without its parameters; nothing when it contains what may be a login. */
function showable(url: string): string {
  return url.includes('@') ? '' : ` "${url.replace(/[?#].*$/s, '')}"`;
}

function decode(part: string, shown: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ConfigurationError(`The Redis URL${shown} contains a "%" that encodes nothing. Write %25 for a "%".`);
  }
}

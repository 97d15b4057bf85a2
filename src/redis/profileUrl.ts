import type { ConnectionSecrets } from '../base/connectionSecrets';
import { ConfigurationError } from '../base/errors';
import { parseNatText } from './natMap';
import type { ConnectionProfile, NatMap, NodeAddress } from './profile';
import { readTlsFiles, type TlsProfile } from './profileTls';

const EXAMPLES =
  'redis://host:6379/0, rediss://host:6380, unix:///path/redis.sock, redis+sentinel://host:26379/master, redis+cluster://host:7000';
/** The scheme with its mode, the user if there is one, the hosts, and what follows them. */
const URL_PARTS = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^/?#]*)@)?([^/?#]*)(.*)$/s;
/** Of what tells of other servers: Sentinels and Clusters. */
const NAT_PARAMETER = 'natMap';
const TLS_PARAMETERS = ['ca', 'cert', 'key', 'servername'] as const;
/** Nothing that may be a login or a password. */
const HARMLESS = /^[a-z+]+:\/\/(?:(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?(?:,|$))*$/i;

/**
 * Reads `redis://`, `rediss://` (TLS) and `unix://` URLs, and those of Sentinel and Cluster:
 * `redis+sentinel://h1:26379,h2:26379/<master>/<database>`, `rediss+cluster://h1:7000,h2:7001`. A password is not taken from
 * the URL, because URLs end up in settings, logs and process lists. `?ca=`, `cert=` and `key=` are paths of PEM files, which
 * are read here; `natMap=10.0.0.1:7000=host:17000` says where servers are that Sentinels or a Cluster tell of.
 *
 * @throws {ConfigurationError} that names the part of the URL that cannot be used.
 */
export function parseRedisUrl(url: string, secrets: ConnectionSecrets = {}): ConnectionProfile {
  const shown = showable(url);
  const [, scheme, mode, user, hosts = '', rest = ''] = URL_PARTS.exec(url) ?? [];
  // A list of hosts is no host to `URL`: the first one stands for them.
  const [firstHost] = hosts.split(',');
  const parsed = parseUrl(
    mode === undefined ? url : `${scheme}://${user === undefined ? '' : `${user}@`}${firstHost}${rest}`,
    shown,
  );
  if (parsed.hash !== '') {
    throw new ConfigurationError(`The Redis URL${shown} has a "#". Leave out what follows it, or write %23 for a "#".`);
  }
  const login = {
    ...(parsed.username === '' ? {} : { username: decode(parsed.username, shown) }),
    ...(secrets.password === undefined ? {} : { password: secrets.password }),
  };
  if (parsed.protocol === 'unix:') {
    return { mode: 'socket', ...parseSocket(parsed, shown), ...login };
  }
  if (scheme === undefined) {
    throw new ConfigurationError(
      `The Redis URL${shown} begins with "${parsed.protocol}//", which is not supported. Write one such as ${EXAMPLES}.`,
    );
  }
  if (user?.includes(',') === true) {
    throw new ConfigurationError(
      `The Redis URL${shown} has a "," before an "@". Write one user, before the first host, and %2C for a "," in its name.`,
    );
  }
  if (parsed.hostname === '') {
    throw new ConfigurationError(`The Redis URL${shown} names no host. Write one such as ${EXAMPLES}.`);
  }
  checkParameters(
    parsed,
    [...(scheme === 'rediss' ? TLS_PARAMETERS : []), ...(mode === undefined ? [] : [NAT_PARAMETER])],
    shown,
  );
  const secured = { ...login, ...parseTls(parsed, secrets), ...parseNatMap(parsed, shown) };
  const path = parsed.pathname.replace(/^\//, '');
  if (mode === 'cluster') {
    if (path !== '') {
      throw new ConfigurationError(
        `The Redis URL${shown} names a database, of which a Cluster has only one. Leave it out.`,
      );
    }
    return { mode, nodes: parseNodes(hosts, 6379, shown), ...secured };
  }
  if (mode === 'sentinel') {
    return {
      mode: 'sentinel',
      sentinels: parseNodes(hosts, 26_379, shown),
      ...parseMaster(path, shown),
      ...secured,
      ...(secrets.sentinelUsername === undefined ? {} : { sentinelUsername: secrets.sentinelUsername }),
      ...(secrets.sentinelPassword === undefined ? {} : { sentinelPassword: secrets.sentinelPassword }),
    };
  }
  if (hosts.includes(',')) {
    throw new ConfigurationError(
      `The Redis URL${shown} names several hosts. Begin it with redis+cluster:// or redis+sentinel://, or name one.`,
    );
  }
  const node = { host: bareHost(parsed.hostname), port: parsePort(parsed.port, 6379, shown) };
  return { mode: 'standalone', ...node, database: parseDatabase(path, shown), ...secured };
}

function parseMaster(path: string, shown: string): { readonly master: string; readonly database: number } {
  const [master = '', database = '', ...others] = path.split('/');
  if (master === '') {
    throw new ConfigurationError(
      `The Redis URL${shown} does not name the master that the sentinels watch. Write redis+sentinel://host:26379/master.`,
    );
  }
  if (others.length > 0) {
    throw new ConfigurationError(
      `The Redis URL${shown} goes on after the database. Write redis+sentinel://host:26379/master/0.`,
    );
  }
  return { master: decode(master, shown), database: parseDatabase(database, shown) };
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
  if (parsed.hostname !== '') {
    throw new ConfigurationError(`The Redis URL${shown} names a host. Write three slashes: unix:///path/redis.sock.`);
  }
  if (parsed.pathname === '' || parsed.pathname === '/') {
    throw new ConfigurationError(`The Redis URL${shown} names no socket. Write unix:///path/redis.sock.`);
  }
  checkParameters(parsed, ['db'], shown);
  return {
    path: decode(parsed.pathname, shown),
    database: parseDatabase(parsed.searchParams.get('db') ?? '', shown),
  };
}

function parseNatMap({ searchParams }: URL, shown: string): { readonly natMap?: NatMap } {
  const text = searchParams.get(NAT_PARAMETER);
  return text === null ? {} : { natMap: parseNatText(text, shown) };
}

function parseTls(parsed: URL, secrets: ConnectionSecrets): { readonly tls?: TlsProfile } {
  if (!parsed.protocol.startsWith('rediss')) {
    return {};
  }
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

/** What comes before the path, in quotes, for messages; nothing when it contains what may be a login. */
function showable(url: string): string {
  const beginning = /^[^:/?#]*:\/\/[^/?#]*/.exec(url)?.[0] ?? '';
  return HARMLESS.test(beginning) && !url.includes('@') ? ` "${beginning}"` : '';
}

function decode(part: string, shown: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ConfigurationError(`The Redis URL${shown} contains a "%" that encodes nothing. Write %25 for a "%".`);
  }
}

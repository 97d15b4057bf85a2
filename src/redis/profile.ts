import { ConfigurationError } from '../base/errors';

/** How to reach a Redis server. */
export interface ConnectionProfile {
  readonly host: string;
  readonly port: number;
  /** Path of a unix socket; then host and port do not count. */
  readonly socketPath?: string;
  readonly database: number;
  readonly username?: string;
  readonly password?: string;
  /** TLS with verification against the system's authorities. */
  readonly tls: boolean;
}

const EXAMPLES = 'redis://host:6379/0, rediss://host:6380, unix:///path/redis.sock';

/**
 * Reads `redis://`, `rediss://` (TLS) and `unix://` URLs. A password is not taken from the URL, because URLs end up in
 * settings, logs and process lists.
 *
 * @throws {ConfigurationError} that names the part of the URL that cannot be used.
 */
export function parseRedisUrl(url: string, password?: string): ConnectionProfile {
  const shown = showable(url);
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
  const login = {
    ...(parsed.username === '' ? {} : { username: decode(parsed.username, shown) }),
    ...(password === undefined ? {} : { password }),
  };
  if (parsed.protocol === 'unix:') {
    if (parsed.pathname === '' || parsed.pathname === '/') {
      throw new ConfigurationError(`The Redis URL${shown} names no socket. Write unix:///path/redis.sock.`);
    }
    const socketPath = decode(parsed.pathname, shown);
    const database = parseDatabase(parsed.searchParams.get('db') ?? '', shown);
    return { host: 'localhost', port: 0, socketPath, database, tls: false, ...login };
  }
  if (parsed.protocol !== 'redis:' && parsed.protocol !== 'rediss:') {
    throw new ConfigurationError(
      `The Redis URL${shown} begins with "${parsed.protocol}//", which is not supported. Write one such as ${EXAMPLES}.`,
    );
  }
  if (parsed.hostname === '') {
    throw new ConfigurationError(`The Redis URL${shown} names no host. Write one such as ${EXAMPLES}.`);
  }
  const port = parsed.port === '' ? 6379 : Number(parsed.port);
  if (port === 0) {
    throw new ConfigurationError(`The Redis URL${shown} has port 0. Ports go from 1 to 65535.`);
  }
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    database: parseDatabase(parsed.pathname.replace(/^\//, ''), shown),
    tls: parsed.protocol === 'rediss:',
    ...login,
  };
}

/** `host:port`, or the socket's path, for messages. */
export function profileAddress(profile: ConnectionProfile): string {
  if (profile.socketPath !== undefined) {
    return profile.socketPath;
  }
  return profile.host.includes(':') ? `[${profile.host}]:${profile.port}` : `${profile.host}:${profile.port}`;
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

/** The URL in quotes, for messages; nothing when it contains what may be a login, in whatever place. */
function showable(url: string): string {
  return url.includes('@') ? '' : ` "${url}"`;
}

function decode(part: string, shown: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ConfigurationError(`The Redis URL${shown} contains a "%" that encodes nothing. Write %25 for a "%".`);
  }
}

import type { ConnectionSecrets } from '../base/connectionSecrets';
import { ConfigurationError } from '../base/errors';
import { natNameOf } from './natMap';
import type { ConnectionProfile, NatMap, NodeAddress } from './profile';
import { readTlsFiles } from './profileTls';
import { parseRedisUrl } from './profileUrl';

type Fields = Readonly<Record<string, unknown>>;

const COMMON_FIELDS = ['username', 'tls'];
/** Which fields there are, by the one that says what is connected to. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  host: ['host', 'port', 'database', ...COMMON_FIELDS],
  path: ['path', 'database', 'username'],
  sentinels: ['sentinels', 'master', 'database', 'sentinelUsername', 'natMap', ...COMMON_FIELDS],
  nodes: ['nodes', 'natMap', ...COMMON_FIELDS],
};

/**
 * Reads how to reach Redis from what a person wrote: a URL, or one of
 * - `{"host","port","database"}`, `{"path","database"}`,
 * - `{"sentinels":[{"host","port"}],"master","database","sentinelUsername"}`,
 * - `{"nodes":[{"host","port"}]}` for a Cluster,
 *
 * with `username`, `tls` (`true` or `{"ca","cert","key","servername"}`, files as absolute paths), and `natMap`
 * (`{"10.0.0.1:7000":{"host","port"}}`) where servers tell of each other. Passwords are not taken from there.
 *
 * @throws {ConfigurationError} that names the field that cannot be used.
 */
export function parseConnection(value: unknown, secrets: ConnectionSecrets = {}): ConnectionProfile {
  if (typeof value === 'string') {
    return parseRedisUrl(value, secrets);
  }
  const fields = asFields(value, 'The Redis connection');
  const kind = Object.keys(FIELDS).find((name) => fields[name] !== undefined);
  if (kind === undefined) {
    throw new ConfigurationError(
      'The Redis connection names no server. Write {"host":"…"}, {"path":"…"}, {"sentinels":[…],"master":"…"} or {"nodes":[…]}.',
    );
  }
  checkNames(fields, FIELDS[kind] as readonly string[], '');
  const login = {
    ...optional('username', text(fields, 'username')),
    ...optional('password', secrets.password),
  };
  if (kind === 'path') {
    return {
      mode: 'socket',
      path: requiredText(fields, 'path', '/run/redis.sock'),
      database: database(fields),
      ...login,
    };
  }
  const secured = { ...login, ...tls(fields.tls, secrets) };
  switch (kind) {
    case 'sentinels':
      return {
        mode: 'sentinel',
        sentinels: nodes(fields.sentinels, 'sentinels', 26_379),
        master: requiredText(fields, 'master', 'mymaster'),
        database: database(fields),
        ...secured,
        ...optional('sentinelUsername', secrets.sentinelUsername ?? text(fields, 'sentinelUsername')),
        ...optional('sentinelPassword', secrets.sentinelPassword),
        ...optional('natMap', natMap(fields.natMap)),
      };
    case 'nodes':
      return {
        mode: 'cluster',
        nodes: nodes(fields.nodes, 'nodes', 6379),
        ...secured,
        ...optional('natMap', natMap(fields.natMap)),
      };
    default:
      return { mode: 'standalone', ...node(fields, '', 6379), database: database(fields), ...secured };
  }
}

function tls(value: unknown, secrets: ConnectionSecrets) {
  if (value === undefined || value === false) {
    return {};
  }
  const fields = value === true ? {} : asFields(value, 'tls');
  checkNames(fields, ['ca', 'cert', 'key', 'servername'], 'tls.');
  const files = Object.fromEntries(
    Object.keys(fields).map((name) => [name, requiredText(fields, name, '/etc/ssl/redis.pem', 'tls.')]),
  );
  return { tls: readTlsFiles(files, secrets.keyPassphrase, (name) => `tls.${name}`) };
}

function nodes(value: unknown, name: string, defaultPort: number): readonly NodeAddress[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw wrong(name, value, `[{"host":"10.0.0.1","port":${defaultPort}}]`);
  }
  return value.map((each, index) => address(each, `${name}[${index}]`, defaultPort));
}

function node(fields: Fields, prefix: string, defaultPort: number): NodeAddress {
  const { port = defaultPort } = fields;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw wrong(`${prefix}port`, port, 'a number from 1 to 65535');
  }
  const host = requiredText(fields, 'host', '10.0.0.1', prefix);
  if (/[\s/@?#]/.test(host)) {
    throw wrong(`${prefix}host`, host, 'a host name or an address alone, such as "10.0.0.1"');
  }
  return { host, port };
}

function natMap(value: unknown): NatMap | undefined {
  if (value === undefined) {
    return undefined;
  }
  const targets = Object.entries(asFields(value, 'natMap')).map(([from, to]) => {
    // What is no address is not repeated: a URL with a password may have got there.
    const name = natNameOf(from);
    if (name === undefined) {
      throw new ConfigurationError(
        'natMap has a name that is no address; write {"10.0.0.1:7000":{"host":"…","port":7000}}.',
      );
    }
    return [name, address(to, `natMap["${from}"]`, 6379)] as const;
  });
  return Object.fromEntries(targets);
}

/** An object that is a server's address alone. */
function address(value: unknown, name: string, defaultPort: number): NodeAddress {
  const fields = asFields(value, name);
  checkNames(fields, ['host', 'port'], `${name}.`);
  return node(fields, `${name}.`, defaultPort);
}

function database(fields: Fields): number {
  const { database: value = 0 } = fields;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw wrong('database', value, '0 or leave it out');
  }
  return value;
}

function requiredText(fields: Fields, name: string, example: string, prefix = ''): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') {
    throw wrong(`${prefix}${name}`, value, `a text such as "${example}"`);
  }
  return value;
}

function text(fields: Fields, name: string): string | undefined {
  return fields[name] === undefined ? undefined : requiredText(fields, name, 'app');
}

function asFields(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(name, value, 'an object, {…}');
  }
  return value as Fields;
}

/** What is not known is named and its value is not, since it may be a password. */
function checkNames(fields: Fields, known: readonly string[], prefix: string): void {
  for (const name of Object.keys(fields)) {
    if (/passw|passphrase/i.test(name)) {
      throw new ConfigurationError(
        `The Redis connection contains ${prefix}${name}. Remove it there, and set it with the command “Fleet Cache: Set Redis Password…” or in the environment variable FLEET_CACHE_REDIS_PASSWORD.`,
      );
    }
    if (!known.includes(name)) {
      const shown = /^\w{1,40}$/.test(name)
        ? `${prefix}${name}`
        : `a name ${prefix === '' ? '' : `in ${prefix.slice(0, -1)} `}`.trimEnd();
      throw new ConfigurationError(
        `The Redis connection has ${shown}, which is not known there. Write ${known.join(', ')}.`,
      );
    }
  }
}

/** Of what was written only its kind is told: a URL with a password may have got there, or an object with one. */
function wrong(name: string, value: unknown, advice: string): ConfigurationError {
  const isHarmless = typeof value === 'number' || typeof value === 'boolean' || value === null;
  const shown = value === undefined ? 'missing' : isHarmless ? String(value) : kindOf(value);
  return new ConfigurationError(`${name} is ${shown}; write ${advice}.`);
}

function kindOf(value: unknown): string {
  if (value === '') {
    return 'empty';
  }
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : 'not what belongs there';
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined) {
  return (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: Value };
}

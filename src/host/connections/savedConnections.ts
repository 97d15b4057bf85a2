import { ENVIRONMENTS, type Environment } from '../../service/writeAccess';
import { redisServer } from '../secrets';

/** A connection as a person described it, in the setting `fleetCache.connections`. */
export interface SavedConnection {
  readonly name: string;
  /** Without a password. */
  readonly url: string;
  readonly environment: Environment | undefined;
  /** `undefined`: by what the connection looks like. */
  readonly readOnly: boolean | undefined;
}

/** One of the connections that can be chosen. */
export interface Connection extends SavedConnection {
  /** Of the setting `fleetCache.redis.url`, without a place of its own in the list yet. */
  readonly isDefault: boolean;
}

/** Name of the connection that `fleetCache.redis.url` is while nobody has described it. */
export const DEFAULT_NAME = 'default';

const MOST_CONNECTIONS = 100;
const LONGEST_NAME = 60;
const FIELDS = ['name', 'url', 'environment', 'readOnly'];

/** Reads the setting. What cannot be used is left out, and told by a problem that repeats nothing which may be a secret. */
export function parseConnections(value: unknown): {
  readonly connections: readonly SavedConnection[];
  readonly problems: readonly string[];
} {
  const setting = 'The setting fleetCache.connections';
  if (value === undefined) {
    return { connections: [], problems: [] };
  }
  if (!Array.isArray(value)) {
    return { connections: [], problems: [`${setting} is no list. Write [{"name":"…","url":"redis://…"}].`] };
  }
  const connections: SavedConnection[] = [];
  const problems: string[] = [];
  for (const [index, each] of value.slice(0, MOST_CONNECTIONS).entries()) {
    const problem = problemOf(each, connections);
    if (problem === undefined) {
      const { name, url, environment, readOnly } = each as SavedConnection;
      connections.push({ name, url, environment, readOnly });
    } else {
      problems.push(`${setting}: entry ${index + 1} ${problem}`);
    }
  }
  if (value.length > MOST_CONNECTIONS) {
    problems.push(`${setting} has more than ${MOST_CONNECTIONS} entries; those after them are not used.`);
  }
  return { connections, problems };
}

/** Why a text cannot name a connection besides these; `undefined` when it can. */
export function nameProblem(name: string, others: readonly Pick<SavedConnection, 'name'>[]): string | undefined {
  if (name.trim() === '' || name !== name.trim()) {
    return 'Write a name, without blanks around it.';
  }
  if (name.length > LONGEST_NAME) {
    return `Write at most ${LONGEST_NAME} characters.`;
  }
  // Such as could turn what stands around them about, or hide in it.
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) {
    return 'Leave out characters that cannot be seen.';
  }
  if (name === DEFAULT_NAME) {
    return `"${DEFAULT_NAME}" is the connection of the setting fleetCache.redis.url. Write another name.`;
  }
  return others.some((other) => other.name === name) ? `There is another connection "${name}".` : undefined;
}

/**
 * All that can be chosen: those saved, and the one of `fleetCache.redis.url`, unless one of the saved leads there as well and so
 * describes it.
 */
export function allConnections(saved: readonly SavedConnection[], defaultUrl: string): readonly Connection[] {
  const listed = saved.map((each) => ({ ...each, isDefault: false }));
  if (saved.some(({ url }) => url === defaultUrl)) {
    return listed;
  }
  const own = { name: DEFAULT_NAME, url: defaultUrl, environment: undefined, readOnly: undefined, isDefault: true };
  return [own, ...listed];
}

/** The connection that was chosen; else, or when it is gone, that of `fleetCache.redis.url`. */
export function activeConnection(all: readonly Connection[], chosen: string | undefined, defaultUrl: string) {
  const byDefault = all.find(({ isDefault, url }) => isDefault || url === defaultUrl);
  return all.find(({ name }) => name === chosen) ?? byDefault;
}

/** Takes the password out of a URL. What is no URL stays as it is. */
export function splitPassword(url: string): { readonly url: string; readonly password: string | undefined } {
  const [, scheme, user, encoded, rest] = /^([a-z+]+:\/\/)([^:@/?#]*):([^/?#]*)@([^@]*)$/i.exec(url) ?? [];
  if (scheme === undefined || encoded === undefined) {
    return { url, password: undefined };
  }
  const login = user === '' ? '' : `${user}@`;
  return { url: `${scheme}${login}${rest}`, password: encoded === '' ? undefined : decoded(encoded) };
}

/** A name for a connection that nobody has named, which none of the others has. */
export function suggestedName(url: string, others: readonly Pick<SavedConnection, 'name'>[]): string {
  const base = (redisServer(url) ?? 'redis').replace(/^[^@]*@/, '').slice(0, LONGEST_NAME - 4);
  let name = base;
  for (let number = 2; nameProblem(name, others) !== undefined && number < MOST_CONNECTIONS + 2; number++) {
    name = `${base} ${number}`;
  }
  return name;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Somebody did not encode a "%".
    return text;
  }
}

function problemOf(value: unknown, others: readonly SavedConnection[]): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'is no object. Write {"name":"…","url":"redis://…"}.';
  }
  const { name, url, environment, readOnly } = value as Readonly<Record<string, unknown>>;
  if (Object.keys(value).some((field) => !FIELDS.includes(field))) {
    return `has a field that is not known. Write ${FIELDS.join(', ')}.`;
  }
  if (typeof name !== 'string') {
    return 'has no "name".';
  }
  const problem = nameProblem(name, others);
  if (problem !== undefined) {
    return `has a "name" that cannot be used. ${problem}`;
  }
  if (typeof url !== 'string') {
    return 'has no "url". Write one such as redis://host:6379.';
  }
  if (splitPassword(url).password !== undefined) {
    return 'has a "url" with a password. Take it out, and use “Fleet Cache: Edit Connection…” or “Add Connection…”, which keep it in the secret storage.';
  }
  if (environment !== undefined && !ENVIRONMENTS.some((each) => each === environment)) {
    return `has an "environment" that is not known. Write ${ENVIRONMENTS.join(', ')}.`;
  }
  return readOnly === undefined || typeof readOnly === 'boolean'
    ? undefined
    : 'has a "readOnly" that is neither true nor false.';
}

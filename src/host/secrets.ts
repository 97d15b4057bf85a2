import type { Memento, SecretStorage } from 'vscode';
import { type ConnectionSecrets, environmentConnectionSecrets } from '../base/connectionSecrets';
import type { Disposable } from '../base/lifecycle';
import { type CredentialStore, type Credentials, environmentCredentials } from '../fleet/credentials';
import { readSecret } from './secretStorage';

/** Where the names of stored secrets are kept, not the secrets. */
const STORED_KEYS = 'fleetCache.storedSecrets';

/** How the names of a Redis' secrets begin. */
const REDIS_SECRETS = {
  password: 'redis-password',
  sentinelUsername: 'sentinel-username',
  sentinelPassword: 'sentinel-password',
  keyPassphrase: 'redis-key-passphrase',
} as const satisfies Record<keyof ConnectionSecrets, string>;
const REDIS_FIELDS = Object.keys(REDIS_SECRETS) as readonly (keyof ConnectionSecrets)[];

/**
 * Logins and passwords that a person entered, in VS Code's secret storage; the environment where there is none. Nothing of
 * it is ever written to settings or the log.
 *
 * The secret storage answers late while a window starts, up to a second. So the state says which secrets were ever stored,
 * and the storage is asked for those only.
 */
export class Secrets implements CredentialStore, Disposable {
  /** Logins that were looked up, because thousands of miners ask for the same few. */
  private readonly logins = new Map<string, Promise<Credentials | undefined>>();
  private readonly storedKeys: Set<string>;
  private readonly listener: Disposable;

  constructor(
    private readonly storage: SecretStorage,
    private readonly state: Memento,
    private readonly environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.storedKeys = new Set(state.get<string[]>(STORED_KEYS, []));
    // Another window may have set it.
    this.listener = storage.onDidChange(({ key }) => {
      this.storedKeys.add(key);
      this.logins.clear();
    });
  }

  dispose(): void {
    this.listener.dispose();
  }

  find(name: string): Promise<Credentials | undefined> {
    const known = this.logins.get(name);
    if (known !== undefined) {
      return known;
    }
    const login = this.lookUpLogin(name);
    this.logins.set(name, login);
    // A secret storage that failed once may answer the next time.
    login.catch(() => this.logins.delete(name));
    return login;
  }

  async setMinerLogin(name: string, login: Credentials): Promise<void> {
    await this.store(minerSecret(name), JSON.stringify(login));
    this.logins.delete(name);
  }

  /**
   * What was entered for that server and user; it is sent to no other. Without that, what the environment has, which goes to
   * whatever server the settings of a trusted workspace name.
   *
   * @param typed what is not stored yet, in the place of what is; empty for what is to be forgotten.
   */
  async redisSecrets(url: string, typed: ConnectionSecrets = {}): Promise<ConnectionSecrets> {
    const all = Object.entries({ ...(await this.enteredRedisSecrets(url)), ...typed });
    const entered: ConnectionSecrets = Object.fromEntries(all.filter(([, secret]) => secret !== ''));
    const known = environmentConnectionSecrets(this.environment);
    // A user of the one and a password of the other are no login.
    const login = entered.sentinelUsername === undefined && entered.sentinelPassword === undefined ? known : entered;
    const { sentinelUsername, sentinelPassword } = login;
    return { ...known, ...entered, sentinelUsername, sentinelPassword };
  }

  /** What was entered for that server and user alone. */
  async enteredRedisSecrets(url: string): Promise<ConnectionSecrets> {
    const server = redisServer(url);
    if (server === undefined) {
      return {};
    }
    const found = await Promise.all(
      REDIS_FIELDS.map(async (field) => [field, await this.read(redisSecret(server, field))] as const),
    );
    return Object.fromEntries(found.filter(([, secret]) => secret !== undefined));
  }

  /** @param server as {@link redisServer} names it. What is empty is forgotten, and what is absent stays. */
  async setRedisSecrets(server: string, secrets: ConnectionSecrets): Promise<void> {
    for (const field of REDIS_FIELDS) {
      const secret = secrets[field];
      if (secret === '') {
        await this.storage.delete(redisSecret(server, field));
      } else if (secret !== undefined) {
        await this.store(redisSecret(server, field), secret);
      }
    }
  }

  /** @param server as {@link redisServer} names it. */
  async forgetRedisSecrets(server: string): Promise<void> {
    await Promise.all(REDIS_FIELDS.map((field) => this.storage.delete(redisSecret(server, field))));
  }

  private async lookUpLogin(name: string): Promise<Credentials | undefined> {
    return parseLogin(await this.read(minerSecret(name))) ?? environmentCredentials(this.environment).find(name);
  }

  /** @throws {FleetCacheError} when the storage does not answer, as that of a locked key ring. */
  private async read(key: string): Promise<string | undefined> {
    if (!this.storedKeys.has(key)) {
      return undefined;
    }
    return readSecret(this.storage, key);
  }

  private async store(key: string, secret: string): Promise<void> {
    this.storedKeys.add(key);
    await this.state.update(STORED_KEYS, [...this.storedKeys]);
    await this.storage.store(key, secret);
  }
}

function minerSecret(name: string): string {
  return `miner-login:${name}`;
}

function redisSecret(server: string, field: keyof ConnectionSecrets): string {
  return `${REDIS_SECRETS[field]}:${server}`;
}

/**
 * User, host and port (or all of them) of a Redis URL, with the master that Sentinels are asked for, or its socket; without
 * database and password. `undefined` for what is no URL.
 */
export function redisServer(url: string): string | undefined {
  const [, mode, list, master = ''] = /^rediss?\+(sentinel|cluster):\/\/([^/?#]+)(\/[^/?#]+)?/.exec(url) ?? [];
  if (list !== undefined) {
    // Several hosts are no URL to the platform. A password does not belong there, and never into the secret's name.
    return `${list.replace(/:[^@]*@/, '@')}${mode === 'sentinel' ? master : ''}`;
  }
  try {
    const { protocol, username, hostname, port, pathname } = new URL(url);
    const user = username === '' ? '' : `${username}@`;
    return protocol === 'unix:' ? `${user}${pathname}` : `${user}${hostname}:${port === '' ? '6379' : port}`;
  } catch {
    return undefined;
  }
}

function parseLogin(stored: string | undefined): Credentials | undefined {
  if (stored === undefined) {
    return undefined;
  }
  const value: unknown = JSON.parse(stored);
  const isLogin = typeof value === 'object' && value !== null && 'username' in value && 'password' in value;
  return isLogin ? { username: String(value.username), password: String(value.password) } : undefined;
}

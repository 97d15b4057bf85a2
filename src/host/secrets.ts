import type { Memento, SecretStorage } from 'vscode';
import type { Disposable } from '../base/lifecycle';
import { type CredentialStore, type Credentials, environmentCredentials } from '../fleet/credentials';

/** Where the names of stored secrets are kept, not the secrets. */
const STORED_KEYS = 'fleetCache.storedSecrets';

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

  /** The password for the server of that URL only: settings that name another server must not be sent it. */
  async redisPassword(url: string): Promise<string | undefined> {
    return (await this.read(redisSecret(url))) ?? this.environment.FLEET_CACHE_REDIS_PASSWORD;
  }

  async setRedisPassword(url: string, password: string): Promise<void> {
    if (password === '') {
      await this.storage.delete(redisSecret(url));
    } else {
      await this.store(redisSecret(url), password);
    }
  }

  private async lookUpLogin(name: string): Promise<Credentials | undefined> {
    return parseLogin(await this.read(minerSecret(name))) ?? environmentCredentials(this.environment).find(name);
  }

  private async read(key: string): Promise<string | undefined> {
    return this.storedKeys.has(key) ? this.storage.get(key) : undefined;
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

function redisSecret(url: string): string {
  return `redis-password:${url}`;
}

function parseLogin(stored: string | undefined): Credentials | undefined {
  if (stored === undefined) {
    return undefined;
  }
  const value: unknown = JSON.parse(stored);
  const isLogin = typeof value === 'object' && value !== null && 'username' in value && 'password' in value;
  return isLogin ? { username: String(value.username), password: String(value.password) } : undefined;
}

import type { SecretStorage } from 'vscode';
import type { Disposable } from '../base/lifecycle';
import { type CredentialStore, type Credentials, environmentCredentials } from '../fleet/credentials';

/**
 * Logins and passwords that a person entered, in VS Code's secret storage; the environment where there is none. Nothing of
 * it is ever written to settings or the log.
 */
export class Secrets implements CredentialStore, Disposable {
  /** Logins that were looked up, because thousands of miners ask for the same few. Emptied when another window sets one. */
  private readonly found = new Map<string, Promise<Credentials | undefined>>();
  private readonly listener: Disposable;

  constructor(
    private readonly storage: SecretStorage,
    private readonly environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.listener = storage.onDidChange(() => this.found.clear());
  }

  dispose(): void {
    this.listener.dispose();
  }

  find(name: string): Promise<Credentials | undefined> {
    const known = this.found.get(name);
    if (known !== undefined) {
      return known;
    }
    const login = this.lookUp(name);
    this.found.set(name, login);
    // A secret storage that failed once may answer the next time.
    login.catch(() => this.found.delete(name));
    return login;
  }

  async setMinerLogin(name: string, login: Credentials): Promise<void> {
    await this.storage.store(minerSecret(name), JSON.stringify(login));
    this.found.delete(name);
  }

  /** The password for the server of that URL only: settings that name another server must not be sent it. */
  async redisPassword(url: string): Promise<string | undefined> {
    return (await this.storage.get(redisSecret(url))) ?? this.environment.FLEET_CACHE_REDIS_PASSWORD;
  }

  async setRedisPassword(url: string, password: string): Promise<void> {
    if (password === '') {
      await this.storage.delete(redisSecret(url));
    } else {
      await this.storage.store(redisSecret(url), password);
    }
  }

  private async lookUp(name: string): Promise<Credentials | undefined> {
    const stored = await this.storage.get(minerSecret(name));
    return parseLogin(stored) ?? environmentCredentials(this.environment).find(name);
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

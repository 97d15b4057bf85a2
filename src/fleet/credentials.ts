/** A miner's login. Never logged, never written to the inventory, the settings or Redis. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Finds logins by the name that the inventory gives. */
export interface CredentialStore {
  /** The login of that name, or `undefined` when there is none. */
  find(name: string): Promise<Credentials | undefined>;
}

/** The name that miners use when the inventory names no other. */
export const DEFAULT_CREDENTIALS = 'default';

/**
 * Logins from environment variables: `FLEET_CACHE_MINER_USERNAME` and `FLEET_CACHE_MINER_PASSWORD` for `default`,
 * `FLEET_CACHE_MINER_<NAME>_USERNAME` and `…_PASSWORD` for any other name, in capitals, with `_` for all but letters and digits.
 */
export function environmentCredentials(env: Readonly<Record<string, string | undefined>>): CredentialStore {
  return {
    find(name) {
      const infix = name === DEFAULT_CREDENTIALS ? '' : `${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_`;
      const username = env[`FLEET_CACHE_MINER_${infix}USERNAME`];
      const password = env[`FLEET_CACHE_MINER_${infix}PASSWORD`];
      return Promise.resolve(username === undefined ? undefined : { username, password: password ?? '' });
    },
  };
}

/** What a Redis may want to know, and what must not stand in a URL or a setting. */
export interface ConnectionSecrets {
  readonly password?: string | undefined;
  /** The user by whom the Sentinels are asked, where that is not their default user. */
  readonly sentinelUsername?: string | undefined;
  readonly sentinelPassword?: string | undefined;
  /** Of the client certificate's private key. */
  readonly keyPassphrase?: string | undefined;
}

/** Which of them a Redis could ask for at all, by what its URL says. */
export interface SecretNeeds {
  readonly password: boolean;
  readonly sentinelLogin: boolean;
  readonly keyPassphrase: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Those that the environment holds. */
export function environmentConnectionSecrets(environment: Environment): ConnectionSecrets {
  return {
    password: environment.FLEET_CACHE_REDIS_PASSWORD,
    sentinelUsername: environment.FLEET_CACHE_SENTINEL_USERNAME,
    sentinelPassword: environment.FLEET_CACHE_SENTINEL_PASSWORD,
    keyPassphrase: environment.FLEET_CACHE_REDIS_KEY_PASSPHRASE,
  };
}

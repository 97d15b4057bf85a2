/** A PEM file, and how a person named it. */
export interface PemFile {
  readonly path: string;
  /** Such as `FLEET_CACHE_MINER_CA`, for messages. */
  readonly name: string;
}

/** What miners with TLS are checked against, and what they are shown. */
export interface MinerTlsFiles {
  /** Authorities that miners are checked against; those of the runtime and the system when absent. */
  readonly ca?: PemFile;
  /** Certificate for miners that want one, with its chain. */
  readonly cert?: PemFile;
  /** The certificate's private key. */
  readonly key?: PemFile;
}

/** The files that `FLEET_CACHE_MINER_CA`, `FLEET_CACHE_MINER_CERT` and `FLEET_CACHE_MINER_KEY` name. */
export function environmentMinerTls(env: Readonly<Record<string, string | undefined>>): MinerTlsFiles {
  const files = (['ca', 'cert', 'key'] as const).flatMap((part) => {
    const name = `FLEET_CACHE_MINER_${part.toUpperCase()}`;
    const path = env[name];
    return path === undefined || path === '' ? [] : [[part, { path, name }] as const];
  });
  return Object.fromEntries(files);
}

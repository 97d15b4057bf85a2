/** The tenant of machines whose inventory entry names none, and of figures over the whole fleet. */
export const GLOBAL_TENANT = 'global';

/** One machine of the inventory: how to reach it and whose it is. */
export interface Miner {
  /** Unique in the inventory; any text. */
  readonly id: string;
  /** Host name or IP address. */
  readonly host: string;
  /** TCP port of the miner's gRPC API. */
  readonly port: number;
  readonly tenant: string;
  readonly tags: readonly string[];
  readonly tls: boolean;
  /** Name of the login to use; the login itself is never in the inventory. */
  readonly credentials: string;
}

/** `host:port` for messages, with brackets around an IPv6 address. */
export function minerAddress(miner: Pick<Miner, 'host' | 'port'>): string {
  return miner.host.includes(':') ? `[${miner.host}]:${miner.port}` : `${miner.host}:${miner.port}`;
}

import { randomBytes } from 'node:crypto';

/** The login of the simulated miners; made anew for each run, and handed on by environment only. */
export interface MinerLogin {
  readonly username: string;
  readonly password: string;
}

/** A login that nobody else knows. */
export function newMinerLogin(): MinerLogin {
  return { username: 'fleet-cache', password: randomBytes(18).toString('base64url') };
}

/** The environment in which the simulator, the extension and the standalone server look for the login. */
export function loginEnvironment({ username, password }: MinerLogin): Record<string, string> {
  return { FLEET_CACHE_MINER_USERNAME: username, FLEET_CACHE_MINER_PASSWORD: password };
}

import { onTestFinished } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { BraiinsSource, type BraiinsSourceOptions } from '../../../src/braiins/braiinsSource';
import type { CredentialStore, Credentials } from '../../../src/fleet/credentials';
import type { Miner } from '../../../src/fleet/miner';
import { SourceError } from '../../../src/fleet/minerSource';
import { type FleetOptions, SimulatedFleet } from '../../../src/simulator/simulatedFleet';

export const LOGIN: Credentials = { username: 'root', password: 'correct horse' };

export function knownLogin(credentials: Credentials = LOGIN): CredentialStore {
  return { find: async () => credentials };
}

export const noLogin: CredentialStore = { find: async () => undefined };

/** A source that is disposed when the test ends. */
export function newSource(options: Partial<BraiinsSourceOptions> = {}): BraiinsSource {
  const source = new BraiinsSource({ credentials: knownLogin(), logger: silentLogger, ...options });
  onTestFinished(() => source.dispose());
  return source;
}

/** A fleet that wants {@link LOGIN} and is stopped when the test ends. */
export async function newFleet(options: Partial<FleetOptions> = {}): Promise<SimulatedFleet> {
  const fleet = await SimulatedFleet.start({ miners: 1, login: LOGIN, ...options });
  onTestFinished(() => fleet.stop());
  return fleet;
}

export function minerAt(port: number, changes: Partial<Miner> = {}): Miner {
  const base = { id: 'north-0007', host: '127.0.0.1', tenant: 'global', tags: [], tls: false, credentials: 'default' };
  return { ...base, port, ...changes };
}

/** The error of a read that has to fail. */
export async function failure(read: Promise<unknown>): Promise<SourceError> {
  const error = await read.then(
    (value) => new Error(`It gave ${JSON.stringify(value)}.`),
    (reason: unknown) => reason,
  );
  if (error instanceof SourceError) {
    return error;
  }
  throw error;
}

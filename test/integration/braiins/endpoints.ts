import type { CredentialStore, Credentials } from '../../../src/fleet/credentials';
import type { Miner } from '../../../src/fleet/miner';

export const LOGIN: Credentials = { username: 'root', password: 'correct horse' };

export function knownLogin(credentials: Credentials = LOGIN): CredentialStore {
  return { find: async () => credentials };
}

export const noLogin: CredentialStore = { find: async () => undefined };

export function minerAt(port: number, changes: Partial<Miner> = {}): Miner {
  const base = { id: 'north-0007', host: '127.0.0.1', tenant: 'global', tags: [], tls: false, credentials: 'default' };
  return { ...base, port, ...changes };
}

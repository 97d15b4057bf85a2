import type { SecretStorage } from 'vscode';
import { FleetCacheError } from '../base/errors';

const STORAGE_TIMEOUT_MS = 10_000;

/** @throws {FleetCacheError} when the storage does not answer, as that of a locked key ring. */
export function readSecret(storage: SecretStorage, key: string): Promise<string | undefined> {
  return answered(storage.get(key));
}

/** @throws {FleetCacheError} when the storage does not answer, as that of a locked key ring. */
export function storeSecret(storage: SecretStorage, key: string, secret: string): Promise<void> {
  return answered(storage.store(key, secret));
}

async function answered<T>(answer: Thenable<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const advice = 'Unlock your key ring, and reload the window.';
    const fail = () => reject(new FleetCacheError(`VS Code's secret storage does not answer. ${advice}`));
    timer = setTimeout(fail, STORAGE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

import type { SecretStorage } from 'vscode';
import { FleetCacheError } from '../base/errors';

const STORAGE_TIMEOUT_MS = 10_000;

/** @throws {FleetCacheError} when the storage does not answer, as that of a locked key ring. */
export async function readSecret(storage: SecretStorage, key: string): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const advice = 'Unlock your key ring, and reload the window.';
    const fail = () => reject(new FleetCacheError(`VS Code's secret storage does not answer. ${advice}`));
    timer = setTimeout(fail, STORAGE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([storage.get(key), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

import { type StatsListener, unwatchFile, watchFile } from 'node:fs';
import { type Disposable, toDisposable } from '../base/lifecycle';
import type { Inventory } from '../fleet/inventory';

const INTERVAL_MS = 2_000;

/**
 * Reads the inventory again when its file changes, until disposed. By the file's time and size, which works on every file system,
 * for files that are replaced, and for one that is away for a while.
 */
export function followInventoryFile(inventory: Inventory): Disposable {
  const listener: StatsListener = () => void inventory.reload();
  watchFile(inventory.path, { interval: INTERVAL_MS, persistent: false }, listener);
  return toDisposable(() => unwatchFile(inventory.path, listener));
}

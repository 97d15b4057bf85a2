import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Emitter } from '../base/emitter';
import { describeError, errorCode } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import type { Inventory, InventoryProblem, InventorySnapshot } from '../fleet/inventory';
import { parseInventory } from '../fleet/inventoryParser';
import type { Miner } from '../fleet/miner';

const NOWHERE = { line: 0, column: 0 };

/** The inventory in a file. It is read when {@link reload} is called, and not before. */
export class FileInventory implements Inventory, Disposable {
  private readonly changes = new Emitter<InventorySnapshot>();
  private snapshot: InventorySnapshot = { miners: [], problems: [] };
  private byId = new Map<string, Miner>();
  private latestLoad: Promise<InventorySnapshot> | undefined;

  readonly file: string;
  readonly onDidChange = this.changes.event;

  constructor(readonly path: string) {
    this.file = basename(path);
  }

  get current(): InventorySnapshot {
    return this.snapshot;
  }

  find(minerId: string): Miner | undefined {
    return this.byId.get(minerId);
  }

  async reload(): Promise<void> {
    const load = readInventory(this.path, this.file);
    this.latestLoad = load;
    const snapshot = await load;
    // Two reloads may end in the other order; the later one has read the newer text, and is what this one waits for.
    if (load !== this.latestLoad) {
      await this.latestLoad;
      return;
    }
    if (JSON.stringify(snapshot) === JSON.stringify(this.snapshot)) {
      return;
    }
    this.snapshot = snapshot;
    this.byId = new Map(snapshot.miners.map((miner) => [miner.id, miner]));
    this.changes.fire(snapshot);
  }

  dispose(): void {
    this.changes.dispose();
  }
}

async function readInventory(path: string, file: string): Promise<InventorySnapshot> {
  try {
    return parseInventory(await readFile(path, 'utf8'));
  } catch (error) {
    const message =
      errorCode(error) === 'ENOENT'
        ? `There is no ${file} at ${path}. Create it with {"miners": [{"id": "m1", "host": "192.168.1.10"}]}.`
        : `${file} cannot be read: ${describeError(error)}`;
    const problem: InventoryProblem = { severity: 'error', message, start: NOWHERE, end: NOWHERE };
    return { miners: [], problems: [problem] };
  }
}

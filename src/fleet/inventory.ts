import type { Event } from '../base/emitter';
import type { Miner } from './miner';

/** Something in the inventory that cannot be used, or is not understood. Positions are zero-based, as editors count. */
export interface InventoryProblem {
  /** `error`: what it stands on is left out. `warning`: it is ignored, the rest of the entry is used. */
  readonly severity: 'error' | 'warning';
  /** What is wrong and what to write instead, without the position. */
  readonly message: string;
  readonly start: TextPosition;
  readonly end: TextPosition;
}

export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** The machines as they are listed now. What is wrong in one entry leaves the others usable. */
export interface InventorySnapshot {
  readonly miners: readonly Miner[];
  readonly problems: readonly InventoryProblem[];
}

/** Where the list of machines comes from. */
export interface Inventory {
  /** Name of the file, for messages. */
  readonly file: string;
  readonly path: string;
  readonly current: InventorySnapshot;
  readonly onDidChange: Event<InventorySnapshot>;
  find(minerId: string): Miner | undefined;
  /** Reads the list again. Resolves when {@link Inventory.current} is up to date; what is wrong becomes a problem. */
  reload(): Promise<void>;
}

/** One line for people: file, line and what is wrong. */
export function describeProblem(file: string, problem: InventoryProblem): string {
  return `${file}, line ${problem.start.line + 1}: ${problem.message}`;
}

/** Tables that the nodes are spread over, so that none is so large that making it larger takes long. */
const TABLES = 256;
const FIRST_SLOTS = 16;

/** Stands for no node. */
export const NONE = -1;

/** Nodes by hashes of 32 bits. Each slot has the node and its hash beside each other, so that a wrong one is known at once. */
export class NodeTable {
  /** By the upper bits of the hash, each with a power of two of slots. */
  private readonly tables = Array.from({ length: TABLES }, () => emptyTable(FIRST_SLOTS));
  private readonly counts = new Int32Array(TABLES);

  /** The slots in which nodes of this hash are: those from {@link slotOf} on, up to the first that is empty. */
  tableOf(hash: number): Int32Array {
    return this.tables[hash >>> 24] as Int32Array;
  }

  add(node: number, hash: number): void {
    const index = hash >>> 24;
    const count = (this.counts[index] as number) + 1;
    this.counts[index] = count;
    let table = this.tables[index] as Int32Array;
    // Three quarters full.
    if (count * 8 > table.length * 3) {
      table = enlarged(table);
      this.tables[index] = table;
    }
    place(table, node, hash);
  }
}

/** Where in a table a hash is looked for first: the node is there, and its hash in the next place. */
export function slotOf(table: Int32Array, hash: number): number {
  return (hash << 1) & (table.length - 1);
}

/** The slot that is looked at next. */
export function slotAfter(table: Int32Array, slot: number): number {
  return (slot + 2) & (table.length - 1);
}

function emptyTable(slots: number): Int32Array {
  return new Int32Array(2 * slots).fill(NONE);
}

function enlarged(table: Int32Array): Int32Array {
  const larger = emptyTable(table.length);
  for (let slot = 0; slot < table.length; slot += 2) {
    const node = table[slot] as number;
    if (node !== NONE) {
      place(larger, node, table[slot + 1] as number);
    }
  }
  return larger;
}

function place(table: Int32Array, node: number, hash: number): void {
  let slot = slotOf(table, hash);
  while (table[slot] !== NONE) {
    slot = slotAfter(table, slot);
  }
  table[slot] = node;
  table[slot + 1] = hash;
}

import type { KeyTree } from './keyTree';

/** A child of a level. */
export interface WindowEntry {
  readonly node: number;
  /** Its last part; a namespace's ends with `:`. */
  readonly name: string;
  /** What it is sorted by: without the `:`, so that 1 comes before 10. */
  readonly label: string;
  readonly isNamespace: boolean;
}

/** Tells where a key stands in its level: the lower, the earlier. Keys of the same rank are in the order of their names. */
export type Rank = (node: number) => number;

/** Entries beyond the limit, so that not each one that goes needs a look at all of them. */
const SPARE = 200;

/**
 * The first children of one level, in order: namespaces before keys. Kept up to date with what comes and goes, at the cost of one
 * comparison for each child that comes.
 */
export class LevelWindow {
  private sorted: readonly WindowEntry[] = [];
  private coming: WindowEntry[] = [];
  private built = false;
  /** The first of those that were left out: what comes behind it is left out as well. */
  private leftOut: WindowEntry | undefined;

  /** @param limit children that are wanted. @param spare entries that are kept beyond it. */
  constructor(
    private readonly tree: KeyTree,
    readonly namespace: number,
    readonly limit: number,
    private readonly rank: Rank,
    private readonly spare = SPARE,
  ) {}

  /** Whether all children were looked at, and none of the first ones is missing. */
  get isComplete(): boolean {
    this.settle();
    return this.built && this.sorted.length >= Math.min(this.limit, this.tree.childCount(this.namespace));
  }

  /** The first children, at most {@link limit}. */
  get entries(): readonly WindowEntry[] {
    this.settle();
    return this.sorted.slice(0, this.limit);
  }

  /** Looks at all children anew, one with each step. Those that come meanwhile have to be offered. What is known stays until then. */
  *build(): Generator<void, void> {
    this.built = false;
    // By ranks that may have changed.
    this.coming = [...this.sorted, ...this.coming];
    this.sorted = [];
    this.leftOut = undefined;
    this.settle();
    for (let node = this.tree.first(this.namespace); node !== -1; node = this.tree.next(node)) {
      if (this.tree.isThere(node)) {
        this.offer(node);
      }
      yield;
    }
    this.built = true;
  }

  /** A child came, or stands elsewhere now. */
  offer(node: number): void {
    const name = this.tree.name(node);
    const isNamespace = this.tree.isNamespace(node);
    const entry = { node, name, label: isNamespace ? name.slice(0, -1) : name, isNamespace };
    if (this.leftOut === undefined || this.compare(entry, this.leftOut) < 0) {
      this.coming.push(entry);
    }
    if (this.coming.length > this.limit + this.spare) {
      this.settle();
    }
  }

  private settle(): void {
    const isThere = ({ node }: WindowEntry) => this.tree.isThere(node);
    if (this.coming.length === 0) {
      this.sorted = this.sorted.every(isThere) ? this.sorted : this.sorted.filter(isThere);
      return;
    }
    const all = [...this.sorted, ...this.coming].filter(isThere).sort((a, b) => this.compare(a, b));
    this.coming = [];
    const once = all.filter(({ node }, index) => node !== all[index - 1]?.node);
    const kept = this.limit + this.spare;
    this.sorted = once.slice(0, kept);
    this.leftOut = once[kept] ?? this.leftOut;
  }

  private compare(a: WindowEntry, b: WindowEntry): number {
    if (a.isNamespace !== b.isNamespace) {
      return a.isNamespace ? -1 : 1;
    }
    const byRank = a.isNamespace ? 0 : this.rank(a.node) - this.rank(b.node);
    return byRank !== 0 ? byRank : a.label < b.label ? -1 : a.label > b.label ? 1 : 0;
  }
}

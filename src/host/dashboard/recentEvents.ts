/** The latest events, each of them once, in the order of their ids. */
export class RecentEvents<T extends { readonly id: string }> {
  private rows: T[] = [];
  private readonly ids = new Set<string>();

  constructor(private readonly limit: number) {}

  /** The oldest first. */
  get all(): readonly T[] {
    return this.rows;
  }

  /** Takes events in any order. @returns those that are new. */
  add(rows: readonly T[]): readonly T[] {
    const oldest = this.rows.length < this.limit ? undefined : this.rows[0];
    let last = this.rows.at(-1)?.id;
    let isInOrder = true;
    const added: T[] = [];
    for (const row of rows) {
      const { id } = row;
      // What came in order is neither known nor too old.
      const isNext = last === undefined || compareIds(last, id) < 0;
      // What went for want of room was known, too.
      if (isNext || !(this.ids.has(id) || (oldest !== undefined && compareIds(id, oldest.id) <= 0))) {
        this.ids.add(id);
        added.push(row);
        last = isNext ? id : last;
        isInOrder &&= isNext;
      }
    }
    const merged = [...this.rows, ...added];
    if (!isInOrder) {
      merged.sort((a, b) => compareIds(a.id, b.id));
    }
    for (const { id } of merged.splice(0, Math.max(0, merged.length - this.limit))) {
      this.ids.delete(id);
    }
    this.rows = merged;
    return added;
  }

  clear(): void {
    this.rows = [];
    this.ids.clear();
  }
}

/** Orders ids as Redis streams do, number by number: `5-9` comes before `5-10`, and `5-9-1` between them. */
export function compareIds(a: string, b: string): number {
  if (a.length === b.length && a.indexOf('-') === b.indexOf('-') && a.lastIndexOf('-') === b.lastIndexOf('-')) {
    // Two or three numbers, each as long as its counterpart, as nearly always.
    return a < b ? -1 : a > b ? 1 : 0;
  }
  const [as, bs] = [a.split('-'), b.split('-')];
  for (let at = 0; at < Math.min(as.length, bs.length); at++) {
    const [first, second] = [as[at] as string, bs[at] as string];
    if (first !== second) {
      // Numbers without leading zeros, of any length: the longer one is the greater.
      return first.length - second.length || (first < second ? -1 : 1);
    }
  }
  return as.length - bs.length;
}

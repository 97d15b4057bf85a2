import type { EventRow } from '../../protocol/dashboard';

/** The latest events, each of them once, in the order of their ids. */
export class RecentEvents {
  private rows: EventRow[] = [];
  private readonly ids = new Set<string>();

  constructor(private readonly limit: number) {}

  /** The oldest first. */
  get all(): readonly EventRow[] {
    return this.rows;
  }

  /** Takes events in any order. @returns those that are new. */
  add(rows: readonly EventRow[]): readonly EventRow[] {
    const oldest = this.rows.length < this.limit ? undefined : this.rows[0];
    const added = rows.filter((row) => {
      // What went for want of room was known, too.
      const isNew = !this.ids.has(row.id) && (oldest === undefined || compareIds(row.id, oldest.id) > 0);
      this.ids.add(row.id);
      return isNew;
    });
    const merged = [...this.rows, ...added];
    if (merged.some((row, index) => index > 0 && compareIds((merged[index - 1] as EventRow).id, row.id) > 0)) {
      merged.sort((a, b) => compareIds(a.id, b.id));
    }
    this.rows = merged.slice(-this.limit);
    this.ids.clear();
    for (const { id } of this.rows) {
      this.ids.add(id);
    }
    return added;
  }

  clear(): void {
    this.rows = [];
    this.ids.clear();
  }
}

const STREAM_ID = /^(\d{1,20})-(\d{1,20})$/;

/** Orders ids as Redis streams do: number by number. */
export function compareIds(a: string, b: string): number {
  const [first, second] = [STREAM_ID.exec(a), STREAM_ID.exec(b)];
  if (first === null || second === null) {
    return a < b ? -1 : a > b ? 1 : 0;
  }
  const byTime = BigInt(first[1] as string) - BigInt(second[1] as string);
  const difference = byTime === 0n ? BigInt(first[2] as string) - BigInt(second[2] as string) : byTime;
  return Number(difference);
}

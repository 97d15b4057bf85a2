import type { EventKind, EventRow, EventCounts as NewCounts } from '../protocol/dashboard';
import { RateMeter } from './rate';
import { Ring } from './ring';

const MAX_EVENTS = 2_000;
const MAX_TEXT = 2_000;
const MAX_ID = 1_000;
const MAX_CASCADE = 100;

export const EVENT_KINDS: readonly EventKind[] = ['status', 'config', 'invalidated', 'fill', 'warm', 'gap'];

export type EventCounts = Readonly<Record<EventKind, number>>;

/** The last events, none twice, and how many there were of each kind since the page was opened. */
export class EventHistory {
  private readonly ring = new Ring<EventRow>(MAX_EVENTS);
  private readonly rates = new RateMeter();
  private counted = noCounts();

  /** The oldest first. */
  get rows(): readonly EventRow[] {
    return this.ring.toArray();
  }

  get counts(): EventCounts {
    return this.counted;
  }

  perSecond(now: number): number {
    return this.rates.perSecond(now);
  }

  /** Takes over the history as the host has it. `counts` are those that came since the last message; others were counted then. */
  reset(rows: readonly EventRow[], counts: NewCounts, now: number): void {
    this.ring.clear();
    this.append(rows);
    this.count(counts, now);
  }

  /** `counts` tells of a burst how many there were; without it, each new row is one. */
  add(rows: readonly EventRow[], counts: NewCounts | undefined, now: number): void {
    const added = this.append(rows);
    this.count(counts ?? countsOf(added), now);
  }

  private count(counts: NewCounts, now: number): void {
    const sums = { ...this.counted };
    let sum = 0;
    for (const kind of EVENT_KINDS) {
      sums[kind] += counts[kind] ?? 0;
      sum += counts[kind] ?? 0;
    }
    this.counted = sums;
    this.rates.add(sum, now);
  }

  private append(rows: readonly EventRow[]): EventRow[] {
    const added: EventRow[] = [];
    for (const row of rows) {
      const last = this.ring.last;
      if (last === undefined || compareEventIds(last.id, row.id) < 0) {
        const kept = bounded(row);
        this.ring.push(kept);
        added.push(kept);
      }
    }
    return added;
  }
}

function countsOf(rows: readonly EventRow[]): NewCounts {
  const counts = noCounts();
  for (const { kind } of rows) {
    counts[kind]++;
  }
  return counts;
}

function noCounts(): Record<EventKind, number> {
  return { status: 0, config: 0, invalidated: 0, fill: 0, warm: 0, gap: 0 };
}

/** The order of places in the history, number by number: `5-10` comes after `5-9`, and `5-9-1` between the two. */
export function compareEventIds(a: string, b: string): number {
  const [first, second] = [a.split('-').map(Number), b.split('-').map(Number)];
  const differing = first.findIndex((part, at) => part !== second[at]);
  if (differing === -1) {
    return first.length - second.length;
  }
  const difference = (first[differing] ?? -1) - (second[differing] ?? -1);
  return Number.isNaN(difference) ? (a < b ? -1 : 1) : difference;
}

/** What one message may take of the page's memory has a bound too. */
function bounded(row: EventRow): EventRow {
  return {
    id: row.id,
    at: row.at,
    kind: row.kind,
    text: row.text.slice(0, MAX_TEXT),
    ...(row.minerId === undefined ? {} : { minerId: row.minerId.slice(0, MAX_ID) }),
    ...(row.tenant === undefined ? {} : { tenant: row.tenant.slice(0, MAX_ID) }),
    ...(row.by === undefined ? {} : { by: row.by.slice(0, MAX_ID) }),
    ...(row.cascade === undefined
      ? {}
      : { cascade: row.cascade.slice(0, MAX_CASCADE).map((name) => name.slice(0, MAX_ID)) }),
  };
}

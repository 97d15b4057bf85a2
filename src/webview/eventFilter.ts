import type { EventKind, EventRow } from '../protocol/dashboard';

/** Which events are listed. An empty text lets everything through. */
export interface EventFilter {
  readonly miner: string;
  readonly tenant: string;
  readonly text: string;
  /** Kinds that are not listed. */
  readonly hiddenKinds: readonly EventKind[];
}

export const NO_FILTER: EventFilter = { miner: '', tenant: '', text: '', hiddenKinds: [] };

/** Whether capitals are used does not matter. A gap is listed whatever is asked for: what it hides might have matched. */
export function filterEvents(rows: readonly EventRow[], filter: EventFilter): readonly EventRow[] {
  const miner = filter.miner.trim().toLowerCase();
  const tenant = filter.tenant.trim().toLowerCase();
  const text = filter.text.trim().toLowerCase();
  if (miner === '' && tenant === '' && text === '' && filter.hiddenKinds.length === 0) {
    return rows;
  }
  return rows.filter(
    (row) =>
      !filter.hiddenKinds.includes(row.kind) &&
      (row.kind === 'gap' ||
        (contains(row.minerId, miner) && contains(row.tenant, tenant) && contains(eventText(row), text))),
  );
}

/** All that an event says, in one line. */
export function eventText({ text, cascade = [] }: EventRow): string {
  return cascade.length === 0 ? text : `${text} → ${cascade.join(', ')}`;
}

function contains(whole: string | undefined, part: string): boolean {
  return part === '' || (whole?.toLowerCase().includes(part) ?? false);
}

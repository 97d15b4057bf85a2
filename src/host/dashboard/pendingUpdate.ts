import type { MinerState } from '../../fleet/minerData';
import type { EventKind, Head, MinerCell, PolicyRow, Rest, Sample, Update } from '../../protocol/dashboard';
import type { LoggedEvent } from '../../service/loggedEvents';
import type { DashboardChange } from './dashboardSource';
import { eventRowOf } from './rows';

/** Where the present state of what changed is taken from. */
export interface PresentState {
  currentHead(): Head;
  policies(): readonly PolicyRow[];
  cell(minerId: string): MinerCell | undefined;
  onlineState(minerId: string): MinerState | undefined;
}

/** Of the events of one message, these many are sent; the counts are of all. */
export const MOST_EVENTS = 500;
/** More than these have changed, or come, only where a page has not taken anything for long: then it is sent all there is. */
const MOST_MINERS = 50_000;
const MOST_SAMPLES = 120;
/** What is told of them with the rest of a snapshot is all there is of them; but for events, which are counted. */
const IN_REST: ReadonlySet<DashboardChange['type']> = new Set(['miners', 'events', 'past', 'policies'] as const);

/** What one page has not been told yet: of each miner only that it changed, of events the last ones and how many there were. */
export class PendingUpdate {
  private missing: 'everything' | 'rest' | 'nothing' = 'everything';
  private isHead = false;
  private isPolicies = false;
  private readonly minerIds = new Set<string>();
  /** Of these an event told the state. */
  private readonly heardOf = new Set<string>();
  private samples: Sample[] = [];
  private events: readonly LoggedEvent[] = [];
  private readonly counts = new Map<EventKind, number>();

  /** Whether only a snapshot can say what changed. */
  get needsSnapshot(): boolean {
    return this.missing === 'everything';
  }

  /** Whether there is a snapshot whose rest was not told. */
  get needsRest(): boolean {
    return this.missing === 'rest';
  }

  get isEmpty(): boolean {
    const hasLists = this.minerIds.size > 0 || this.heardOf.size > 0 || this.samples.length > 0 || this.counts.size > 0;
    return this.missing === 'nothing' && !this.isHead && !this.isPolicies && !hasLists;
  }

  note(change: DashboardChange): void {
    if (change.type === 'events') {
      this.count(change.events);
    }
    if (this.missing === 'everything' || (this.missing === 'rest' && IN_REST.has(change.type))) {
      return;
    }
    switch (change.type) {
      case 'everything':
      case 'past':
        this.noteEverything();
        return;
      case 'head':
        this.isHead = true;
        return;
      case 'policies':
        this.isPolicies = true;
        return;
      case 'sample':
        this.samples.push(change.sample);
        break;
      case 'miners':
        addAll(this.minerIds, change.ids);
        break;
      case 'events':
        addAll(this.minerIds, change.ids);
        addAll(this.heardOf, change.heardOf);
        this.keepLast(change.events);
    }
    if (this.minerIds.size > MOST_MINERS || this.samples.length > MOST_SAMPLES) {
      this.noteEverything();
    }
  }

  /** From now on only a snapshot will do, whatever else there was. What was counted is told with it. */
  noteEverything(): void {
    this.clear();
    this.missing = 'everything';
  }

  /** For a page that knows nothing, and has counted nothing. */
  reset(): void {
    this.noteEverything();
    this.counts.clear();
  }

  /** A snapshot is taken without its rest: from now on, what it has changes. What is of the rest is told with that, as it is then. */
  noteSnapshot(): void {
    this.clear();
    this.missing = 'rest';
  }

  /** What goes with the rest, which is taken. */
  takeCounts(): Pick<Rest, 'eventCounts'> {
    const taken = this.counts.size > 0 ? { eventCounts: Object.fromEntries(this.counts) } : {};
    this.missing = 'nothing';
    this.counts.clear();
    return taken;
  }

  /** What changed, as it is now; begins anew. */
  take(state: PresentState): Update {
    const minerStates = this.takeStates(state);
    const cells = [...this.minerIds].map((id) => [id, state.cell(id)] as const);
    const miners = cells.flatMap(([, cell]) => cell ?? []);
    const removedMiners = cells.filter(([, cell]) => cell === undefined).map(([id]) => id);
    const update: Update = {
      ...(this.isHead ? { head: state.currentHead() } : {}),
      ...(this.isPolicies ? { policies: state.policies() } : {}),
      ...(this.samples.length > 0 ? { samples: this.samples } : {}),
      ...(miners.length > 0 ? { miners } : {}),
      ...(minerStates === undefined ? {} : { minerStates }),
      ...(removedMiners.length > 0 ? { removedMiners } : {}),
      ...(this.counts.size > 0
        ? { events: this.events.map(eventRowOf), eventCounts: Object.fromEntries(this.counts) }
        : {}),
    };
    this.clear();
    this.counts.clear();
    return update;
  }

  /** The states of the miners that are not told of in all. Of one that is not online what was heard is not shown. */
  private takeStates(state: PresentState): Update['minerStates'] {
    const byState: Partial<Record<MinerState, string[]>> = {};
    for (const id of this.heardOf) {
      const online = this.minerIds.has(id) ? undefined : state.onlineState(id);
      if (online !== undefined) {
        byState[online] ??= [];
        byState[online].push(id);
      }
    }
    return Object.keys(byState).length > 0 ? byState : undefined;
  }

  private count(events: readonly LoggedEvent[]): void {
    for (const { kind } of events) {
      this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    }
  }

  private keepLast(events: readonly LoggedEvent[]): void {
    this.events = [...this.events, ...events].slice(-MOST_EVENTS);
  }

  private clear(): void {
    this.missing = 'nothing';
    this.isHead = false;
    this.isPolicies = false;
    this.minerIds.clear();
    this.heardOf.clear();
    this.samples = [];
    this.events = [];
  }
}

function addAll(set: Set<string>, ids: Iterable<string>): void {
  for (const id of ids) {
    set.add(id);
  }
}

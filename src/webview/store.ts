import type { Availability, Head, MinerCell, PolicyRow, Rest, Sample, Snapshot, Update } from '../protocol/dashboard';
import { EventHistory } from './eventHistory';
import { Ring } from './ring';
import { samplesOf } from './sampleColumns';

/** Six hours at the finest resolution, 5 s, and some room. */
const MAX_SAMPLES = 4_500;
const MAX_MINERS = 50_000;

export type Part = 'availability' | 'head' | 'samples' | 'miners' | 'events' | 'policies';

export const PARTS: readonly Part[] = ['availability', 'head', 'samples', 'miners', 'events', 'policies'];

/** What the host has told, and what of it was not drawn yet. */
export class DashboardStore {
  availability: Availability | undefined;
  head: Head | undefined;
  policies: readonly PolicyRow[] = [];
  /** Whether it was ever told of miners, events and policies, which may come after all else. */
  isWhole = false;
  readonly events = new EventHistory();
  private readonly sampleRing = new Ring<Sample>(MAX_SAMPLES);
  private readonly minersById = new Map<string, MinerCell>();
  private readonly changed = new Set<Part>();
  /** Ids of miners; `undefined` where that may be all of them. */
  private changedIds: Set<string> | undefined;

  /** The oldest first. */
  get samples(): readonly Sample[] {
    return this.sampleRing.toArray();
  }

  get miners(): ReadonlyMap<string, MinerCell> {
    return this.minersById;
  }

  /** What changed since the last call. */
  takeChanges(): ReadonlySet<Part> {
    const changes = new Set(this.changed);
    this.changed.clear();
    return changes;
  }

  /** Ids of the miners that are new, gone or otherwise than at the last call; `undefined` where that may be all of them. */
  takeChangedMiners(): ReadonlySet<string> | undefined {
    const changed = this.changedIds;
    this.changedIds = new Set();
    return changed;
  }

  /** `now` is when it came, in ms. */
  replace(snapshot: Snapshot, now: number): void {
    this.availability = snapshot.availability;
    this.head = snapshot.head;
    this.sampleRing.clear();
    this.addSamples(samplesOf(snapshot.samples));
    this.note('availability', 'head', 'samples');
    const { miners, events, policies, eventCounts = {} } = snapshot;
    if (miners !== undefined && events !== undefined && policies !== undefined) {
      this.complete({ miners, events, policies, eventCounts }, now);
    }
  }

  /** What a snapshot went without; `now` as in {@link replace}. */
  complete({ miners, events, policies, eventCounts = {} }: Rest, now: number): void {
    this.policies = policies;
    this.minersById.clear();
    this.addMiners(miners);
    this.changedIds = undefined;
    this.events.reset(events, eventCounts, now);
    this.isWhole = true;
    this.note('miners', 'events', 'policies');
  }

  /** `now` as in {@link replace}. */
  apply(update: Update, now: number): void {
    if (update.availability !== undefined) {
      this.availability = update.availability;
      this.changed.add('availability');
    }
    if (update.head !== undefined) {
      this.head = update.head;
      this.changed.add('head');
    }
    if (update.policies !== undefined) {
      this.policies = update.policies;
      this.changed.add('policies');
    }
    if (update.samples !== undefined) {
      this.addSamples(update.samples);
      this.changed.add('samples');
    }
    if (update.miners !== undefined || update.minerStates !== undefined || update.removedMiners !== undefined) {
      for (const id of update.removedMiners ?? []) {
        this.minersById.delete(id);
        this.changedIds?.add(id);
      }
      this.addMiners(update.miners ?? []);
      this.changeStates(update.minerStates ?? {});
      this.changed.add('miners');
    }
    if (update.events !== undefined || update.eventCounts !== undefined) {
      this.events.add(update.events ?? [], update.eventCounts, now);
      this.changed.add('events');
    }
  }

  private note(...parts: readonly Part[]): void {
    for (const part of parts) {
      this.changed.add(part);
    }
  }

  private addSamples(samples: readonly Sample[]): void {
    for (const sample of samples) {
      const last = this.sampleRing.last;
      if (last === undefined || sample.at > last.at) {
        this.sampleRing.push(sample);
      }
    }
  }

  private addMiners(miners: readonly MinerCell[]): void {
    for (const miner of miners) {
      if (this.minersById.size < MAX_MINERS || this.minersById.has(miner.id)) {
        this.minersById.set(miner.id, miner);
        this.changedIds?.add(miner.id);
      }
    }
  }

  private changeStates(states: Exclude<Update['minerStates'], undefined>): void {
    // JSON has no other keys than those of the type, but for a later host's, which the views take for unknown states.
    for (const [state, ids] of Object.entries(states) as [MinerCell['state'], readonly string[]][]) {
      for (const id of ids) {
        const miner = this.minersById.get(id);
        if (miner !== undefined) {
          this.minersById.set(id, { ...miner, state });
          this.changedIds?.add(id);
        }
      }
    }
  }
}

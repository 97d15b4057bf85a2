import type { InstanceFigures } from './instanceFigures';

/** One running Fleet Cache, as it tells the others of itself. */
export interface InstanceRecord {
  readonly id: string;
  /** A VS Code window, or a standalone server. */
  readonly kind: 'window' | 'server';
  /** Name of its machine. */
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** In ms since the epoch, by the clock of its machine. */
  readonly startedAt: number;
  /** Miners that it watches now. */
  readonly watched: number;
  /** Of its lookups, some seconds old; absent in a heartbeat that leaves them as they were. */
  readonly figures?: InstanceFigures;
}

/** The miners that an instance is ready to watch, as it tells the others. */
export interface Offer {
  /** Equal offers have equal fingerprints; empty for an instance that watches nothing. */
  readonly fingerprint: string;
  readonly text: string;
}

/** Who is alive, as a heartbeat found it. */
export interface Roll {
  /** Whether the directory knew the caller: if not, it may have lost the others as well. */
  readonly wasKnown: boolean;
  /** Fingerprints of the offers of all that are alive, the caller's too; `undefined` of one that has not told yet. */
  readonly live: ReadonlyMap<string, string | undefined>;
}

/** An instance that gave a heartbeat within the last minute. */
export interface InstanceSighting {
  readonly record: InstanceRecord;
  /** Whether it still counts as alive; one that took leave is not seen any more. */
  readonly isAlive: boolean;
}

/**
 * Where instances find each other. Whoever gave no heartbeat for some seconds, by the directory's own clock, is not alive any
 * more. Every call ends within a few command timeouts, and fails with `StoreError`.
 */
export interface InstanceDirectory {
  /** Says that the instance is alive, and tells who else is. */
  beat(record: InstanceRecord, offer: Offer): Promise<Roll>;

  /** The offer of an instance; `undefined` when it has made none. */
  offerOf(instanceId: string): Promise<Offer | undefined>;

  /** All that are alive, the longest running first. */
  list(): Promise<readonly InstanceRecord[]>;

  /** Those of {@link list}, and those that fell silent a short while ago; the longest running first. */
  sightings(): Promise<readonly InstanceSighting[]>;

  /** Takes leave; what was never there is passed over. */
  remove(instanceId: string): Promise<void>;
}

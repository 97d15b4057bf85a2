import type { MinerState } from '../fleet/minerData';

/**
 * What the dashboard and its host say to each other, over the one channel that a webview has. Everything is plain JSON, and what
 * the host says goes as its text: on the way there are several frames, and each takes ten times longer to copy thousands of objects.
 *
 * 1. The page is ready, and says so; it does so again whenever it was loaded anew.
 * 2. The host sends all that there is (`snapshot`), and from then on what changes (`update`), as long as the page is visible. Of a
 *    large fleet the charts come first, and what takes longer to send and to draw comes right after them (`rest`).
 * 3. The page says when it has drawn what was sent (`drawn`). Before it does, the host sends no more to draw: what changes
 *    meanwhile becomes one update. A page that does not say so for long is sent all that there is.
 * 4. The page asks (`request`), and the host answers each request once, by its id.
 */

/** Which page it is: the one in an editor tab, or the one in the side bar. The host says so as `data-layout` of the page's body. */
export type DashboardLayout = 'panel' | 'compact';

/**
 * Times are in ms since the epoch by the host's clock, spans in ms, unless a name says otherwise. Numbers of messages grow; one
 * without a number is not waited for.
 */
export type HostMessage =
  | { readonly type: 'snapshot'; readonly number?: number; readonly snapshot: Snapshot }
  | { readonly type: 'rest'; readonly number?: number; readonly rest: Rest }
  | { readonly type: 'update'; readonly number?: number; readonly update: Update }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly type: 'refused'; readonly id: number; readonly reason: string };

export type PageMessage =
  | { readonly type: 'ready' }
  /** The message of that number was drawn, and all before it. */
  | { readonly type: 'drawn'; readonly number: number }
  | { readonly type: 'request'; readonly id: number; readonly request: Request };

export type Request =
  /** Selects the miner in the Miners view. */
  | { readonly kind: 'revealMiner'; readonly minerId: string }
  /** Runs one of the product's commands that lead out of a state that is shown. */
  | { readonly kind: 'runCommand'; readonly command: DashboardCommand }
  /** Opens the dashboard as an editor tab; asked for by the compact view. */
  | { readonly kind: 'openPanel' };

export type DashboardCommand = 'startDemo' | 'showLog' | 'warm' | 'invalidate';

export type Answer = { readonly kind: 'done' };

/** Why there is nothing to show, for people; else the fleet is shown. */
export type Availability = { readonly state: 'running' } | { readonly state: 'unavailable'; readonly reason: string };

/** All that there is. What is absent of the rest is as it was until it comes as a message of its own. */
export interface Snapshot extends Partial<Rest> {
  /** What time it was when it was sent: the page may run on another machine, with another clock. */
  readonly sentAt?: number;
  readonly availability: Availability;
  readonly head: Head;
  /** Of the last six hours at most. */
  readonly samples: SampleColumns;
}

/** What of a snapshot the charts and the head do without. */
export interface Rest {
  readonly miners: readonly MinerCell[];
  /** The oldest first. */
  readonly events: readonly EventRow[];
  /** As in an update, of what the page was not told otherwise since it was loaded. */
  readonly eventCounts?: EventCounts;
  readonly policies: readonly PolicyRow[];
}

export type EventCounts = Readonly<Partial<Record<EventKind, number>>>;

/** What changed since the last message. What is absent is as it was. */
export interface Update {
  /** As in a snapshot. */
  readonly sentAt?: number;
  readonly availability?: Availability;
  readonly head?: Head;
  /** New ones, the oldest first. */
  readonly samples?: readonly Sample[];
  /** New and changed ones. */
  readonly miners?: readonly MinerCell[];
  /** By their new state, ids of miners of which nothing else changed: of a burst of events this is nearly all, in a tenth of the room. */
  readonly minerStates?: Readonly<Partial<Record<MinerCell['state'], readonly string[]>>>;
  readonly removedMiners?: readonly string[];
  /** New ones, the oldest first; of a burst only the last, see `eventCounts`. */
  readonly events?: readonly EventRow[];
  /** How many there were since the last message, by kind, those that are not among `events` included. */
  readonly eventCounts?: EventCounts;
  readonly policies?: readonly PolicyRow[];
}

/** Shares are from 0 to 1; `undefined` where there was nothing to take them of. */
export interface Head {
  readonly own: Ratios;
  /** Of all instances that are alive; `undefined` while they cannot be asked. */
  readonly all?: Ratios;
  /** What the hit ratio should be at least. */
  readonly targetRatio: number;
  readonly lookupsPerSecond: number;
  readonly hitLatency: Percentiles;
  readonly missLatency: Percentiles;
  readonly fetchLatency: Percentiles;
  readonly redis: RedisState;
  readonly miners: { readonly total: number; readonly online: number; readonly offline: number };
  /** Instances alive, this one included; `undefined` while it is not known. */
  readonly instances?: number;
}

export interface Ratios {
  readonly hitRatio: Windows;
  readonly sourceOffload: Windows;
}

/** Of the last minute, of the last five, and since the start. */
export interface Windows {
  readonly '1m'?: number;
  readonly '5m'?: number;
  readonly start?: number;
}

/** In ms; `undefined` while nothing was measured. */
export interface Percentiles {
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
}

export interface RedisState {
  readonly state: 'connecting' | 'up' | 'refusing-writes' | 'refusing-reads' | 'down';
  /** For people, where something is wrong. */
  readonly reason?: string;
  /** Of a round trip, in ms. */
  readonly latencyMs?: number;
  readonly memoryBytes?: number;
  /** Absent where there is no limit. */
  readonly memoryLimitBytes?: number;
}

/** Counts of lookups by how they ended; `lookups` is their sum. */
export interface SampleCounts {
  readonly lookups: number;
  readonly l1Hits: number;
  readonly l2Hits: number;
  readonly staleHits: number;
  readonly misses: number;
  readonly bypasses: number;
}

/** What happened in the span that ends at `at`. A span for which nothing is known has no sample: it is a gap. */
export interface Sample {
  readonly at: number;
  readonly spanMs: number;
  readonly total: SampleCounts;
  /** By dataset; those without lookups are absent. */
  readonly datasets: Readonly<Record<string, SampleCounts>>;
  /** Medians, in ms; absent when nothing was measured in the span. */
  readonly hitMs?: number;
  readonly missMs?: number;
  readonly invalidations: number;
  readonly evictions: number;
  readonly redisMemoryBytes?: number;
  /** Redis was not up at the end of the span. */
  readonly redisWasDown: boolean;
}

/** Samples, the oldest first, each figure of all of them in one list: in a tenth of the room, as no name is there twice. */
export interface SampleColumns {
  readonly at: readonly number[];
  readonly spanMs: readonly number[];
  readonly total: CountColumns;
  /** By dataset. One that has no lookups in a sample is absent from that. */
  readonly datasets: Readonly<Record<string, CountColumns>>;
  /** `null` where it is absent. */
  readonly hitMs: readonly (number | null)[];
  readonly missMs: readonly (number | null)[];
  readonly invalidations: readonly number[];
  readonly evictions: readonly number[];
  readonly redisMemoryBytes: readonly (number | null)[];
  /** The indexes of those where Redis was down. */
  readonly redisWasDown: readonly number[];
}

export type CountColumns = { readonly [K in keyof SampleCounts]: readonly number[] };

/** One miner as the grid draws it. */
export interface MinerCell {
  readonly id: string;
  readonly tenant: string;
  readonly state: MinerState | 'offline' | 'unread';
  /** Why it is offline, for people. */
  readonly reason?: string;
  readonly hashrateThs?: number;
  readonly nominalHashrateThs?: number;
  readonly temperatureC?: number;
  readonly powerW?: number;
  /** When its status was read from the miner. */
  readonly fetchedAt?: number;
  /** Seconds for which it counts as fresh from then on. */
  readonly ttlS?: number;
}

export type EventKind = 'status' | 'config' | 'invalidated' | 'fill' | 'warm' | 'gap';

/** One message as it came. Every text may be of anybody's making. */
export interface EventRow {
  /** Of its place in the history; the same event has the same one wherever it is shown, and later ones are greater. */
  readonly id: string;
  readonly at: number;
  readonly kind: EventKind;
  readonly minerId?: string;
  readonly tenant?: string;
  /** One line for people. */
  readonly text: string;
  /** What else it voided, for an invalidation. */
  readonly cascade?: readonly string[];
  /** The instance that it comes from. */
  readonly by?: string;
}

/** One dataset's policy and what came of it. */
export interface PolicyRow {
  readonly dataset: string;
  readonly strategy: string;
  readonly ttlS: number;
  /** In this instance's first tier. */
  readonly entries: number;
  readonly bytes: number;
  readonly lookups: number;
  readonly hitRatio?: number;
  readonly sourceOffload?: number;
  /** Mean age of what was served from the cache, in seconds. */
  readonly meanAgeS?: number;
  /** Mean cost of a fetch, in ms. */
  readonly meanFetchMs?: number;
  readonly isUnderTarget: boolean;
}

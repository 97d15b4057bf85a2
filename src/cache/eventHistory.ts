/** What an event in the history is of. `warm`: the cache was filled ahead of reads. `gap`: events before it may be missing. */
export type RecordedKind = 'status' | 'config' | 'invalidated' | 'warm' | 'gap';

/** One event as it stands in the history. Anybody can write there: nothing is known of the content but its length. */
export interface RecordedEvent {
  /** Of its place: `<ms since the epoch, by the store's clock>-<number>`. Later ones are greater, number by number. */
  readonly id: string;
  readonly kind: string;
  readonly text: string;
}

/** What came after an event. */
export interface EventsAfter {
  /** The oldest first. */
  readonly events: readonly RecordedEvent[];
  /** Whether events between may be missing: the one asked for is not there any more. Then the latest are told. */
  readonly isBroken: boolean;
}

/** What is lost before a `gap`, as its text says it. */
export interface LostEvents {
  /** How many events of one instance were not recorded, or may not have been; `undefined` where the history begins. */
  readonly lost?: number;
}

/** Longer texts are not recorded, and not read. In characters. */
export const MAX_EVENT_TEXT = 4_000;

/** Where the events of all instances are kept for views that open late. Bounded in number and in time. */
export interface EventHistory {
  /**
   * Records one event. Neither waits nor fails: what could not be recorded is counted, and told by a `gap` in the history as
   * soon as there is one again.
   */
  add(kind: RecordedKind, text: string): void;

  /** The latest ones, the oldest of them first. @throws {StoreError} */
  latest(limit: number): Promise<readonly RecordedEvent[]>;

  /**
   * What came after an event.
   *
   * @param id of an event that was read; `undefined` when there was none.
   * @param limit how many at most: the rest is got by asking again.
   * @throws {StoreError}
   */
  after(id: string | undefined, limit: number): Promise<EventsAfter>;
}

import type { Clock } from '../base/clock';
import { describeError } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { EventHistory, RecordedEvent } from '../cache/eventHistory';
import { StoreError } from '../cache/store';
import type { EventReader, LoggedEvent } from './loggedEvents';

export interface HistoryFollowerOptions {
  readonly history: EventHistory;
  readonly reader: EventReader;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A number that no event of this instance has had yet. */
  nextNumber(): number;
  /** What is new, the oldest first. */
  onLogged(events: readonly LoggedEvent[]): void;
}

/** How many of the latest events are kept. */
export const KEPT_EVENTS = 1_000;

/** From the end of one look to the next, while something happens: who watches sees it at once, and a burst in pages that are not full. */
const BUSY_PAUSE_MS = 25;
/** After a look that found nothing. */
const QUIET_PAUSE_MS = 60;
/** After one that failed. */
const RETRY_MS = 300;
/** Fewer than are kept: of those that are told again after a gap, the ones that were known have to be recognised. */
const PAGE = 800;
/** Looks that fail one after the other until that is told: a server may be late once. */
const FAILURES_TOLD = 2;
/** Of what happened before anything was seen. */
const NO_ID = '0-0';

/**
 * Follows the history from the latest events on. Nothing is told twice, and nothing is left out without a `gap` in its place:
 * each look asks for what came after the last event that was seen, by its id, and hears whether that one is still there.
 *
 * 1. The last seen is 5, and 6 to 9 are recorded.
 * 2. The stream is cut, or lost with its server and begun anew: it holds 8 and 9, or 1 and 2.
 * 3. A look for what came after 5 does not find 5: a gap is told, then what there is, less what was told before.
 */
export class HistoryFollower implements Disposable {
  private readonly kept: LoggedEvent[] = [];
  /** Ids of {@link kept} and of what was no event, in the order in which they were seen. */
  private readonly seen = new Set<string>();
  private lastId: string | undefined;
  private isLoaded = false;
  private failures = 0;
  private timer: Disposable | undefined;
  private isDisposed = false;

  /** Resolves when the history was read, or could not be. */
  readonly firstLook: Promise<void>;

  constructor(private readonly options: HistoryFollowerOptions) {
    this.firstLook = this.look();
  }

  /** The latest ones, the oldest of them first. */
  latest(limit: number): readonly LoggedEvent[] {
    return limit <= 0 ? [] : this.kept.slice(-limit);
  }

  /** Tells what only this instance knows of, behind what was seen last. */
  tell(event: Omit<LoggedEvent, 'id' | 'at'>): void {
    const { clock, nextNumber } = this.options;
    this.log([{ id: `${this.lastId ?? NO_ID}-${nextNumber()}`, at: clock.now(), ...event }]);
  }

  dispose(): void {
    this.isDisposed = true;
    this.timer?.dispose();
  }

  private async look(): Promise<void> {
    const { lastId } = this;
    let pauseMs = RETRY_MS;
    try {
      await (this.isLoaded ? this.readOn() : this.load());
      this.failures = 0;
      pauseMs = this.lastId === lastId ? QUIET_PAUSE_MS : BUSY_PAUSE_MS;
    } catch (error) {
      this.noteFailure(error);
    }
    if (!this.isDisposed) {
      this.timer = this.options.clock.setTimeout(() => void this.look(), pauseMs);
    }
  }

  private async load(): Promise<void> {
    const isLate = this.failures > 0;
    const recorded = await this.options.history.latest(KEPT_EVENTS);
    this.isLoaded = true;
    const events = this.take(recorded);
    if (isLate) {
      this.log(events);
    } else {
      this.keep(events);
    }
  }

  private async readOn(): Promise<void> {
    const { history } = this.options;
    let isWhole = false;
    while (!isWhole && !this.isDisposed) {
      const { events, isBroken } = await history.after(this.lastId, PAGE);
      isWhole = isBroken || events.length < PAGE;
      if (isBroken) {
        this.tell({
          kind: 'gap',
          text: 'Events may be missing before this: they were not kept for so long, or Redis lost its data.',
        });
        this.lastId = undefined;
      }
      this.log(this.take(events));
    }
  }

  /** Makes events of what is recorded, and moves on behind it. */
  private take(recorded: readonly RecordedEvent[]): readonly LoggedEvent[] {
    const unseen = recorded.filter(({ id }) => !this.seen.has(id));
    for (const { id } of unseen) {
      this.seen.add(id);
    }
    this.lastId = recorded.at(-1)?.id ?? this.lastId;
    for (const id of this.seen) {
      if (this.seen.size <= KEPT_EVENTS) {
        break;
      }
      this.seen.delete(id);
    }
    return unseen.map((event) => this.options.reader.read(event)).filter((event) => event !== undefined);
  }

  private log(events: readonly LoggedEvent[]): void {
    if (events.length > 0 && !this.isDisposed) {
      this.keep(events);
      this.options.onLogged(events);
    }
  }

  private keep(events: readonly LoggedEvent[]): void {
    this.kept.push(...events);
    this.kept.splice(0, this.kept.length - KEPT_EVENTS);
  }

  private noteFailure(error: unknown): void {
    this.failures++;
    if (this.failures === FAILURES_TOLD) {
      if (!(error instanceof StoreError)) {
        this.options.logger.error(`The history of events cannot be followed: ${describeError(error)}`);
      }
      this.tell({
        kind: 'gap',
        text: `The history cannot be read, and events may be missing: ${describeError(error)}`,
      });
    }
  }
}

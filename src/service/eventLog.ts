import type { Clock } from '../base/clock';
import { Emitter, type Event } from '../base/emitter';
import { describeError, throwIfCancelled } from '../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { CacheService } from '../cache/cacheService';
import type { EventHistory, RecordedEvent } from '../cache/eventHistory';
import { datasetOf } from '../cache/keyNames';
import type { Dataset } from '../cache/policy';
import { StoreError } from '../cache/store';
import type { StoreClock } from '../cache/storeClock';
import type { Inventory } from '../fleet/inventory';
import { HistoryFollower, KEPT_EVENTS } from './historyFollower';
import { EventReader, type LoggedEvent } from './loggedEvents';

export type { LoggedEvent } from './loggedEvents';

export interface EventLogOptions {
  readonly history: EventHistory;
  readonly cache: Pick<CacheService, 'onDidChange'>;
  readonly inventory: Pick<Inventory, 'find'>;
  readonly storeClock: Pick<StoreClock, 'offsetAt'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Name of this instance. */
  readonly instance: string;
}

/** Fills of this time are one event for each dataset, in ms. */
const GATHER_FILLS_MS = 1_000;
/** Events that are read in one go when the whole history is looked through. */
const PAGE = 1_000;
/** Somewhat more than the history has: it grows meanwhile. */
const MOST_PAGES = 15;

/** What happens in the fleet, through any instance, for a view that shows it. Redis is asked only while somebody follows. */
export class EventLog implements Disposable {
  private readonly logged: Emitter<readonly LoggedEvent[]>;
  private readonly reader: EventReader;
  private readonly fills = new Map<Dataset, number>();
  private readonly disposables = new DisposableStore();
  private follower: HistoryFollower | undefined;
  /** What belongs to the time in which somebody follows. */
  private following = new DisposableStore();
  private followers = 0;
  private numbers = 0;

  /**
   * New events, the oldest first, each once. Only while somebody follows. Also the history itself, when it could not be read as
   * long as {@link recent} waited for it.
   */
  readonly onDidLog: Event<readonly LoggedEvent[]>;

  constructor(private readonly options: EventLogOptions) {
    const { clock, inventory, storeClock, logger } = options;
    this.logged = new Emitter((error) => logger.error(`A listener to the events failed: ${describeError(error)}`));
    this.onDidLog = this.logged.event;
    this.reader = new EventReader(
      (minerId) => inventory.find(minerId)?.tenant,
      // Nothing happened later than now, whatever somebody wrote there.
      (storeMs) => {
        const now = clock.now();
        return Math.min(now, storeMs - (storeClock.offsetAt(now, clock.monotonic()) ?? 0));
      },
    );
    this.disposables.add(this.logged);
  }

  /** Follows the history from the latest events on, until the last of those who follow is disposed. */
  follow(): Disposable {
    if (this.disposables.isDisposed) {
      return toDisposable(() => {});
    }
    if (this.followers++ === 0) {
      this.begin();
    }
    return toDisposable(() => {
      if (--this.followers === 0) {
        this.end();
      }
    });
  }

  /**
   * The latest events, the oldest of them first; none while Redis cannot be asked. Who follows and listens misses nothing and may
   * be told of an event both here and there: the ids are the same.
   *
   * @param limit 1,000 at most.
   */
  async recent(limit: number): Promise<readonly LoggedEvent[]> {
    const { follower } = this;
    if (follower !== undefined) {
      await follower.firstLook;
      return follower.latest(limit);
    }
    try {
      const recorded = await this.options.history.latest(Math.min(limit, KEPT_EVENTS));
      return recorded.map((event) => this.reader.read(event)).filter((event) => event !== undefined);
    } catch (error) {
      if (error instanceof StoreError) {
        return [];
      }
      throw error;
    }
  }

  /**
   * Looks through the whole history, page by page.
   *
   * @param isWanted of what was recorded, and what it says.
   * @param limit the latest of those that are wanted are kept, the oldest of them first.
   * @throws {StoreError}
   * @throws {CancelledError}
   */
  async search(
    isWanted: (recorded: RecordedEvent, logged: LoggedEvent) => boolean,
    limit: number,
    signal?: AbortSignal,
  ): Promise<readonly LoggedEvent[]> {
    const found: LoggedEvent[] = [];
    let lastId: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      throwIfCancelled(signal);
      const { events } = await this.options.history.after(lastId, PAGE);
      for (const recorded of events) {
        const logged = this.reader.read(recorded);
        if (logged !== undefined && isWanted(recorded, logged)) {
          found.push(logged);
        }
      }
      found.splice(0, found.length - limit);
      lastId = events.at(-1)?.id;
      if (events.length < PAGE) {
        break;
      }
    }
    return found;
  }

  dispose(): void {
    this.end();
    this.disposables.dispose();
  }

  private begin(): void {
    const { history, cache, clock, logger } = this.options;
    const follower = new HistoryFollower({
      history,
      reader: this.reader,
      clock,
      logger,
      nextNumber: () => ++this.numbers,
      onLogged: (events) => this.logged.fire(events),
    });
    this.follower = follower;
    this.following = new DisposableStore();
    this.following.add(follower);
    this.following.add(
      cache.onDidChange((change) => {
        if (change.type === 'fill') {
          this.gatherFill(change.key, follower);
        }
      }),
    );
  }

  private end(): void {
    this.following.dispose();
    this.follower = undefined;
    this.fills.clear();
  }

  private gatherFill(key: string, follower: HistoryFollower): void {
    const dataset = datasetOf(key);
    if (dataset === undefined) {
      return;
    }
    if (this.fills.size === 0) {
      const timer: Disposable = this.options.clock.setTimeout(() => {
        this.following.release(timer);
        this.tellFills(follower);
      }, GATHER_FILLS_MS);
      this.following.add(timer);
    }
    this.fills.set(dataset, (this.fills.get(dataset) ?? 0) + 1);
  }

  private tellFills(follower: HistoryFollower): void {
    const fills = [...this.fills];
    this.fills.clear();
    for (const [dataset, count] of fills) {
      const text = count === 1 ? `One entry of ${dataset} was written` : `${count} entries of ${dataset} were written`;
      follower.tell({ kind: 'fill', text, by: this.options.instance });
    }
  }
}

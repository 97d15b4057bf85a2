import type { Clock } from '../base/clock';
import { Emitter, type Event } from '../base/emitter';
import { describeError } from '../base/errors';
import { type Disposable, DisposableStore } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import {
  CACHE_EVENTS,
  decodeCacheEvent,
  encodeCacheEvent,
  encodeForHistory,
  type InvalidationEvent,
} from './cacheEvents';
import type { EventBus } from './eventBus';
import type { EventHistory } from './eventHistory';

/** What changed in the cache, through this instance or another. */
export type CacheChange =
  | { readonly type: 'fill'; readonly key: string; readonly fetchedAt: number }
  | InvalidationEvent;

export interface ChangeFeedOptions {
  /** Without it nobody else is told why entries went. */
  readonly bus: EventBus | undefined;
  /** Without it who looks later is not told. */
  readonly history: EventHistory | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Name of this instance. */
  readonly instance: string;
}

/** Tells of changes in the cache: those of this instance to the others, and all of them to who listens here. */
export class ChangeFeed implements Disposable {
  private readonly changes: Emitter<CacheChange>;
  private readonly disposables = new DisposableStore();

  readonly onDidChange: Event<CacheChange>;

  constructor(private readonly options: ChangeFeedOptions) {
    const { bus, logger } = options;
    this.changes = new Emitter((error) => logger.error(`A listener to the cache failed: ${describeError(error)}`));
    this.onDidChange = this.changes.event;
    this.disposables.add(this.changes);
    if (bus !== undefined) {
      this.disposables.add(bus.subscribe(CACHE_EVENTS, ({ text }) => this.hear(text)));
    }
  }

  /** This instance wrote an entry. */
  tellFill(key: string, fetchedAt: number): void {
    this.changes.fire({ type: 'fill', key, fetchedAt });
  }

  /** This instance voided scopes. */
  tellInvalidation({ scopes, patterns, cause }: Pick<InvalidationEvent, 'scopes' | 'patterns' | 'cause'>): void {
    const { instance: by, clock, bus, history, logger } = this.options;
    const removed = patterns === undefined ? {} : { patterns };
    const event: InvalidationEvent = { type: 'invalidated', scopes, ...removed, cause, by, at: clock.now() };
    this.changes.fire(event);
    history?.add(event.type, encodeForHistory(event));
    bus?.publish(CACHE_EVENTS, encodeCacheEvent(event)).catch((error: unknown) => {
      logger.debug(`Other instances were not told of an invalidation (${cause}): ${describeError(error)}`);
    });
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private hear(text: string): void {
    const event = decodeCacheEvent(text);
    if (event !== undefined && event.by !== this.options.instance) {
      this.changes.fire(event);
    }
  }
}

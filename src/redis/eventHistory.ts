import { describeError } from '../base/errors';
import { type Disposable, DisposableStore } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import {
  type EventHistory,
  type EventsAfter,
  type LostEvents,
  MAX_EVENT_TEXT,
  type RecordedEvent,
  type RecordedKind,
} from '../cache/eventHistory';
import { EVENTS_KEY } from '../cache/keys';
import type { RedisConnection } from './connection';
import { ADD_EVENTS_SCRIPT, READ_EVENTS_SCRIPT } from './eventScripts';

interface EventCommands {
  fleetCacheAddEvents(key: string, ttlMs: number, most: number, ...kindsAndTexts: string[]): Promise<string>;
  fleetCacheReadEvents(
    key: string,
    direction: 'XRANGE' | 'XREVRANGE',
    from: string,
    to: string,
    most: number,
    maxBytes: number,
  ): Promise<[id: string, kind: string, text: string][]>;
}

/** Since the last event. */
const TTL_MS = 24 * 60 * 60 * 1_000;
/** About; Redis trims whole nodes of the stream. */
const MAX_EVENTS = 10_000;
/** On their way at a time: what a server that hangs may cost in memory. */
const MAX_UNDERWAY = 1_000;
const MAX_UTF8_BYTES = 4;
/** No event has an id that is greater. */
const LAST = '+';

/**
 * The history in a stream of Redis; on a Cluster one master has all of it. An event is one command, which goes out together
 * with the message that it is recorded of.
 *
 * What is not recorded is no secret: while Redis is away the events are counted, and the next thing that the stream is told is
 * how many are lost.
 */
export class RedisEventHistory implements EventHistory, Disposable {
  private readonly redis: EventCommands;
  private readonly disposables = new DisposableStore();
  private underway = 0;
  private lost = 0;

  constructor(
    private readonly connection: RedisConnection,
    private readonly logger: Logger,
  ) {
    const { client } = connection;
    client.defineCommand('fleetCacheAddEvents', { numberOfKeys: 1, lua: ADD_EVENTS_SCRIPT });
    client.defineCommand('fleetCacheReadEvents', { numberOfKeys: 1, lua: READ_EVENTS_SCRIPT });
    this.redis = client as typeof client & EventCommands;
    this.disposables.add(
      connection.onDidChangeHealth(({ state }) => {
        if (state === 'up' && this.lost > 0) {
          this.send([], 0);
        }
      }),
    );
  }

  add(kind: RecordedKind, text: string): void {
    if (this.underway >= MAX_UNDERWAY || text.length > MAX_EVENT_TEXT) {
      this.lost++;
      return;
    }
    this.send([kind, text], 1);
  }

  async latest(limit: number): Promise<readonly RecordedEvent[]> {
    const events = await this.read('XREVRANGE', LAST, '-', limit);
    return events.reverse();
  }

  async after(id: string | undefined, limit: number): Promise<EventsAfter> {
    if (id === undefined) {
      return { events: await this.read('XRANGE', '-', LAST, limit), isBroken: false };
    }
    // The one that was seen last comes first: the stream is cut at its old end, so that as long as that one is there, all that
    // came after it are. It is not there when it was cut, and when the stream was lost and began anew.
    const [first, ...events] = await this.read('XRANGE', id, LAST, limit + 1);
    return first?.id === id ? { events, isBroken: false } : { events: await this.latest(limit), isBroken: true };
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private async read(
    direction: 'XRANGE' | 'XREVRANGE',
    from: string,
    to: string,
    limit: number,
  ): Promise<RecordedEvent[]> {
    const maxBytes = MAX_EVENT_TEXT * MAX_UTF8_BYTES;
    const rows = await this.connection.execute(() =>
      this.redis.fleetCacheReadEvents(EVENTS_KEY, direction, from, to, limit, maxBytes),
    );
    return rows.map(([id, kind, text]) => ({ id, kind, text }));
  }

  /**
   * Sends an event, or none, and what was lost before it.
   *
   * @param count of events, as they count when they are lost.
   */
  private send(event: readonly string[], count: number): void {
    const { lost } = this;
    const gap: LostEvents = { lost };
    const kindsAndTexts = [...(lost > 0 ? ['gap' satisfies RecordedKind, JSON.stringify(gap)] : []), ...event];
    this.lost = 0;
    this.underway++;
    this.connection
      .execute(() => this.redis.fleetCacheAddEvents(EVENTS_KEY, TTL_MS, MAX_EVENTS, ...kindsAndTexts))
      .then(
        () => {
          this.connection.noteAccepted('script', EVENTS_KEY);
          if (this.lost > 0 && this.underway === 1) {
            this.send([], 0);
          }
        },
        (error: unknown) => {
          // It may have been recorded all the same, by a server that was only late.
          this.lost += lost + count;
          this.logger.debug(`An event was not recorded: ${describeError(error)}`);
        },
      )
      .finally(() => {
        this.underway--;
      });
  }
}

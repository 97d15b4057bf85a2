import type { Clock } from '../base/clock';
import { describeError } from '../base/errors';
import type { Logger } from '../base/logger';
import type { EventBus } from '../cache/eventBus';
import type { EventHistory } from '../cache/eventHistory';
import { StoreError } from '../cache/store';
import type { Miner } from '../fleet/miner';
import type { MinerStatus } from '../fleet/minerData';
import type { SourceError } from '../fleet/minerSource';
import type { FleetReads } from './fleetReads';
import type { Invalidator } from './invalidator';
import { encodeStatusMessage, statusChannel, type WatchedState } from './statusMessages';

export interface StatusEventsOptions {
  readonly reads: FleetReads;
  readonly invalidator: Invalidator;
  readonly bus: EventBus;
  readonly history: EventHistory;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Name of this instance. */
  readonly instance: string;
}

/** What was heard of a miner. */
type News = { readonly miner: Miner } & ({ readonly status: MinerStatus } | { readonly offline: SourceError });

/** A miner that this instance watches. */
interface Followed {
  /** As it was made known last; `undefined` before the first news. */
  state: WatchedState | undefined;
}

const MOST_AT_ONCE = 32;

/**
 * Makes known what watched miners tell: only what differs from what was known, one piece of news of a miner after the other,
 * and of several that wait only the latest.
 */
export class StatusEvents {
  private readonly followed = new Map<string, Followed>();
  private readonly waiting = new Map<string, News>();
  private readonly busy = new Set<string>();

  constructor(private readonly options: StatusEventsOptions) {}

  noteStatus(miner: Miner, status: MinerStatus): void {
    this.note({ miner, status });
  }

  /** @param error why the miner is lost; it counts as offline only if it cannot be reached. */
  noteLost(miner: Miner, error: SourceError): void {
    // A stream that ends, or that old firmware does not have, says nothing about the miner.
    if (error.failure === 'unreachable' || error.failure === 'timeout') {
      this.note({ miner, offline: error });
    }
  }

  /** Forgets what was known of a miner: another instance watches it. */
  forget(minerId: string): void {
    this.followed.delete(minerId);
    this.waiting.delete(minerId);
  }

  private note(news: News): void {
    this.waiting.set(news.miner.id, news);
    this.handleNext();
  }

  private handleNext(): void {
    for (const [id, news] of this.waiting) {
      if (this.busy.size >= MOST_AT_ONCE) {
        return;
      }
      if (!this.busy.has(id)) {
        this.waiting.delete(id);
        this.busy.add(id);
        this.handle(news)
          .catch((error: unknown) =>
            this.options.logger.error(`The status of ${id} was not made known: ${describeError(error)}`),
          )
          .finally(() => {
            this.busy.delete(id);
            this.handleNext();
          });
      }
    }
  }

  private async handle(news: News): Promise<void> {
    const { miner } = news;
    const state = stateOf(news);
    // Held on to: forgotten meanwhile and watched again, the miner is another one's news.
    const followed = this.followed.get(miner.id) ?? { state: undefined };
    this.followed.set(miner.id, followed);
    const isNews = followed.state === undefined ? await this.differsFromCache(miner, state) : followed.state !== state;
    followed.state = state;
    if (!isNews) {
      return;
    }
    if ('status' in news) {
      await this.options.invalidator.writeStatus(miner, news.status);
    } else {
      await this.options.invalidator.noteEvent(miner, 'status');
    }
    await this.publish(news, state);
  }

  /**
   * Whether anybody may have been told otherwise of a miner that nobody watched for a while. What is cached of its status
   * lives longer than the summaries that are made of it, so that nothing at all means that there is nothing to correct.
   */
  private async differsFromCache(miner: Miner, state: WatchedState): Promise<boolean> {
    try {
      const cached = await this.options.reads.inspect(miner, 'status');
      const isSame = (cached.entry?.data as Partial<MinerStatus> | undefined)?.state === state;
      return cached.state !== 'absent' && (cached.state === 'void' || !isSame);
    } catch (error) {
      if (error instanceof StoreError) {
        return true;
      }
      throw error;
    }
  }

  private async publish({ miner, ...news }: News, status: WatchedState): Promise<void> {
    const { bus, history, clock, logger, instance } = this.options;
    const reason = 'offline' in news ? { reason: describeError(news.offline) } : {};
    const text = encodeStatusMessage({ minerId: miner.id, status, ...reason, by: instance }, clock.now());
    history.add('status', text);
    await bus.publishToShard(statusChannel(miner.id), text).catch((error: unknown) => {
      logger.debug(`Nobody was told that ${miner.id} is ${status}: ${describeError(error)}`);
    });
  }
}

function stateOf(news: News): WatchedState {
  return 'status' in news ? news.status.state : 'offline';
}

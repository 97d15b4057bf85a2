import type { Clock } from '../base/clock';
import { CancelledError, describeError } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { Miner } from '../fleet/miner';
import type { MinerStatus } from '../fleet/minerData';
import { SourceError, type StatusWatcher } from '../fleet/minerSource';
import { minerName } from './minerName';

/** Milliseconds before the first new attempt after a stream broke; doubles from attempt to attempt. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** Opens the stream and follows it; rejects with a `SourceError` when it breaks. */
export type FollowStatus = (signal: AbortSignal, onStatus: (status: MinerStatus) => void) => Promise<void>;

export interface StatusWatchOptions {
  readonly miner: Miner;
  readonly watcher: StatusWatcher;
  readonly follow: FollowStatus;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A number in [0, 1), so that a thousand miners that vanished together are not all asked again in the same moment. */
  readonly random: () => number;
}

/**
 * Keeps one status stream open until disposed, or until the miner refuses the login. `onLost` is called when the stream
 * breaks, and again only if the reason changes before the next status comes.
 */
export class StatusWatch implements Disposable {
  private readonly stop = new AbortController();
  private pause: Disposable | undefined;
  private attempt = 0;
  private reported: SourceError | undefined;

  constructor(private readonly options: StatusWatchOptions) {
    void this.open();
  }

  dispose(): void {
    this.stop.abort();
    this.pause?.dispose();
    this.pause = undefined;
  }

  private async open(): Promise<void> {
    try {
      await this.options.follow(this.stop.signal, (status) => this.received(status));
    } catch (error) {
      if (!this.stop.signal.aborted) {
        this.lost(error);
      }
    }
  }

  private received(status: MinerStatus): void {
    if (this.stop.signal.aborted) {
      return;
    }
    this.attempt = 0;
    this.reported = undefined;
    this.tell(() => this.options.watcher.onStatus(status));
  }

  private lost(error: unknown): void {
    if (!(error instanceof SourceError)) {
      // Cancelled by other than this watch: the source is being disposed. Anything else is a defect that no retry mends.
      if (!(error instanceof CancelledError)) {
        this.options.logger.error(`The status stream stopped: ${describeError(error)}`);
      }
      this.dispose();
      return;
    }
    if (this.reported?.failure !== error.failure) {
      this.reported = error;
      this.options.logger.debug(`Lost the status stream. ${error.message}`);
      this.tell(() => this.options.watcher.onLost(error));
    }
    if (error.failure === 'login-refused') {
      this.dispose();
      return;
    }
    // `onLost` may have disposed this watch.
    if (!this.stop.signal.aborted) {
      this.pause = this.options.clock.setTimeout(() => void this.open(), this.nextPause());
    }
  }

  /** Doubling, capped, and somewhere between half and the whole of that. */
  private nextPause(): number {
    const whole = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.attempt);
    this.attempt++;
    return whole * (0.5 + this.options.random() / 2);
  }

  private tell(call: () => void): void {
    try {
      call();
    } catch (error) {
      const { logger, miner } = this.options;
      logger.error(`A follower of the status of ${minerName(miner)} failed: ${describeError(error)}`);
    }
  }
}

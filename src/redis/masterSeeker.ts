import type { Clock } from '../base/clock';
import type { Disposable } from '../base/lifecycle';
import { openNodeClient } from './client';
import { CommandDeadlines } from './connectionDeadlines';
import { isReadOnly, isReply } from './failures';
import type { ConnectionProfile } from './profile';

export interface MasterSeekerOptions {
  readonly profile: ConnectionProfile;
  readonly clock: Clock;
  /** The longest that a look may take, in ms. */
  readonly timeoutMs: number;
  /** A new connection leads to a server that takes writes. */
  onFound(): void;
}

/** How long it is from one look to the next, in ms: a replica may well be meant. */
const PAUSE_MS = 5_000;

/** Never there: removing it is a write, which a replica refuses, and changes nothing. */
const ABSENT_KEY = 'v1:lock:absent';

/**
 * Finds out whether an address leads to another server by now. A master that became a replica keeps its connections and refuses
 * writes, while new connections to its address, or to the one that the Sentinels name, reach the master.
 */
export class MasterSeeker implements Disposable {
  private readonly deadlines: CommandDeadlines;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private isDisposed = false;

  constructor(private readonly options: MasterSeekerOptions) {
    this.deadlines = new CommandDeadlines(options.timeoutMs);
  }

  /** Looks, unless that was done a moment ago. */
  seek(): void {
    const now = this.options.clock.monotonic();
    if (now - this.lookedAt >= PAUSE_MS && !this.isDisposed) {
      this.lookedAt = now;
      void this.look();
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.deadlines.dispose();
  }

  private async look(): Promise<void> {
    const client = openNodeClient(this.options.profile, undefined, {
      connectionName: 'fleet-cache-seeker',
      retryStrategy: () => null,
    });
    client.on('error', () => {});
    try {
      await this.deadlines.within(client.connect().then(() => client.unlink(ABSENT_KEY)));
    } catch (error) {
      // Who may not remove keys learns it by the new connection itself.
      if (!isReply(error) || isReadOnly(error)) {
        return;
      }
    } finally {
      client.disconnect();
    }
    if (!this.isDisposed) {
      this.options.onFound();
    }
  }
}

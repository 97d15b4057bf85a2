import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../../base/clock';
import { type Disposable, toDisposable } from '../../base/lifecycle';

export type CallExtra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** No more often than that, but for the end. */
const PAUSE_MS = 250;
/** Clients give a silent call up after a minute. */
const HEARTBEAT_MS = 15_000;
/** Progress has to grow, by however little. */
const LITTLE = 1e-6;

/** What a client that wants to know hears of one call until it is disposed: how far it has come, and that it goes on. */
export class CallProgress implements Disposable {
  private heartbeat = toDisposable(() => {});
  private toldAt = Number.NEGATIVE_INFINITY;
  private last = { progress: 0, total: 1 };

  constructor(
    private readonly extra: Pick<CallExtra, '_meta' | 'sendNotification' | 'signal'>,
    private readonly clock: Clock,
  ) {
    if (extra._meta?.progressToken !== undefined) {
      this.beatLater();
    }
  }

  tell(done: number, total: number): void {
    const now = this.clock.monotonic();
    if (done < this.last.progress || (done < total && now - this.toldAt < PAUSE_MS)) {
      return;
    }
    this.toldAt = now;
    this.last = { progress: done, total };
    this.send();
  }

  dispose(): void {
    this.heartbeat.dispose();
  }

  private beatLater(): void {
    this.heartbeat = this.clock.setTimeout(() => {
      this.last = { ...this.last, progress: this.last.progress + LITTLE };
      this.send();
      this.beatLater();
    }, HEARTBEAT_MS);
  }

  private send(): void {
    const { _meta, sendNotification, signal } = this.extra;
    const progressToken = _meta?.progressToken;
    if (progressToken !== undefined && !signal.aborted) {
      // A client that is gone hears nothing, which is no failure of the call.
      sendNotification({ method: 'notifications/progress', params: { progressToken, ...this.last } }).catch(() => {});
    }
  }
}

import { TIMED_OUT } from './failures';

/** So often in a row a process that is held up has more time; the server may be silent all the same. */
const MOST_GRACES = 4;

interface Pending {
  readonly deadline: number;
  readonly reject: (error: Error) => void;
}

/**
 * Bounds waits that are all equally long. Whatever starts later ends later, so one timer for the oldest serves all: setting a
 * timer for each command would cost a good part of what the command itself costs.
 */
export class CommandDeadlines {
  /** In the order of their deadlines. */
  private readonly pending = new Set<Pending>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly timeoutMs: number) {}

  /** Calls `reject` after the time-out unless what is returned was handed to {@link settle} before. */
  start(reject: (error: Error) => void): Pending {
    const started = { deadline: performance.now() + this.timeoutMs, reject };
    this.pending.add(started);
    this.timer ??= this.wake(this.timeoutMs);
    return started;
  }

  /** What `answer` comes to, unless that takes longer. */
  within<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const started = this.start(reject);
      answer.then(resolve, reject).finally(() => this.settle(started));
    });
  }

  /** Whether it was in time. */
  settle(started: Pending): boolean {
    return this.pending.delete(started);
  }

  /** Ends all waits at once. */
  dispose(): void {
    clearTimeout(this.timer);
    this.expire(Number.POSITIVE_INFINITY);
  }

  /** @param graces how often it was put off already. */
  private wake(delayMs: number, graces = 0): NodeJS.Timeout {
    const dueAt = performance.now() + delayMs;
    const timer = setTimeout(() => {
      const lateMs = performance.now() - dueAt;
      if (lateMs > this.timeoutMs / 20 && graces < MOST_GRACES) {
        // This process did nothing for so long: what is asked may not even have been sent.
        this.timer = this.wake(Math.min(lateMs, this.timeoutMs), graces + 1);
      } else {
        // The answers that came meanwhile are read first: they were in time.
        setImmediate(() => this.wakeUp());
      }
    }, delayMs);
    // The connection keeps the process alive as long as it stands.
    return timer.unref();
  }

  private wakeUp(): void {
    this.timer = undefined;
    const now = performance.now();
    this.expire(now);
    for (const { deadline } of this.pending) {
      this.timer ??= this.wake(deadline - now);
      return;
    }
  }

  private expire(now: number): void {
    for (const started of this.pending) {
      if (started.deadline > now) {
        return;
      }
      this.pending.delete(started);
      started.reject(new Error(TIMED_OUT));
    }
  }
}

import type { Redis } from 'ioredis';
import type { CommandDeadlines } from './connectionDeadlines';

/** Connections that are dropped on purpose: not to be connected for a moment is then no outage. */
export class Renewal {
  private running: ReturnType<CommandDeadlines['start']> | undefined;

  /** @param onOverdue called when no connection stood again within the command timeout. */
  constructor(
    private readonly deadlines: CommandDeadlines,
    private readonly onOverdue: () => void,
  ) {}

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** Drops a connection that is of no use, for one that is. */
  begin(client: Redis): void {
    this.running ??= this.deadlines.start(() => {
      this.running = undefined;
      this.onOverdue();
    });
    client.disconnect(true);
  }

  /** A connection stands again. */
  end(): void {
    if (this.running !== undefined) {
      this.deadlines.settle(this.running);
      this.running = undefined;
    }
  }
}

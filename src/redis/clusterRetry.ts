import type { Cluster } from 'ioredis';
import { isRedirection } from './failures';

/** Each look at the slots is a connection of its own. */
const REFRESH_PAUSE_MS = 250;

/** Sends commands to a Cluster: a second time, and each alone, when slots have moved. */
export class ClusterRetry {
  private refreshedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly cluster: Cluster) {}

  /** @param command issues commands, and is called again when one went to a node that does not have its slot. */
  async send<T>(command: () => Promise<T>): Promise<T> {
    try {
      // Awaited here, and what ioredis throws at once when a slot belongs to nobody is caught as well.
      return await command();
    } catch (error) {
      if (!isRedirection(error)) {
        throw error;
      }
    }
    this.refreshSlots();
    return this.sendAlone(command);
  }

  /** Has the Cluster looked up anew which node has which slots. */
  refreshSlots(): void {
    const now = performance.now();
    if (now - this.refreshedAt >= REFRESH_PAUSE_MS) {
      this.refreshedAt = now;
      this.cluster.refreshSlotsCache();
    }
  }

  /** Not in a pipeline with others: each command is redirected by itself. ioredis reads the option as commands are issued. */
  private async sendAlone<T>(command: () => Promise<T>): Promise<T> {
    const { options } = this.cluster;
    options.enableAutoPipelining = false;
    let sent: Promise<T>;
    try {
      sent = command();
    } finally {
      options.enableAutoPipelining = true;
    }
    return sent;
  }
}

import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

/** What a client that reads has not taken yet. */
const MOST_WAITING = 16;
/** A server has a bound for what one client follows; this is beyond it. */
const MOST_KEPT = 2_000;

/**
 * What goes to the client. One that does not read for a while must not have the bridge keep everything that it is told meanwhile:
 * of what changed again and again it is told once when it reads on, and what is old by then it is not told at all.
 */
export class ClientOutput {
  private waiting = 0;
  private readonly kept = new Map<string, JSONRPCMessage>();

  constructor(private readonly client: Transport) {}

  send(message: JSONRPCMessage): void {
    if (this.waiting < MOST_WAITING || !('method' in message) || 'id' in message) {
      void this.pass(message);
      return;
    }
    const { method, params } = message;
    if (method === 'notifications/cancelled') {
      // What it takes back is on its way.
      void this.pass(message);
    } else if (method.endsWith('/list_changed') || method === 'notifications/resources/updated') {
      const key = JSON.stringify([method, params?.uri]);
      if (this.kept.has(key) || this.kept.size < MOST_KEPT) {
        this.kept.set(key, message);
      }
    }
  }

  private async pass(message: JSONRPCMessage): Promise<void> {
    this.waiting++;
    await this.client.send(message);
    this.waiting--;
    for (const [key, kept] of this.kept) {
      if (this.waiting >= MOST_WAITING) {
        return;
      }
      this.kept.delete(key);
      void this.pass(kept);
    }
  }
}

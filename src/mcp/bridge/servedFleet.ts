import type { JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js';
import { FleetCacheError } from '../../base/errors';

/** What tells of a fleet, or changes something in it. */
const OF_A_FLEET = new Set(['tools/call', 'resources/read', 'prompts/get']);
/** Agents make several calls in one turn, and see what became of the first only after the last. */
const ONE_TURN_MS = 1_000;

/** Sees to it that a client whose window gave way to another, with another fleet, does not act there as if it were its own. */
export class ServedFleet {
  private fleet: string | undefined;
  private changes = 0;
  /** `performance.now()` of when a call was first refused for the latest change; `undefined` when none was yet. */
  private toldAt: number | undefined = Number.NEGATIVE_INFINITY;

  /** How often it became another. */
  get changeCount(): number {
    return this.changes;
  }

  /** Notes what a window said it serves; `undefined` while it does not know yet. */
  note(fleet: string | undefined): void {
    if (fleet === undefined || fleet === this.fleet) {
      return;
    }
    if (this.fleet !== undefined) {
      this.changes++;
      this.toldAt = undefined;
    }
    this.fleet = fleet;
  }

  /**
   * Lets pass what the client can have meant for the fleet that is served now.
   *
   * @param changeCount of when the client asked.
   * @param wasSent whether the former fleet's window may have worked on it.
   * @throws {FleetCacheError}
   */
  check({ method }: JSONRPCRequest, changeCount: number, wasSent: boolean): void {
    const isCall = method === 'tools/call';
    const now = performance.now();
    const isUntold = this.toldAt === undefined || now - this.toldAt < ONE_TURN_MS;
    if (!(OF_A_FLEET.has(method) && changeCount !== this.changes) && !(isCall && isUntold)) {
      return;
    }
    if (isCall) {
      this.toldAt ??= now;
    }
    const done = wasSent ? 'Whether this was done in the former one is not known.' : 'This was not done.';
    throw new FleetCacheError(
      `Another fleet is served now than before: another window of VS Code took over, or the window opened another fleet. ${done} Look at what there is now before you go on, and tell the person.`,
    );
  }
}

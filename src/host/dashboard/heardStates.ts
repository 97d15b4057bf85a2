import type { LoggedEvent } from '../../service/loggedEvents';
import type { HeardAt } from './rows';

/** Of each miner, the last state that an event told of it. */
export class HeardStates {
  private readonly last = new Map<string, HeardAt>();

  /** @param isListed whether a miner is one of the fleet: others' states are not kept. @returns the miners that events told of. */
  note(events: readonly LoggedEvent[], isListed: (minerId: string) => boolean): ReadonlySet<string> {
    const ids = new Set<string>();
    for (const { minerId, heard, at } of events) {
      if (minerId !== undefined && heard !== undefined && isListed(minerId)) {
        const known = this.last.get(minerId);
        if (known === undefined || known.at <= at) {
          this.last.set(minerId, { ...heard, at });
          ids.add(minerId);
        }
      }
    }
    return ids;
  }

  of(minerId: string): HeardAt | undefined {
    return this.last.get(minerId);
  }

  /** Forgets those that are not listed any more. */
  retain(isListed: (minerId: string) => boolean): void {
    for (const minerId of this.last.keys()) {
      if (!isListed(minerId)) {
        this.last.delete(minerId);
      }
    }
  }

  clear(): void {
    this.last.clear();
  }
}

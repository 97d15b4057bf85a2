import type { LoggedEvent } from '../../service/loggedEvents';
import type { HeardAt } from './rows';

/** What events told that is news. */
export interface HeardOf {
  /** Miners that went offline or came back: all of them is shown otherwise. */
  readonly ids: ReadonlySet<string>;
  /** Miners whose states they told, those among them. */
  readonly heardOf: ReadonlySet<string>;
}

/** Of each miner, the last state that an event told of it. */
export class HeardStates {
  private readonly last = new Map<string, HeardAt>();

  /** @param isListed whether a miner is one of the fleet: others' states are not kept. */
  note(events: readonly LoggedEvent[], isListed: (minerId: string) => boolean): HeardOf {
    const ids = new Set<string>();
    const heardOf = new Set<string>();
    for (const { minerId, heard, at } of events) {
      if (minerId === undefined || heard === undefined) {
        continue;
      }
      const known = this.last.get(minerId);
      if (known === undefined ? !isListed(minerId) : known.at > at) {
        continue;
      }
      this.last.set(minerId, { ...heard, at });
      heardOf.add(minerId);
      if (heard.state === 'offline' || known?.state === 'offline') {
        ids.add(minerId);
      }
    }
    return { ids, heardOf };
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

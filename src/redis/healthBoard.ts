import { Emitter, type Event } from '../base/emitter';
import type { Disposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { StoreHealth } from '../cache/store';

/** The health of a connection as others see it: tells changes only, and logs them when the state changes. */
export class HealthBoard implements Disposable {
  private readonly changes = new Emitter<StoreHealth>();
  private shown: StoreHealth = { state: 'connecting' };

  readonly onDidChange: Event<StoreHealth> = this.changes.event;

  constructor(
    private readonly address: string,
    private readonly logger: Logger,
  ) {}

  get current(): StoreHealth {
    return this.shown;
  }

  show(next: StoreHealth): void {
    const former = this.shown;
    if (next.state === former.state && reasonOf(next) === reasonOf(former)) {
      return;
    }
    if (next.state !== former.state) {
      this.logger.info(reasonOf(next) ?? `Redis at ${this.address} is ${next.state}.`);
    }
    this.shown = next;
    this.changes.fire(next);
  }

  dispose(): void {
    this.changes.dispose();
  }
}

function reasonOf(health: StoreHealth): string | undefined {
  return 'reason' in health ? health.reason : undefined;
}

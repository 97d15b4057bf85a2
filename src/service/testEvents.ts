import type { Clock } from '../base/clock';
import type { CacheService } from '../cache/cacheService';
import type { EventBus } from '../cache/eventBus';
import type { EventHistory } from '../cache/eventHistory';
import type { Miner } from '../fleet/miner';
import { changeChannel, encodeChangeMessage } from './changeMessages';
import type { InstanceRegistry } from './instanceRegistry';
import { eventGenerations } from './invalidator';
import { encodeStatusMessage, statusChannel, TEST } from './statusMessages';
import type { WriteAccess } from './writeAccess';

export interface TestEventsOptions {
  readonly bus: Pick<EventBus, 'publishToShard'>;
  readonly history: Pick<EventHistory, 'add'>;
  readonly cache: Pick<CacheService, 'invalidate'>;
  readonly instances: Pick<InstanceRegistry, 'list'>;
  readonly clock: Clock;
  /** Name of this instance. */
  readonly instance: string;
  readonly access: Pick<WriteAccess, 'require'>;
}

/** What a test event is about. */
export type TestEventKind = 'status' | 'config';

/** Who could hear of a test event. */
export interface TestEventReport {
  readonly channel: string;
  /** Subscribers of the channel, as far as the server that took the message knows. */
  readonly listeners: number;
  /** Windows and servers on this Redis, this one included: they hear what was voided, and read the history. */
  readonly instances: number;
}

const REASON = 'this is a test event, nothing happened at the miner';

/**
 * Publishes messages as the real ones are, to see whether they arrive. Nobody can take one for the truth: in the place of a state,
 * or of a change, it says `test`, which is neither; it writes no entry, and voids what an event of its kind voids.
 */
export class TestEvents {
  constructor(private readonly options: TestEventsOptions) {}

  /**
   * @throws {ReadOnlyError}
   * @throws {StoreError} when Redis did not take the message; then nothing was voided or recorded.
   */
  async publish(miner: Miner, kind: TestEventKind): Promise<TestEventReport> {
    const { bus, history, cache, instances, clock, instance: by, access } = this.options;
    await access.require(`publish a test event of ${miner.id}`);
    const minerId = miner.id;
    const [channel, text] =
      kind === 'status'
        ? [statusChannel(minerId), encodeStatusMessage({ minerId, status: TEST, reason: REASON, by }, clock.now())]
        : [changeChannel(minerId), encodeChangeMessage({ minerId, change: TEST, by }, clock.now())];
    const listeners = await bus.publishToShard(channel, text);
    history.add(kind, text);
    await cache.invalidate({ scopes: eventGenerations(miner, kind), cause: 'a test event' });
    return { channel, listeners, instances: (await instances.list()).length };
  }
}

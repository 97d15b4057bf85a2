import type { EventHistory } from '../cache/eventHistory';
import type { MinerKind } from '../fleet/minerData';
import type { WarmReport } from './warmReport';

/** Who had the cache filled: a person, or the instance that does it again and again. */
export type WarmingOrigin = 'asked' | 'periodic';

/** What came of a run, or of its part before it was cancelled. */
export type WarmingCounts = Pick<WarmReport, 'total' | 'warmed' | 'notStored' | 'fresh' | 'failed'>;

/** What is recorded of a run that fills the cache. */
export type WarmingMessage = {
  /** The instance that fills it. */
  readonly by: string;
} & (
  | { readonly phase: 'began'; readonly total: number; readonly kinds: readonly MinerKind[] }
  | ({ readonly phase: 'ended' | 'cancelled'; readonly origin: WarmingOrigin } & WarmingCounts)
);

/** Records when the cache is filled ahead of the reads, for views that show it. */
export class WarmingEvents {
  constructor(
    private readonly history: Pick<EventHistory, 'add'>,
    private readonly instance: string,
  ) {}

  /** Not of a periodic round: thousands a day would crowd out what else happened. */
  began(total: number, kinds: readonly MinerKind[], origin: WarmingOrigin): void {
    if (origin === 'asked') {
      this.record({ phase: 'began', total, kinds, by: this.instance });
    }
  }

  /** Nor of a periodic round that found everything fresh. */
  ended({ total, warmed, notStored, fresh, failed, cancelled }: WarmReport, origin: WarmingOrigin): void {
    if (origin === 'asked' || fresh < total) {
      const phase = cancelled ? 'cancelled' : 'ended';
      this.record({ phase, origin, total, warmed, notStored, fresh, failed, by: this.instance });
    }
  }

  private record(message: WarmingMessage): void {
    this.history.add('warm', JSON.stringify(message));
  }
}

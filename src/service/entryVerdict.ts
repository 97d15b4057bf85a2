import type { Inspection } from '../cache/inspector';
import type { Policy } from '../cache/policy';
import type { StoreEvictions } from '../cache/storeGauge';
import type { LoggedEvent } from './loggedEvents';

/**
 * Why an entry is as it is, most likely:
 * - `there`: it is served;
 * - `voided`: an invalidation, which is named;
 * - `expired`: its time was over, or it was never there;
 * - `foreign`: something else wrote the key;
 * - `unknown`: nothing that is known explains it.
 */
export interface Verdict {
  readonly cause: 'there' | 'voided' | 'expired' | 'foreign' | 'unknown';
  /** The event that did it. */
  readonly event?: LoggedEvent;
  /** What else may have been, each in a sentence for people. */
  readonly doubts: readonly string[];
}

export interface Evidence {
  readonly inspection: Inspection;
  readonly policy: Policy;
  /** What concerns the entry, the oldest first. */
  readonly events: readonly LoggedEvent[];
  /** `undefined` when Redis does not tell. */
  readonly evictions: StoreEvictions | undefined;
  /** In ms since the epoch. */
  readonly now: number;
}

/** Clocks are compared to within some ten ms; an event this much older than an entry may still be what voided it. In ms. */
const CLOCK_ERROR_MS = 100;

export function judge({ inspection, policy, events, evictions, now }: Evidence): Verdict {
  const { state, entry } = inspection;
  switch (state) {
    case 'valid':
      return { cause: 'there', doubts: [] };
    case 'expired':
      return { cause: 'expired', doubts: [] };
    case 'foreign':
    case 'unreadable':
      return { cause: 'foreign', doubts: [] };
    case 'void': {
      const event = lastInvalidation(events, (entry?.fetchedAt ?? 0) - CLOCK_ERROR_MS);
      return event === undefined
        ? { cause: 'unknown', doubts: ['A generation that it was recorded under was replaced, and no event says why.'] }
        : { cause: 'voided', event, doubts: [] };
    }
    case 'absent':
      return judgeAbsent({ policy, events, evictions, now });
  }
}

/** An entry that was written before the longest time that one lasts is gone whatever happened; a later one was taken away. */
function judgeAbsent({ policy, events, evictions, now }: Omit<Evidence, 'inspection'>): Verdict {
  const since = now - (policy.ttlS + policy.graceS) * 1_000;
  const event = lastInvalidation(events, since);
  const missing = events.some(({ kind, at }) => kind === 'gap' && at > (event?.at ?? since))
    ? ['Events are missing from the history of that time.']
    : [];
  return event === undefined
    ? { cause: 'expired', doubts: [...evictionDoubts(evictions), ...missing] }
    : { cause: 'voided', event, doubts: missing };
}

function evictionDoubts(evictions: StoreEvictions | undefined): readonly string[] {
  if (evictions === undefined) {
    return ['Whether Redis evicts keys is not known: the login may not ask (INFO).'];
  }
  const { evictedKeys, isLimited, policy } = evictions;
  return isLimited && evictedKeys > 0 && policy !== 'noeviction'
    ? [`Redis has evicted ${evictedKeys.toLocaleString('en')} keys for want of memory since its start.`]
    : [];
}

/** The latest one since a moment. */
function lastInvalidation(events: readonly LoggedEvent[], since: number): LoggedEvent | undefined {
  return events.findLast(({ kind, at }) => kind === 'invalidated' && at >= since);
}

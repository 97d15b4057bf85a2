import { throwIfCancelled } from '../../base/errors';
import type { Scenario } from '../scenario';

const NAME = 'warm';
/** A Redis with very many keys takes long to look through, in ms. */
const LONGEST_PURGE_MS = 8_000;

/** Entries are written, as a warming does, and removed again by pattern. */
export const warmAndPurge: Scenario = {
  id: 'warm-purge',
  title: 'Warm and purge',
  description:
    'Entries that are not there are warmed, from a source that answers at once; then their keys are removed by pattern, for which all keys of the Redis are looked through.',
  measures: [
    { id: 'warmed', label: 'Entries warmed', unit: '/s', better: 'higher' },
    { id: 'purged', label: 'Keys purged', unit: '/s', better: 'higher' },
    { id: 'scanned', label: 'Keys looked through by the purge', unit: '/s', better: 'higher' },
  ],
  async run({ world, plan, number, signal, note }) {
    const requests = world.requests(NAME, plan.warmed, number * plan.warmed);
    const warmStartedAt = performance.now();
    const outcomes = await world.first.cache.warmMany(requests, { signal });
    const warmed = perSecond(outcomes.length, warmStartedAt);
    const stored = outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value === 'stored').length;
    if (stored < outcomes.length) {
      note(`In one repeat at least, Redis took only ${stored} of ${outcomes.length} entries.`);
    }
    const purgeStartedAt = performance.now();
    const report = await world.purger.purge(world.keys.entryPattern(NAME), {
      signal: AbortSignal.any([signal, AbortSignal.timeout(LONGEST_PURGE_MS)]),
    });
    throwIfCancelled(signal);
    if (report.cancelled) {
      note(`Redis has so many keys that a purge was stopped after ${LONGEST_PURGE_MS / 1_000} seconds.`);
    }
    const [purged, scanned] = [report.removed, report.scanned].map((count) => perSecond(count, purgeStartedAt));
    return { warmed, purged: purged ?? 0, scanned: scanned ?? 0 };
  },
};

function perSecond(count: number, startedAt: number): number {
  return (count / (performance.now() - startedAt)) * 1_000;
}

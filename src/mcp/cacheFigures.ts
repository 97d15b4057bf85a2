import type { Window } from '../cache/metrics';
import type { Overview } from '../service/fleetOverview';
import type { FleetServices } from '../service/fleetServices';

const WINDOWS: readonly Window[] = ['1m', '5m', 'start'];

/** The counts and ratios of this instance's lookups, by window: the last minute, the last five, since the start. */
export function lookupFigures({ cache: { metrics } }: FleetServices) {
  return WINDOWS.map((window) => ({
    window,
    ...metrics.counts(window),
    ...present({ hitRatio: metrics.hitRatio(window), sourceOffload: metrics.sourceOffload(window) }),
  }));
}

/** How each dataset is cached, and what came of it in this instance since its start. */
export function datasetFigures({ policyFigures }: FleetServices) {
  return policyFigures().map((figures) => present(figures));
}

/** The state of Redis, with the reason where it is not up. */
export function storeState({ cache: { storeHealth } }: FleetServices) {
  return { state: storeHealth.state, ...('reason' in storeHealth ? { reason: storeHealth.reason } : {}) };
}

/** The figures over all instances. */
export function sharedFigures({ ratios, instances, redis }: Overview) {
  return present({ hitRatio: ratios?.hitRatio, sourceOffload: ratios?.sourceOffload, instances, redis });
}

/** Without what is not known. */
function present<T extends object>(figures: T): Partial<T> {
  const known = Object.entries(figures).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as Partial<T>;
}

import type { CacheMetrics, Window } from '../../cache/metrics';
import type { StoreHealth } from '../../cache/store';
import type { Head, Percentiles, Ratios, RedisState, Windows } from '../../protocol/dashboard';
import type { FleetOverview } from '../../service/fleetOverview';
import type { FleetServices } from '../../service/fleetServices';
import type { HistorySample } from '../../service/metricsHistory';
import { present } from './present';

/** What was asked of Redis for the head. */
export type Overview = Awaited<ReturnType<FleetOverview['all']>>;

/** What the hit ratio should be at least. */
export const TARGET_RATIO = 0.8;

const WINDOWS: readonly Window[] = ['1m', '5m', 'start'];
/** Lookups per second are of so long, in ms. */
const RATE_MS = 60_000;
/** Slower calls are not told apart, in ms: where the histograms of latency end. */
const SLOWEST_MS = 10_000;

/** The head while there are no services. */
export const EMPTY_HEAD: Head = {
  own: { hitRatio: {}, sourceOffload: {} },
  targetRatio: TARGET_RATIO,
  lookupsPerSecond: 0,
  hitLatency: {},
  missLatency: {},
  fetchLatency: {},
  redis: { state: 'connecting' },
  miners: { total: 0, online: 0, offline: 0 },
};

/** @param overview `undefined` while Redis has not answered. */
export function makeHead(
  { cache, monitor, inventory, history }: Pick<FleetServices, 'cache' | 'monitor' | 'inventory' | 'history'>,
  overview: Overview | undefined,
): Head {
  const { metrics } = cache;
  const views = inventory.current.miners.map(({ id }) => monitor.view(id).type);
  return {
    own: ratiosOf(metrics),
    targetRatio: TARGET_RATIO,
    lookupsPerSecond: lookupsPerSecond(history.samples()),
    hitLatency: percentilesOf(metrics.hitLatency),
    missLatency: percentilesOf(metrics.missLatency),
    fetchLatency: percentilesOf(metrics.fetchLatency),
    redis: redisStateOf(cache.storeHealth, overview),
    miners: {
      total: views.length,
      online: views.filter((type) => type === 'online').length,
      offline: views.filter((type) => type === 'failed').length,
    },
    ...present({ all: overview?.ratios, instances: overview?.instances }),
  };
}

function ratiosOf(metrics: CacheMetrics): Ratios {
  return {
    hitRatio: windowsOf((window) => metrics.hitRatio(window)),
    sourceOffload: windowsOf((window) => metrics.sourceOffload(window)),
  };
}

function windowsOf(ratio: (window: Window) => number | undefined): Windows {
  return present(Object.fromEntries(WINDOWS.map((window) => [window, ratio(window)])));
}

function percentilesOf(histogram: CacheMetrics['hitLatency']): Percentiles {
  const quantile = (share: number) => {
    const ms = histogram.quantile(share);
    // A message carries no infinity.
    return ms === undefined ? undefined : Math.min(ms, SLOWEST_MS);
  };
  return present({ p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) });
}

function lookupsPerSecond(samples: readonly HistorySample[]): number {
  const last = samples.at(-1);
  const recent = last === undefined ? [] : samples.filter(({ at }) => at > last.at - RATE_MS);
  const lookups = recent.reduce((sum, { total }) => sum + total.lookups, 0);
  const spanMs = recent.reduce((sum, sample) => sum + sample.spanMs, 0);
  return spanMs === 0 ? 0 : (lookups / spanMs) * 1000;
}

function redisStateOf(health: StoreHealth, overview: Overview | undefined): RedisState {
  const figures = health.state === 'down' ? {} : present({ ...overview?.redis });
  return { ...figures, ...stateAndReason(health) };
}

function stateAndReason(health: StoreHealth): Pick<RedisState, 'state' | 'reason'> {
  const { state } = health;
  return 'reason' in health ? { state, reason: health.reason } : { state };
}

import type { Miner } from '../../fleet/miner';
import type { MinerState } from '../../fleet/minerData';
import { currentHashrateThs } from '../../fleet/minerReport';
import type { EventRow, MinerCell, Sample, SampleCounts } from '../../protocol/dashboard';
import type { MinerView } from '../../service/fleetMonitor';
import type { HeardState, LoggedEvent } from '../../service/loggedEvents';
import type { HistorySample } from '../../service/metricsHistory';
import { stateOf } from '../minerState';
import { present } from './present';

/** What was heard of a miner's state, and when, in ms since the epoch. */
export interface HeardAt extends HeardState {
  readonly at: number;
}

/** The news of a miner, where it is newer than what was read of it. Where nothing could be read, it says too little. */
function newsOf(view: MinerView, heard: HeardAt | undefined): HeardAt | undefined {
  return view.type === 'online' && heard !== undefined && heard.at > view.status.fetchedAt ? heard : undefined;
}

/** The state in {@link cellOf} of a miner that is online, and `undefined` of one that is not. */
export function onlineStateOf(view: MinerView, heard: HeardAt | undefined): MinerState | undefined {
  const state = view.type === 'online' ? (newsOf(view, heard)?.state ?? stateOf(view)) : undefined;
  return state === 'offline' ? undefined : state;
}

/**
 * What the grid shows of a miner.
 *
 * @param temperatureC the last one read, if there is one.
 * @param heard shown in place of the state that was read, if it is newer.
 */
export function cellOf(
  { id, tenant }: Miner,
  view: MinerView,
  temperatureC: number | undefined,
  heard: HeardAt | undefined,
): MinerCell {
  switch (view.type) {
    case 'unread':
      return { id, tenant, state: 'unread' };
    case 'failed':
      return { id, tenant, state: 'offline', reason: view.reason };
    case 'online': {
      const { status, stats } = view;
      const news = newsOf(view, heard);
      if (news?.state === 'offline') {
        return { id, tenant, state: 'offline', ...present({ reason: news.reason }) };
      }
      return {
        id,
        tenant,
        state: news?.state ?? stateOf(view),
        fetchedAt: status.fetchedAt,
        ttlS: status.ttlS,
        ...present({
          hashrateThs: currentHashrateThs(stats?.data),
          nominalHashrateThs: stats?.data.nominalHashrateThs,
          temperatureC,
          powerW: stats?.data.powerW,
        }),
      };
    }
  }
}

/** What the charts show of a span. */
export function sampleOf(sample: HistorySample): Sample {
  const { at, spanMs, hitMs, missMs, invalidations, evictions, redisMemoryBytes, redisWasDown } = sample;
  const datasets = [...sample.datasets].filter(([, { lookups }]) => lookups > 0);
  return {
    at,
    spanMs,
    total: countsOf(sample.total),
    datasets: Object.fromEntries(datasets.map(([dataset, counts]) => [dataset, countsOf(counts)])),
    invalidations,
    evictions,
    redisWasDown,
    ...present({ hitMs, missMs, redisMemoryBytes }),
  };
}

function countsOf({ lookups, l1Hits, l2Hits, staleHits, misses, bypasses }: SampleCounts): SampleCounts {
  return { lookups, l1Hits, l2Hits, staleHits, misses, bypasses };
}

const MAX_CASCADE = 100;

/** What the stream of events shows of one. */
export function eventRowOf({ id, at, kind, minerId, tenant, text, cascade, by }: LoggedEvent): EventRow {
  return { id, at, kind, text, ...present({ minerId, tenant, cascade: cascade?.slice(0, MAX_CASCADE), by }) };
}

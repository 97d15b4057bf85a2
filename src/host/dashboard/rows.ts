import type { Miner } from '../../fleet/miner';
import { currentHashrateThs } from '../../fleet/minerReport';
import type { EventRow, MinerCell, Sample, SampleCounts } from '../../protocol/dashboard';
import type { LoggedEvent } from '../../service/eventLog';
import type { MinerView } from '../../service/fleetMonitor';
import type { HistorySample } from '../../service/metricsHistory';
import { stateOf } from '../minerState';
import { present } from './present';

/** What the grid shows of a miner. @param temperatureC the last one read, if there is one. */
export function cellOf({ id, tenant }: Miner, view: MinerView, temperatureC: number | undefined): MinerCell {
  switch (view.type) {
    case 'unread':
      return { id, tenant, state: 'unread' };
    case 'failed':
      return { id, tenant, state: 'offline', reason: view.reason };
    case 'online': {
      const { status, stats } = view;
      return {
        id,
        tenant,
        state: stateOf(view),
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

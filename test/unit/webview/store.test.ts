import { describe, expect, it } from 'vitest';
import { columnsOfSamples } from '../../../src/host/dashboard/sampleColumns';
import type { EventRow, MinerCell, Sample, Snapshot } from '../../../src/protocol/dashboard';
import { compareEventIds, EventHistory } from '../../../src/webview/eventHistory';
import { Ring } from '../../../src/webview/ring';
import { DashboardStore } from '../../../src/webview/store';

const COUNTS = { lookups: 0, l1Hits: 0, l2Hits: 0, staleHits: 0, misses: 0, bypasses: 0 };
const PERCENTILES = {};
const RATIOS = { hitRatio: {}, sourceOffload: {} };
const SNAPSHOT: Snapshot = {
  availability: { state: 'running' },
  head: {
    own: RATIOS,
    targetRatio: 0.8,
    lookupsPerSecond: 0,
    hitLatency: PERCENTILES,
    missLatency: PERCENTILES,
    fetchLatency: PERCENTILES,
    redis: { state: 'up' },
    miners: { total: 0, online: 0, offline: 0 },
  },
  samples: columnsOfSamples([]),
  miners: [],
  events: [],
  policies: [],
};

function sample(at: number): Sample {
  return { at, spanMs: 5_000, total: COUNTS, datasets: {}, invalidations: 0, evictions: 0, redisWasDown: false };
}

function event(sequence: number, text = 'x'): EventRow {
  return { id: `1800000000000-${sequence}`, at: sequence, kind: 'status', text };
}

function miner(id: string, state: MinerCell['state'] = 'normal'): MinerCell {
  return { id, tenant: 'site', state };
}

describe('a ring', () => {
  it('keeps the last ones, the oldest first', () => {
    const ring = new Ring<number>(3);
    for (const number of [1, 2, 3, 4, 5]) {
      ring.push(number);
    }
    expect(ring.toArray()).toEqual([3, 4, 5]);
    expect(ring.last).toBe(5);
    expect([ring.at(0), ring.at(2), ring.at(3), ring.at(-1)]).toEqual([3, 5, undefined, undefined]);
  });

  it('is empty once it was cleared', () => {
    const ring = new Ring<number>(2);
    for (const number of [1, 2, 3]) {
      ring.push(number);
    }
    ring.clear();
    ring.push(4);
    expect(ring.toArray()).toEqual([4]);
  });
});

describe('the store', () => {
  it('tells once what changed', () => {
    const store = new DashboardStore();
    store.replace(SNAPSHOT, 0);
    expect([...store.takeChanges()].sort()).toEqual([
      'availability',
      'events',
      'head',
      'miners',
      'policies',
      'samples',
    ]);
    expect(store.takeChanges().size).toBe(0);
    store.apply({ miners: [miner('a')] }, 0);
    expect([...store.takeChanges()]).toEqual(['miners']);
  });

  it('keeps what it knows of the miners and events until the rest of a snapshot comes, which has them all', () => {
    const store = new DashboardStore();
    const { miners: _, events: __, policies: ___, ...first } = SNAPSHOT;
    store.replace(first, 0);
    expect(store.isWhole).toBe(false);
    expect([...store.takeChanges()].sort()).toEqual(['availability', 'head', 'samples']);
    store.complete({ miners: [miner('a')], events: [event(1)], policies: [] }, 0);
    expect(store.isWhole).toBe(true);
    expect([...store.takeChanges()].sort()).toEqual(['events', 'miners', 'policies']);
    store.replace(first, 0);
    expect([...store.miners.keys()]).toEqual(['a']);
    expect(store.takeChangedMiners()).toBeUndefined();
    store.complete({ miners: [miner('b')], events: [event(2)], policies: [], eventCounts: { status: 7 } }, 0);
    expect([...store.miners.keys()]).toEqual(['b']);
    expect(store.events.rows.map(({ id }) => id)).toEqual([event(2).id]);
    expect(store.events.counts.status).toBe(7);
    expect(store.takeChangedMiners()).toBeUndefined();
  });

  it('keeps what an update does not name', () => {
    const store = new DashboardStore();
    store.replace({ ...SNAPSHOT, miners: [miner('a'), miner('b')] }, 0);
    store.apply({ miners: [miner('b', 'offline')], removedMiners: ['a'] }, 0);
    expect([...store.miners.values()]).toEqual([miner('b', 'offline')]);
    expect(store.head).toBe(SNAPSHOT.head);
  });

  it('takes no sample twice when a snapshot and updates overlap', () => {
    const store = new DashboardStore();
    store.replace({ ...SNAPSHOT, samples: columnsOfSamples([sample(5_000), sample(10_000)]) }, 0);
    store.apply({ samples: [sample(10_000), sample(15_000)] }, 0);
    expect(store.samples.map(({ at }) => at)).toEqual([5_000, 10_000, 15_000]);
  });

  it('keeps a bounded history and a bounded fleet', () => {
    const store = new DashboardStore();
    store.replace(SNAPSHOT, 0);
    store.apply({ samples: Array.from({ length: 10_000 }, (_, index) => sample((index + 1) * 5_000)) }, 0);
    store.apply({ miners: Array.from({ length: 60_000 }, (_, index) => miner(`m${index}`)) }, 0);
    expect(store.samples).toHaveLength(4_500);
    expect(store.samples.at(-1)?.at).toBe(50_000_000);
    expect(store.miners.size).toBe(50_000);
  });

  it('is as the last snapshot says, whatever was there', () => {
    const store = new DashboardStore();
    store.replace(
      { ...SNAPSHOT, miners: [miner('a')], samples: columnsOfSamples([sample(90_000)]), events: [event(9)] },
      0,
    );
    store.replace(
      { ...SNAPSHOT, miners: [miner('b')], samples: columnsOfSamples([sample(5_000)]), events: [event(3)] },
      0,
    );
    expect([...store.miners.keys()]).toEqual(['b']);
    expect(store.samples.map(({ at }) => at)).toEqual([5_000]);
    expect(store.events.rows.map(({ id }) => id)).toEqual(['1800000000000-3']);
  });
});

describe('the event history', () => {
  it('orders places by their numbers', () => {
    const ids = ['10-1', '9-10', '9-9', '10-0'];
    expect(ids.sort(compareEventIds)).toEqual(['9-9', '9-10', '10-0', '10-1']);
    const ofOneInstance = ['9-9-10', '9-10', '9-9', '9-9-9', '9-9-11'];
    expect(ofOneInstance.sort(compareEventIds)).toEqual(['9-9', '9-9-9', '9-9-10', '9-9-11', '9-10']);
  });

  it('G9 takes for new what only one instance tells, however often it did so since the last event', () => {
    const history = new EventHistory();
    const ids = Array.from({ length: 12 }, (_, index) => `9-9-${index + 1}`);
    for (const id of ids) {
      history.add([{ ...event(1), id }], undefined, 0);
    }
    expect(history.rows.map((row) => row.id)).toEqual(ids);
  });

  it('G9 takes over from the history without a double and without a hole', () => {
    const history = new EventHistory();
    history.reset([event(1), event(2), event(3)], {}, 0);
    history.add([event(2), event(3), event(4)], undefined, 0);
    expect(history.rows.map(({ at }) => at)).toEqual([1, 2, 3, 4]);
  });

  it('counts what the host counted, though only the last rows came', () => {
    const history = new EventHistory();
    history.add([event(19_999), event(20_000)], { status: 19_000, fill: 1_000 }, 0);
    expect(history.counts).toEqual({ status: 19_000, config: 0, invalidated: 0, fill: 1_000, warm: 0, gap: 0 });
  });

  it('counts new rows when the host counted nothing, and no double', () => {
    const history = new EventHistory();
    history.reset([event(1)], {}, 0);
    history.add([event(1), event(2)], undefined, 0);
    expect(history.counts.status).toBe(1);
  });

  it('tells the rate of the last five whole seconds', () => {
    const history = new EventHistory();
    for (let second = 0; second < 8; second++) {
      history.add([], { status: 100 }, second * 1_000);
    }
    expect(history.perSecond(7_999)).toBe(100);
    expect(history.perSecond(9_500)).toBe(80);
    expect(history.perSecond(60_000)).toBe(0);
  });

  it('is bounded in rows, and each row in what it takes', () => {
    const history = new EventHistory();
    const long = 'x'.repeat(100_000);
    history.add(
      [{ ...event(1, long), minerId: long, tenant: long, by: long, cascade: Array(1_000).fill(long) }],
      undefined,
      0,
    );
    const [row] = history.rows;
    expect(JSON.stringify(row).length).toBeLessThan(110_000);
    history.add(
      Array.from({ length: 5_000 }, (_, index) => event(index + 2)),
      undefined,
      0,
    );
    expect(history.rows).toHaveLength(2_000);
    expect(history.rows.at(-1)?.at).toBe(5_001);
  });
});

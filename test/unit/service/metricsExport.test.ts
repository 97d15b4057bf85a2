import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICIES } from '../../../src/cache/policy';
import { parseCsv } from '../../../src/fleet/csv';
import { MetricsExport } from '../../../src/service/metricsExport';
import { Rig } from '../cache/rig';

const INSTANCE = { id: 'host "a"-1', kind: 'server', version: '1.2.3' } as const;
const SAMPLE = /^([a-z_0-9]+)(?:\{([^}]*)\})? (\S+)$/;

/** A cache in which a miner was read three times, and then what was counted. */
async function counted() {
  const rig = new Rig();
  const { cache, store } = rig.open('a');
  const request = rig.request('m1');
  for (let read = 0; read < 3; read++) {
    await rig.ended(cache.getOrFetch(request));
  }
  const { metrics } = cache;
  metrics.recordFetch('miner:status', 250);
  metrics.recordFetch('miner:status', 20_000);
  metrics.recordError('miner:pools');
  return { rig, cache, store, exported: new MetricsExport({ cache, policies: DEFAULT_POLICIES, instance: INSTANCE }) };
}

/** The samples of a text in Prometheus' format, by name and labels as they stand there. */
function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
    const [, name, labels, value] = SAMPLE.exec(line) ?? [];
    expect(name, line).toBeDefined();
    const key = labels === undefined ? `${name}` : `${name}{${labels}}`;
    expect(samples.has(key), key).toBe(false);
    samples.set(key, Number(value));
  }
  return samples;
}

function sum(samples: ReadonlyMap<string, number>, prefix: string): number {
  return [...samples].filter(([name]) => name.startsWith(prefix)).reduce((total, [, value]) => total + value, 0);
}

describe('the metrics as Prometheus reads them', () => {
  it('G7: are those of the cache, and add up', async () => {
    const { cache, exported } = await counted();
    const samples = samplesOf(await exported.prometheus());
    const counts = cache.metrics.counts('start');
    expect(counts.lookups).toBe(3);
    expect(sum(samples, 'fleet_cache_lookups_total{')).toBe(counts.lookups);
    expect(samples.get('fleet_cache_lookups_total{dataset="miner:status",outcome="miss"}')).toBe(counts.misses);
    expect(sum(samples, 'fleet_cache_fetches_total{') + sum(samples, 'fleet_cache_coalesced_total{')).toBe(
      counts.misses,
    );
    expect(samples.get('fleet_cache_errors_total{dataset="miner:pools"}')).toBe(1);
    expect(samples.get('fleet_cache_hit_ratio{window="start"}')).toBeCloseTo(cache.metrics.hitRatio('start') ?? -1, 9);
    expect(samples.get('fleet_cache_hit_duration_seconds_count')).toBe(cache.metrics.hitLatency.count);
    expect(samples.get('fleet_cache_redis_up')).toBe(1);
    expect(sum(samples, 'fleet_cache_l1_entries{')).toBe(cache.firstTier.entryCount);
    expect(sum(samples, 'fleet_cache_l1_bytes{')).toBe(cache.firstTier.sizeBytes);
  });

  it('have every dataset from the beginning, and no ratio without lookups', async () => {
    const { cache } = new Rig().open('a');
    const exported = new MetricsExport({ cache, policies: DEFAULT_POLICIES, instance: INSTANCE });
    const samples = samplesOf(await exported.prometheus());
    for (const dataset of Object.keys(DEFAULT_POLICIES)) {
      expect(samples.get(`fleet_cache_lookups_total{dataset="${dataset}",outcome="l1_hit"}`)).toBe(0);
    }
    expect([...samples.keys()].filter((name) => name.includes('_ratio') || name.includes('offload'))).toEqual([]);
  });

  it('have cumulative buckets in seconds, which end with all', async () => {
    const { exported } = await counted();
    const text = await exported.prometheus();
    const name = 'fleet_cache_fetch_duration_seconds';
    expect(text).toContain(`# TYPE ${name} histogram`);
    const samples = samplesOf(text);
    expect(samples.get(`${name}_bucket{le="0.2"}`)).toBe(1);
    expect(samples.get(`${name}_bucket{le="0.5"}`)).toBe(2);
    expect(samples.get(`${name}_bucket{le="10"}`)).toBe(2);
    expect(samples.get(`${name}_bucket{le="+Inf"}`)).toBe(3);
    expect(samples.get(`${name}_count`)).toBe(3);
    expect(samples.get(`${name}_sum`)).toBeCloseTo(20.25, 2);
    const bounds = [...samples.keys()].filter((each) => each.startsWith(`${name}_bucket`));
    const counts = bounds.map((each) => samples.get(each) ?? -1);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(bounds.join()).not.toMatch(/\d{8}/);
  });

  it('name the instance, whatever it is called', async () => {
    const { exported } = await counted();
    expect(await exported.prometheus()).toContain(
      'fleet_cache_info{instance_id="host \\"a\\"-1",kind="server",version="1.2.3"} 1',
    );
  });

  it('say that Redis is down', async () => {
    const { store, exported } = await counted();
    store.notice({ state: 'down', reason: 'It was killed.' });
    expect(samplesOf(await exported.prometheus()).get('fleet_cache_redis_up')).toBe(0);
    store.notice({ state: 'refusing-writes', reason: 'It is full.' });
    const samples = samplesOf(await exported.prometheus());
    expect(samples.get('fleet_cache_redis_up')).toBe(1);
    expect(samples.get('fleet_cache_redis_refuses_writes')).toBe(1);
    expect(samples.get('fleet_cache_redis_refuses_reads')).toBe(0);
  });
});

describe('the metrics as a table', () => {
  it('have a row for each window of each dataset and of all together, and columns that add up', async () => {
    const { cache, exported } = await counted();
    const [header = [], ...rows] = parseCsv(exported.csv()).map((record) => record.map(({ text }) => text));
    expect(rows).toHaveLength(3 * (Object.keys(DEFAULT_POLICIES).length + 1));
    expect(rows.every((row) => row.length === header.length)).toBe(true);
    const row = (dataset: string, window: string) => {
      const found = rows.find(([name, of]) => name === dataset && of === window) ?? [];
      return Object.fromEntries(header.map((name, column) => [name, found[column]]));
    };
    const all = row('all', 'start');
    expect(all).toMatchObject({ lookups: '3', hitP50Ms: expect.any(String), fetchP99Ms: 'Infinity' });
    const outcomes = ['l1Hits', 'l2Hits', 'staleHits', 'misses', 'bypasses'];
    expect(outcomes.reduce((total, name) => total + Number(all[name]), 0)).toBe(3);
    expect(Number(all.hitRatio)).toBeCloseTo(cache.metrics.hitRatio('start') ?? -1, 5);
    expect(row('miner:status', '1m')).toMatchObject({ lookups: '3', hitP50Ms: '' });
    expect(row('pool:urls', '5m')).toMatchObject({ lookups: '0', hitRatio: '' });
  });
});

describe('a reset of the metrics', () => {
  it('begins anew from its moment on, and leaves what is cached', async () => {
    const { rig, cache, exported } = await counted();
    const { entryCount } = cache.firstTier;
    rig.clock.advance(5_000);
    exported.reset();
    const samples = samplesOf(await exported.prometheus());
    expect(sum(samples, 'fleet_cache_lookups_total{')).toBe(0);
    expect(samples.get('fleet_cache_fetch_duration_seconds_sum')).toBe(0);
    expect(samples.get('fleet_cache_counting_since_seconds')).toBe(rig.clock.now() / 1_000);
    expect(cache.firstTier.entryCount).toBe(entryCount);
    await rig.ended(cache.getOrFetch(rig.request('m1')));
    expect(cache.metrics.counts('start').lookups).toBe(1);
  });
});

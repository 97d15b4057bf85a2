import type { Metric, Registry } from 'prom-client';
import { BOUNDS_MS } from '../cache/histogram';
import type { LookupCounts } from '../cache/metrics';
import { type LatencyMetrics, type MetricsReport, WINDOWS } from './metricsReport';

interface Sample {
  readonly metricName: string;
  readonly labels: { readonly le?: number | string };
  readonly value: number;
}

const OUTCOMES = [
  ['l1Hits', 'l1_hit'],
  ['l2Hits', 'l2_hit'],
  ['staleHits', 'stale_hit'],
  ['misses', 'miss'],
  ['bypasses', 'bypass'],
] as const satisfies readonly (readonly [keyof LookupCounts, string])[];

/** What is counted by dataset besides the outcomes, by the end of its name. */
const COUNTERS = [
  ['fetches', 'fetches', 'Misses that read the miner.'],
  ['coalesced', 'coalesced', 'Misses that waited for the read of another.'],
  ['staleFetches', 'stale_fetches', 'Stale hits that asked the miner first, in vain.'],
  ['backgroundFetches', 'background_fetches', 'Reads of miners that are no lookups: warming, views, refreshes ahead.'],
  ['errors', 'errors', 'Reads of miners that failed, and stored values that could not be read.'],
] as const satisfies readonly (readonly [keyof LookupCounts, string, string])[];

/** The figures of one instance as Prometheus reads them (text format 0.0.4). Counters begin anew when they are reset. */
export async function prometheusText(report: MetricsReport): Promise<string> {
  const { Counter, Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, value: number) => {
    new Gauge({ name: `fleet_cache_${name}`, help, registers }).set(value);
  };
  new Gauge({
    name: 'fleet_cache_info',
    help: 'The instance that tells these figures.',
    labelNames: ['instance_id', 'kind', 'version'],
    registers,
  }).set({ instance_id: report.instance.id, kind: report.instance.kind, version: report.instance.version }, 1);
  gauge('counting_since_seconds', 'When the counting began, as a Unix time.', report.since / 1_000);

  const lookups = new Counter({
    name: 'fleet_cache_lookups_total',
    help: 'Lookups by dataset and by how they ended; their sum is the number of lookups.',
    labelNames: ['dataset', 'outcome'],
    registers,
  });
  for (const { dataset, windows } of report.datasets) {
    for (const [name, outcome] of OUTCOMES) {
      lookups.inc({ dataset, outcome }, windows.start.counts[name]);
    }
  }
  for (const [name, ending, help] of COUNTERS) {
    const counter = new Counter({ name: `fleet_cache_${ending}_total`, help, labelNames: ['dataset'], registers });
    for (const { dataset, windows } of report.datasets) {
      counter.inc({ dataset }, windows.start.counts[name]);
    }
  }

  const ratio = (name: 'hitRatio' | 'sourceOffload', ending: string, help: string) => {
    const shares = new Gauge({ name: `fleet_cache_${ending}`, help, labelNames: ['window'], registers });
    for (const window of WINDOWS) {
      const share = report.total[window][name];
      if (share !== undefined) {
        shares.set({ window }, share);
      }
    }
  };
  ratio('hitRatio', 'hit_ratio', 'Share of lookups that the cache answered, from 0 to 1, by window.');
  ratio('sourceOffload', 'source_offload', 'Share of lookups that read no miner, from 0 to 1, by window.');

  const { hit, miss, fetch } = report.latency;
  registerHistogram(registry, 'fleet_cache_hit_duration_seconds', 'Lookups that the cache answered.', hit);
  registerHistogram(registry, 'fleet_cache_miss_duration_seconds', 'Lookups that waited for a miner.', miss);
  registerHistogram(registry, 'fleet_cache_fetch_duration_seconds', 'Reads of miners, whoever caused them.', fetch);

  const byDataset = (name: 'entries' | 'bytes', help: string) => {
    const sizes = new Gauge({ name: `fleet_cache_l1_${name}`, help, labelNames: ['dataset'], registers });
    for (const each of report.datasets) {
      sizes.set({ dataset: each.dataset }, each[name]);
    }
  };
  byDataset('entries', 'Entries kept in the process.');
  byDataset('bytes', 'Size of the texts of the entries kept in the process.');
  new Counter({
    name: 'fleet_cache_l1_evictions_total',
    help: 'Entries that went from the process for want of room.',
    registers,
  }).inc(report.firstTier.evictions);

  const { isUp, refusesReads, refusesWrites } = report.redis;
  gauge('redis_up', 'Whether Redis answers.', Number(isUp));
  gauge('redis_refuses_reads', 'Whether Redis answers, and refuses reads.', Number(refusesReads));
  gauge('redis_refuses_writes', 'Whether Redis answers, and refuses writes.', Number(refusesWrites));
  return registry.metrics();
}

/** The library's own histogram counts one observation at a time; here they are counted already. */
function registerHistogram(registry: Registry, name: string, help: string, { buckets, sumMs }: LatencyMetrics): void {
  let count = 0;
  const values = [...BOUNDS_MS, Number.POSITIVE_INFINITY].map((boundMs, index): Sample => {
    count += buckets[index] ?? 0;
    const le = Number.isFinite(boundMs) ? secondsOf(boundMs) : '+Inf';
    return { metricName: `${name}_bucket`, labels: { le }, value: count };
  });
  values.push(
    { metricName: `${name}_sum`, labels: {}, value: secondsOf(sumMs) },
    { metricName: `${name}_count`, labels: {}, value: count },
  );
  const metric = { name, get: async () => ({ name, help, type: 'histogram', values }) };
  // Of a metric the registry asks for nothing else, which its types do not say.
  registry.registerMetric(metric as unknown as Metric);
}

/** Without the noise of binary fractions. */
function secondsOf(ms: number): number {
  return Number((ms / 1_000).toPrecision(12));
}

import { columnsOfSamples } from '../../../src/host/dashboard/sampleColumns';
import type {
  EventRow,
  Head,
  MinerCell,
  PolicyRow,
  Ratios,
  Rest,
  Sample,
  SampleCounts,
  Snapshot,
} from '../../../src/protocol/dashboard';

const DATASETS = ['miner:status', 'miner:stats', 'fleet:summary', 'miner:hashboards'];
const STATES: readonly MinerCell['state'][] = ['paused', 'suspended', 'restricted', 'not-started', 'offline', 'unread'];

export function ratios(ratio: number): Ratios {
  return {
    hitRatio: { '1m': ratio + 0.02, '5m': ratio, start: ratio - 0.03 },
    sourceOffload: { '1m': ratio + 0.05, '5m': ratio + 0.04, start: ratio },
  };
}

export function head(change: Partial<Head> = {}): Head {
  return {
    own: ratios(0.912),
    all: ratios(0.934),
    targetRatio: 0.8,
    lookupsPerSecond: 412.6,
    hitLatency: { p50: 0.04, p95: 0.31, p99: 1.2 },
    missLatency: { p50: 18.4, p95: 64, p99: 180 },
    fetchLatency: { p50: 17.9, p95: 61, p99: 172 },
    redis: { state: 'up', latencyMs: 0.42, memoryBytes: 48_300_000, memoryLimitBytes: 268_435_456 },
    miners: { total: 5_000, online: 4_871, offline: 61 },
    instances: 3,
    ...change,
  };
}

/** `hits` of the lookups were found, most of them in the first tier. */
export function counts(lookups: number, hits: number): SampleCounts {
  const l1Hits = Math.floor(hits * 0.7);
  const staleHits = Math.floor(hits * 0.03);
  const bypasses = Math.floor((lookups - hits) * 0.2);
  return {
    lookups,
    l1Hits,
    l2Hits: hits - l1Hits - staleHits,
    staleHits,
    misses: lookups - hits - bypasses,
    bypasses,
  };
}

/** One sample each five seconds until `now`, `minutes` back; figures that move, the same at each call. */
export function samples(now: number, minutes: number): Sample[] {
  const count = minutes * 12;
  return Array.from({ length: count }, (_, index) => sample(now - (count - 1 - index) * 5_000, index));
}

export function sample(at: number, index: number): Sample {
  const wave = Math.sin(index / 17);
  const lookups = Math.round(2_000 + 600 * wave);
  const ratio = 0.9 + 0.06 * Math.sin(index / 29);
  return {
    at,
    spanMs: 5_000,
    total: counts(lookups, Math.round(lookups * ratio)),
    datasets: Object.fromEntries(
      DATASETS.map((name, of) => {
        const part = Math.round(lookups / 4);
        return [name, counts(part, Math.round(part * Math.min(1, Math.max(0.5, ratio + (of - 2) * 0.05))))];
      }),
    ),
    hitMs: 0.4 + 0.1 * wave,
    missMs: 20 + 6 * Math.sin(index / 11),
    invalidations: index % 37 === 0 ? 3 : 0,
    evictions: index % 91 === 50 ? 1 : 0,
    redisMemoryBytes: 46_000_000 + index * 9_000,
    redisWasDown: false,
  };
}

export function miners(count: number, now: number): MinerCell[] {
  return Array.from({ length: count }, (_, index) => miner(index, now));
}

export function miner(index: number, now: number): MinerCell {
  const state = index % 23 === 7 ? (STATES[Math.floor(index / 23) % STATES.length] ?? 'normal') : 'normal';
  const cell = { id: `miner-${index}`, tenant: `site-${Math.floor(index / 1_000) + 1}`, state };
  if (state === 'unread') {
    return cell;
  }
  if (state === 'offline') {
    return { ...cell, reason: 'no answer within 5 s' };
  }
  return {
    ...cell,
    hashrateThs: state === 'normal' ? 95 * (0.7 + 0.3 * Math.abs(Math.sin(index))) : 0,
    nominalHashrateThs: 95,
    temperatureC: state === 'normal' ? 52 + 36 * Math.abs(Math.sin(index * 1.7)) ** 3 : 31,
    powerW: 3_100,
    fetchedAt: now - (index % 14) * 1_000,
    ttlS: 10,
  };
}

export function events(count: number, now: number, firstSequence = 0): EventRow[] {
  return Array.from({ length: count }, (_, index) => event(firstSequence + index, now - (count - index) * 700));
}

export function event(sequence: number, at: number): EventRow {
  const id = `1800000000000-${sequence}`;
  const source = { id, at, minerId: `miner-${sequence % 500}`, tenant: 'site-1', by: 'host-4711-1a2b3c4d' };
  switch (sequence % 4) {
    case 0:
      return { ...source, kind: 'status', text: 'normal → paused' };
    case 1:
      return { ...source, kind: 'fill', text: 'miner:status filled in 18 ms' };
    case 2:
      return {
        ...source,
        kind: 'invalidated',
        text: 'status changed',
        cascade: ['fleet:site-1:summary', 'fleet:global:summary'],
      };
    default:
      return { ...source, kind: 'config', text: 'pools changed' };
  }
}

export function policies(): PolicyRow[] {
  const row = (dataset: string, strategy: string, ttlS: number, hitRatio: number | undefined): PolicyRow => ({
    dataset,
    strategy,
    ttlS,
    entries: 4_871,
    bytes: 1_240_000,
    lookups: hitRatio === undefined ? 0 : 81_234,
    ...(hitRatio === undefined
      ? {}
      : { hitRatio, sourceOffload: Math.min(1, hitRatio + 0.02), meanAgeS: ttlS / 3, meanFetchMs: 18.2 }),
    isUnderTarget: hitRatio !== undefined && hitRatio < 0.8,
  });
  return [
    row('miner:status', 'EPHEMERAL', 10, 0.93),
    row('miner:stats', 'EPHEMERAL', 10, 0.91),
    row('miner:errors', 'EPHEMERAL', 10, 0.71),
    row('miner:cooling', 'EPHEMERAL', 10, 0.84),
    row('miner:hashboards', 'EPHEMERAL', 30, 0.95),
    row('fleet:summary', 'EPHEMERAL', 30, 0.88),
    row('miner:config', 'EVENT_DRIVEN', 300, 0.97),
    row('miner:details', 'MODERATE', 300, 0.99),
    row('firmware:versions', 'STABLE', 3_600, undefined),
    row('pool:urls', 'STABLE', 43_200, undefined),
  ];
}

/** All of it in one message, with other parts than usual. */
export function snapshot(
  now: number,
  { samples: shown, ...change }: Omit<Partial<Snapshot>, 'samples'> & { readonly samples?: readonly Sample[] } = {},
): Snapshot & Rest {
  return {
    sentAt: now,
    availability: { state: 'running' },
    head: head(),
    samples: columnsOfSamples(shown ?? samples(now, 60)),
    miners: miners(5_000, now),
    events: events(400, now),
    policies: policies(),
    ...change,
  };
}

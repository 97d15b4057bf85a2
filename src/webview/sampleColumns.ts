import type { CountColumns, Sample, SampleColumns, SampleCounts } from '../protocol/dashboard';

/** The samples, the oldest first, of which the host sent lists of figures. */
export function samplesOf(columns: SampleColumns): Sample[] {
  const { at, spanMs, total, hitMs, missMs, invalidations, evictions, redisMemoryBytes } = columns;
  const datasets = Object.entries(columns.datasets);
  const wasDown = new Set(columns.redisWasDown);
  return at.map((endedAt, index): Sample => {
    const [hit, miss, memory] = [
      hitMs[index] ?? undefined,
      missMs[index] ?? undefined,
      redisMemoryBytes[index] ?? undefined,
    ];
    const looked = datasets.filter(([, { lookups }]) => (lookups[index] ?? 0) > 0);
    return {
      at: endedAt,
      spanMs: spanMs[index] ?? 0,
      total: countsAt(total, index),
      // As own properties, whatever their names are.
      datasets: Object.fromEntries(looked.map(([name, counts]) => [name, countsAt(counts, index)])),
      ...(hit === undefined ? {} : { hitMs: hit }),
      ...(miss === undefined ? {} : { missMs: miss }),
      invalidations: invalidations[index] ?? 0,
      evictions: evictions[index] ?? 0,
      ...(memory === undefined ? {} : { redisMemoryBytes: memory }),
      redisWasDown: wasDown.has(index),
    };
  });
}

function countsAt(columns: CountColumns, index: number): SampleCounts {
  return {
    lookups: columns.lookups[index] ?? 0,
    l1Hits: columns.l1Hits[index] ?? 0,
    l2Hits: columns.l2Hits[index] ?? 0,
    staleHits: columns.staleHits[index] ?? 0,
    misses: columns.misses[index] ?? 0,
    bypasses: columns.bypasses[index] ?? 0,
  };
}

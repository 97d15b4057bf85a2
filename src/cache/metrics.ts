import type { Clock } from '../base/clock';
import { LatencyHistogram } from './histogram';
import { Mean } from './mean';
import type { Dataset } from './policy';

/**
 * Counts of reads. Of every counted lookup exactly one of `l1Hits`, `l2Hits`, `staleHits`, `misses`, `bypasses` is counted,
 * and of every miss exactly one of `fetches` (it read the source) and `coalesced` (it waited for another's read).
 */
export interface LookupCounts {
  lookups: number;
  l1Hits: number;
  l2Hits: number;
  staleHits: number;
  misses: number;
  bypasses: number;
  fetches: number;
  coalesced: number;
  /** Stale hits that asked the source first, in vain. */
  staleFetches: number;
  /** Source reads that failed, and stored values that could not be read. */
  errors: number;
  /** Source reads on the product's own account: warming, views that refresh, refreshes ahead. No lookups. */
  backgroundFetches: number;
}

/** How one lookup ended. `staleAsked` is a stale hit whose reader asked the source in vain. */
export type LookupOutcome = 'l1Hit' | 'l2Hit' | 'staleHit' | 'staleAsked' | 'fetched' | 'coalesced' | 'bypass';

export type Window = '1m' | '5m' | 'start';

const BUCKET_MS = 5_000;
const BUCKETS = 60;
const WINDOW_BUCKETS: Readonly<Record<Exclude<Window, 'start'>, number>> = { '1m': 12, '5m': BUCKETS };

/** Of the hits in the first tier every so many is timed: timing each would cost as much as the hit. A power of two. */
const TIMED_EVERY = 64;

/** One dataset's counts: since the start, and of each five seconds in a ring that turns with the slots. */
class DatasetCounts {
  readonly sinceStart = emptyCounts();
  /** Of what was served from the cache, in ms. */
  readonly hitAge = new Mean();
  /** Of reads of the source, in ms. */
  readonly fetchCost = new Mean();
  readonly ring = Array.from({ length: BUCKETS }, emptyCounts);
  current: LookupCounts;

  constructor(slot: number) {
    this.current = this.ring[slot % BUCKETS] as LookupCounts;
  }

  turnTo(slot: number): void {
    this.current = this.ring[slot % BUCKETS] as LookupCounts;
    Object.assign(this.current, emptyCounts());
  }
}

/** This instance's figures, per dataset. Windows move in steps of five seconds. */
export class CacheMetrics {
  private readonly datasets = new Map<Dataset, DatasetCounts>();
  private slot: number;
  private slotEnd: number;
  private firstTierHits = 0;
  private countingSince: number;

  /** Of hits in either tier. */
  readonly hitLatency = new LatencyHistogram();
  readonly missLatency = new LatencyHistogram();
  /** Of the source alone. */
  readonly fetchLatency = new LatencyHistogram();

  constructor(private readonly clock: Clock) {
    this.slot = Math.floor(clock.monotonic() / BUCKET_MS);
    this.slotEnd = (this.slot + 1) * BUCKET_MS;
    this.countingSince = clock.now();
  }

  /** When the counting began, in ms since the epoch. */
  get since(): number {
    return this.countingSince;
  }

  /** Datasets of which anything was counted so far. */
  get countedDatasets(): readonly Dataset[] {
    return [...this.datasets.keys()];
  }

  /**
   * Counts a lookup that the first tier answered.
   *
   * @param startedAt of `Clock.monotonic`.
   * @param ageMs of what was served.
   */
  recordFirstTierHit(dataset: Dataset, startedAt: number, ageMs: number): void {
    const { current, sinceStart, hitAge } = this.of(dataset, startedAt);
    hitAge.add(ageMs);
    current.lookups++;
    current.l1Hits++;
    sinceStart.lookups++;
    sinceStart.l1Hits++;
    if ((this.firstTierHits++ & (TIMED_EVERY - 1)) === 0) {
      this.hitLatency.observe(this.clock.monotonic() - startedAt, TIMED_EVERY);
    }
  }

  /** Counts one lookup and how it ended. @param ageMs of what was served from the cache. */
  recordLookup(dataset: Dataset, outcome: LookupOutcome, latencyMs: number, ageMs?: number): void {
    const isMiss = outcome === 'fetched' || outcome === 'coalesced' || outcome === 'bypass';
    (isMiss ? this.missLatency : this.hitLatency).observe(latencyMs);
    const { current, sinceStart, hitAge } = this.of(dataset, this.clock.monotonic());
    addLookup(current, outcome);
    addLookup(sinceStart, outcome);
    if (ageMs !== undefined) {
      hitAge.add(ageMs);
    }
  }

  /** Notes what a read of the source took, whoever caused it. */
  recordFetch(dataset: Dataset, latencyMs: number): void {
    this.fetchLatency.observe(latencyMs);
    this.of(dataset, this.clock.monotonic()).fetchCost.add(latencyMs);
  }

  recordError(dataset: Dataset): void {
    const { current, sinceStart } = this.of(dataset, this.clock.monotonic());
    current.errors++;
    sinceStart.errors++;
  }

  recordBackgroundFetch(dataset: Dataset): void {
    const { current, sinceStart } = this.of(dataset, this.clock.monotonic());
    current.backgroundFetches++;
    sinceStart.backgroundFetches++;
  }

  /** Counts of one dataset, or of all together. */
  counts(window: Window, dataset?: Dataset): LookupCounts {
    this.turn(this.clock.monotonic());
    const total = emptyCounts();
    for (const [name, counts] of this.datasets) {
      if (dataset === undefined || name === dataset) {
        for (const part of this.partsInWindow(counts, window)) {
          addCounts(total, part);
        }
      }
    }
    return total;
  }

  /** Share of lookups that the cache answered, 0 to 1; `undefined` without lookups. */
  hitRatio(window: Window, dataset?: Dataset): number | undefined {
    const { lookups, l1Hits, l2Hits, staleHits } = this.counts(window, dataset);
    return lookups === 0 ? undefined : (l1Hits + l2Hits + staleHits) / lookups;
  }

  /** Share of lookups that did not read the source, 0 to 1; `undefined` without lookups. */
  sourceOffload(window: Window, dataset?: Dataset): number | undefined {
    const { lookups, fetches, staleFetches, bypasses } = this.counts(window, dataset);
    return lookups === 0 ? undefined : 1 - (fetches + staleFetches + bypasses) / lookups;
  }

  /** Mean age since the start of what was served from the cache, in ms; `undefined` when nothing was. */
  meanHitAgeMs(dataset: Dataset): number | undefined {
    return this.datasets.get(dataset)?.hitAge.value;
  }

  /** Mean of what reading the source took since the start, in ms, whoever caused it; `undefined` when nobody did. */
  meanFetchMs(dataset: Dataset): number | undefined {
    return this.datasets.get(dataset)?.fetchCost.value;
  }

  /** Begins anew, as if the instance had just started. */
  reset(): void {
    this.datasets.clear();
    for (const histogram of [this.hitLatency, this.missLatency, this.fetchLatency]) {
      histogram.reset();
    }
    this.countingSince = this.clock.now();
  }

  private of(dataset: Dataset, now: number): DatasetCounts {
    if (now >= this.slotEnd) {
      this.turn(now);
    }
    let counts = this.datasets.get(dataset);
    if (counts === undefined) {
      counts = new DatasetCounts(this.slot);
      this.datasets.set(dataset, counts);
    }
    return counts;
  }

  /** Moves every ring on to the present slot, and empties what it passes on the way. */
  private turn(now: number): void {
    const slot = Math.floor(now / BUCKET_MS);
    const first = Math.max(this.slot + 1, slot - BUCKETS + 1);
    for (let passed = first; passed <= slot; passed++) {
      for (const counts of this.datasets.values()) {
        counts.turnTo(passed);
      }
    }
    this.slot = slot;
    this.slotEnd = (slot + 1) * BUCKET_MS;
  }

  private partsInWindow(counts: DatasetCounts, window: Window): readonly LookupCounts[] {
    if (window === 'start') {
      return [counts.sinceStart];
    }
    const buckets = Array.from({ length: WINDOW_BUCKETS[window] }, (_, age) => this.slot - age).filter(
      (slot) => slot >= 0,
    );
    return buckets.map((slot) => counts.ring[slot % BUCKETS] as LookupCounts);
  }
}

function addLookup(counts: LookupCounts, outcome: LookupOutcome): void {
  counts.lookups++;
  switch (outcome) {
    case 'l1Hit':
      counts.l1Hits++;
      break;
    case 'l2Hit':
      counts.l2Hits++;
      break;
    case 'staleAsked':
      counts.staleFetches++;
      counts.staleHits++;
      break;
    case 'staleHit':
      counts.staleHits++;
      break;
    case 'bypass':
      counts.bypasses++;
      break;
    case 'fetched':
      counts.misses++;
      counts.fetches++;
      break;
    case 'coalesced':
      counts.misses++;
      counts.coalesced++;
      break;
  }
}

function emptyCounts(): LookupCounts {
  return {
    lookups: 0,
    l1Hits: 0,
    l2Hits: 0,
    staleHits: 0,
    misses: 0,
    bypasses: 0,
    fetches: 0,
    coalesced: 0,
    staleFetches: 0,
    errors: 0,
    backgroundFetches: 0,
  };
}

function addCounts(total: LookupCounts, part: LookupCounts): void {
  for (const name of Object.keys(total) as (keyof LookupCounts)[]) {
    total[name] += part[name];
  }
}

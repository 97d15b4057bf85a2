import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import type { CacheService } from '../../../src/cache/cacheService';
import { generationKeys } from '../../../src/cache/keys';
import type { LookupOutcome } from '../../../src/cache/metrics';
import { StoreError } from '../../../src/cache/store';
import type { StoreGauge } from '../../../src/cache/storeGauge';
import { type HistorySample, MetricsHistory } from '../../../src/service/metricsHistory';
import { Rig, turn } from '../cache/rig';

const SPAN_MS = 5_000;
const HOUR_MS = 3_600_000;

describe('MetricsHistory', () => {
  let rig: Rig;
  let cache: CacheService;
  let history: MetricsHistory;
  /** What Redis says when it is asked for its memory, and how often it was. */
  let redis: { usedBytes: number; asked: number; isDown: boolean };

  beforeEach(() => {
    rig = new Rig();
    cache = rig.open('one', { firstTier: { maxEntries: 2, maxBytes: 10_000 } }).cache;
    redis = { usedBytes: 1_000, asked: 0, isDown: false };
    const gauge: StoreGauge = {
      evictions: async () => ({ evictedKeys: 0, policy: undefined, isLimited: false }),
      latency: async () => 1,
      keyCount: async () => 0,
      memory: async () => {
        redis.asked++;
        if (redis.isDown) {
          throw new StoreError('Redis at 127.0.0.1:1 does not answer.');
        }
        return { usedBytes: redis.usedBytes };
      },
    };
    history = new MetricsHistory({ cache, gauge, clock: rig.clock, logger: silentLogger });
  });

  afterEach(() => {
    history.dispose();
    cache.dispose();
  });

  function last(): HistorySample {
    return history.samples().at(-1) as HistorySample;
  }

  function look(outcome: LookupOutcome, latencyMs = 1): void {
    cache.metrics.recordLookup('miner:status', outcome, latencyMs);
  }

  it('G7: tells what happened in each span, by dataset, and nothing of it twice', () => {
    look('fetched', 30);
    look('l2Hit', 1);
    cache.metrics.recordLookup('fleet:summary', 'bypass', 30);
    rig.clock.advance(SPAN_MS);
    const counts = { lookups: 0, l1Hits: 0, l2Hits: 0, staleHits: 0, misses: 0, bypasses: 0 };
    expect(last()).toEqual({
      at: rig.clock.now(),
      spanMs: SPAN_MS,
      total: { ...counts, lookups: 3, l2Hits: 1, misses: 1, bypasses: 1 },
      datasets: new Map([
        ['miner:status', { ...counts, lookups: 2, l2Hits: 1, misses: 1 }],
        ['fleet:summary', { ...counts, lookups: 1, bypasses: 1 }],
      ]),
      hitMs: 1,
      missMs: 50,
      invalidations: 0,
      evictions: 0,
      redisWasDown: false,
    });
    look('staleHit', 7);
    rig.clock.advance(SPAN_MS);
    expect(last()).toMatchObject({ total: { ...counts, lookups: 1, staleHits: 1 }, hitMs: 10 });
    expect([...last().datasets.keys()]).toEqual(['miner:status']);
    rig.clock.advance(SPAN_MS);
    expect(last().total).toEqual(counts);
    expect([last().hitMs, last().missMs]).toEqual([undefined, undefined]);
    expect(history.samples()).toHaveLength(3);
  });

  it('counts invalidations through any instance, and evictions', async () => {
    const other = rig.open('two').cache;
    await rig.ended(other.invalidate({ scopes: [generationKeys.all], cause: 'command' }));
    await rig.ended(cache.invalidate({ scopes: [generationKeys.all], cause: 'command' }));
    for (const minerId of ['m1', 'm2', 'm3']) {
      await rig.ended(cache.getOrFetch(rig.request(minerId)));
      await rig.ended(cache.getOrFetch(rig.request(minerId)));
    }
    await rig.pass(SPAN_MS);
    const samples = history.samples();
    expect(samples.reduce((sum, { invalidations }) => sum + invalidations, 0)).toBe(2);
    expect(samples.reduce((sum, { evictions }) => sum + evictions, 0)).toBe(cache.firstTier.evictionCount);
    expect(cache.firstTier.evictionCount).toBeGreaterThan(0);
    other.dispose();
  });

  it('counts on when the metrics began anew', () => {
    look('fetched');
    look('fetched');
    rig.clock.advance(SPAN_MS);
    cache.metrics.reset();
    look('l2Hit');
    rig.clock.advance(SPAN_MS);
    expect(last().total).toMatchObject({ lookups: 1, l2Hits: 1, misses: 0 });
    expect(last().missMs).toBeUndefined();
  });

  it('G7: keeps six hours, the last one fine, in bounded memory, and loses no lookup while it merges', () => {
    for (let span = 0; span < HOUR_MS / SPAN_MS; span++) {
      look(span % 2 === 0 ? 'l2Hit' : 'fetched', 1);
      rig.clock.advance(SPAN_MS);
    }
    expect(history.samples()).toHaveLength(720);
    rig.clock.advance(4 * HOUR_MS);
    const total = () => history.samples().reduce((sum, sample) => sum + sample.total.lookups, 0);
    expect(total()).toBe(720);
    expect(history.samples().reduce((sum, { spanMs }) => sum + spanMs, 0)).toBe(5 * HOUR_MS);
    const samples = history.samples();
    expect(samples.length).toBeLessThanOrEqual(720 + 4 * 120 + 1);
    expect(samples.every(({ at }, index) => at > (samples[index - 1]?.at ?? 0))).toBe(true);
    expect(samples[5]).toMatchObject({ total: { lookups: 6, l2Hits: 3, misses: 3 }, hitMs: 1, missMs: 1 });
    rig.clock.advance(10 * HOUR_MS);
    expect(history.samples().length).toBeLessThanOrEqual(720 + 5 * 120 + 1);
    expect(history.samples()[0]?.at).toBeGreaterThan(rig.clock.now() - 6 * HOUR_MS);
    expect(total()).toBe(0);
  });

  it('tells each sample to who listens, and ends when it is disposed', () => {
    const told: HistorySample[] = [];
    const listening = history.onDidSample((sample) => told.push(sample));
    rig.clock.advance(2 * SPAN_MS);
    expect(told).toEqual(history.samples());
    listening.dispose();
    rig.clock.advance(SPAN_MS);
    expect(told).toHaveLength(2);
    history.onDidSample(() => history.dispose());
    rig.clock.advance(10 * SPAN_MS);
    expect(history.samples()).toHaveLength(4);
  });

  it('asks Redis for its memory each half minute while somebody looks, and until a minute later', async () => {
    await rig.pass(2 * SPAN_MS);
    expect(redis.asked).toBe(0);
    const listening = history.onDidSample(() => {});
    await turn();
    await rig.pass(SPAN_MS);
    expect(last().redisMemoryBytes).toBe(1_000);
    redis.usedBytes = 2_000;
    await rig.pass(25_000);
    await rig.pass(SPAN_MS);
    expect([redis.asked, last().redisMemoryBytes]).toEqual([2, 2_000]);
    redis.isDown = true;
    await rig.pass(35_000);
    expect(last().redisMemoryBytes).toBeUndefined();
    listening.dispose();
    await rig.pass(120_000);
    const { asked } = redis;
    await rig.pass(120_000);
    expect(redis.asked).toBe(asked);
    expect(asked).toBeLessThanOrEqual(5);
  });

  it('says whether Redis was down', async () => {
    const { cache: lonely, store } = rig.open('three');
    const alone = new MetricsHistory({
      cache: lonely,
      gauge: {
        latency: async () => 1,
        keyCount: async () => 0,
        memory: async () => ({ usedBytes: 1 }),
        evictions: async () => ({ evictedKeys: 0, policy: undefined, isLimited: false }),
      },
      clock: rig.clock,
      logger: silentLogger,
    });
    for (const state of ['up', 'refusing-writes', 'refusing-reads', 'down', 'connecting'] as const) {
      store.notice(state === 'up' || state === 'connecting' ? { state } : { state, reason: 'why' });
      rig.clock.advance(SPAN_MS);
    }
    expect(alone.samples().map(({ redisWasDown }) => redisWasDown)).toEqual([false, false, true, true, true]);
    alone.dispose();
    lonely.dispose();
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeEntry, entryOf, parseEntry } from '../../../src/cache/entry';
import { type MinerKeyKind, minerKey, minerScopes, summaryKey, summaryScopes } from '../../../src/cache/keys';
import { type Dataset, DEFAULT_POLICIES } from '../../../src/cache/policy';
import type { CacheRequest } from '../../../src/cache/reading';
import { type GoldenCache, startGoldenCache } from './goldenCache';

/**
 * Entries as the first version stored them, one of each dataset. Instances of different versions share a Redis, so what is
 * in these files has to be read for as long as its envelope says `"v":1`: a file that does not pass is never written anew.
 */
interface GoldenPayload {
  readonly dataset: Dataset;
  readonly key: string;
  /** By scope, in the order of the scopes. */
  readonly generations: Readonly<Record<string, number>>;
  readonly text: string;
}

const FOLDER = path.join(import.meta.dirname, '../../fixtures/payloads/v1');
const MINER = 'rack-7: ä[1]';
const TENANT = 'north';
const FETCHED_AT = 1_800_000_000_000;
const FRESH_MS = 4_000;

const payloads = readdirSync(FOLDER).map(
  (file): GoldenPayload => JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')),
);

describe('entries of version 1', () => {
  let golden: GoldenCache;
  let now = FETCHED_AT + FRESH_MS;

  beforeAll(async () => {
    golden = await startGoldenCache(() => now);
  });

  afterAll(() => golden.stop());

  async function put({ key, generations, text }: GoldenPayload, changed: Readonly<Record<string, number>> = {}) {
    await golden.admin.flushall();
    await golden.setGenerations({ ...generations, ...changed });
    await golden.admin.set(key, text, 'PX', 3_600_000);
  }

  function request({ dataset, key, generations }: GoldenPayload, fetch: () => Promise<unknown>): CacheRequest<unknown> {
    return { dataset, key, scopes: Object.keys(generations), fetch };
  }

  const unreachable = async () => {
    throw new Error('The miner is asleep.');
  };

  it('are there for every dataset', () => {
    expect(payloads.map(({ dataset }) => dataset).sort()).toEqual(Object.keys(DEFAULT_POLICIES).sort());
  });

  it.each(payloads)('$dataset: is read', async (payload) => {
    now = FETCHED_AT + FRESH_MS;
    await put(payload);
    const { data, ttl } = JSON.parse(payload.text);
    expect(await golden.cache.getOrFetch(request(payload, unreachable))).toEqual({
      data,
      origin: 'l2',
      fetchedAt: FETCHED_AT,
      ttlS: ttl,
      fresh: true,
    });
  });

  it.each(payloads)('$dataset: is void when one generation is another', async (payload) => {
    now = FETCHED_AT + FRESH_MS;
    for (const [scope, generation] of Object.entries(payload.generations)) {
      await put(payload, { [scope]: generation + 1 });
      const { origin } = await golden.cache.getOrFetch(request(payload, async () => 'anew'));
      expect(origin).toBe('source');
    }
  });

  it.each(payloads)('$dataset: is shown as stale for as long as its grace', async (payload) => {
    const { ttl } = JSON.parse(payload.text) as { ttl: number };
    const { graceS } = DEFAULT_POLICIES[payload.dataset];
    await put(payload);
    if (graceS > 0) {
      now = FETCHED_AT + (ttl + graceS) * 1_000 - 1;
      expect(await golden.cache.getOrFetch(request(payload, unreachable))).toMatchObject({
        origin: 'stale',
        fresh: false,
        fetchedAt: FETCHED_AT,
      });
    }
    now = FETCHED_AT + (ttl + graceS) * 1_000;
    // Where the error of a moment ago is left for others.
    await golden.admin.del(payload.key.replace('v1:cache:', 'v1:lock:'));
    await expect(golden.cache.getOrFetch(request(payload, unreachable))).rejects.toThrow('asleep');
  });

  it.each(payloads)(
    '$dataset: is what is still written, under the same names',
    ({ dataset, key, generations, text }) => {
      const parsed = parseEntry(text);
      expect(typeof parsed === 'object' && encodeEntry(entryOf(parsed))).toBe(text);
      const scopes = Object.keys(generations);
      if (dataset.startsWith('miner:')) {
        expect(key).toBe(minerKey(MINER, dataset.slice('miner:'.length) as MinerKeyKind));
        expect(scopes).toEqual(minerScopes(MINER, TENANT, DEFAULT_POLICIES[dataset].invalidateOn));
      } else if (dataset === 'fleet:summary') {
        expect(key).toBe(summaryKey(TENANT));
        expect(scopes).toEqual(summaryScopes(TENANT));
      }
    },
  );
});

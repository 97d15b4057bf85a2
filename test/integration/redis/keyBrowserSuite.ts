import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import type { KeyPage, KeyScanOptions, RawKey, ScanPosition } from '../../../src/cache/keyBrowser';
import { rawKeyOf } from '../../../src/cache/rawKeys';
import { RedisConnection } from '../../../src/redis/connection';
import { DeniedCommands } from '../../../src/redis/deniedCommands';
import { RedisKeyBrowser } from '../../../src/redis/keyBrowser';
import { KeyCommands, keyBytes } from '../../../src/redis/keyCommands';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { HOSTILE_TEXTS } from '../../fixtures/hostileTexts';
import { PATIENT_MS } from '../../fixtures/redis';

/** A real Redis, and a browser on it. */
export interface BrowsedRedis {
  readonly connection: RedisConnection;
  readonly browser: RedisKeyBrowser;
  close(): Promise<void>;
}

export function openBrowser(
  url: string,
  stop: () => Promise<void>,
  { password, commandTimeoutMs = PATIENT_MS }: { readonly password?: string; readonly commandTimeoutMs?: number } = {},
): BrowsedRedis {
  const connection = new RedisConnection({
    profile: parseRedisUrl(url, { password }),
    commandTimeoutMs,
    clock: systemClock,
    logger: silentLogger,
  });
  const browser = new RedisKeyBrowser({ connection, clock: systemClock, stepTimeoutMs: 10_000 });
  return {
    connection,
    browser,
    async close() {
      browser.dispose();
      connection.dispose();
      await stop();
    },
  };
}

/** Writes strings that expire, on whatever nodes they belong to. */
export async function fillRaw(redis: BrowsedRedis, keys: readonly RawKey[], value = 'value'): Promise<void> {
  for (let start = 0; start < keys.length; start += 2_000) {
    const page = keys.slice(start, start + 2_000);
    await runRaw(
      redis,
      page.map((key) => ['SET', key, value, 'PX', '600000']),
    );
  }
}

/** Runs commands whose second word is a key of any bytes. */
export async function runRaw(
  { connection }: BrowsedRedis,
  commands: readonly (readonly [name: string, key: RawKey, ...args: string[]])[],
): Promise<void> {
  const sender = new KeyCommands(connection, new DeniedCommands(systemClock));
  await sender.demand(commands.map(([name, key, ...args]) => ({ name, key: keyBytes(key), args })));
}

export interface Listing {
  readonly keys: readonly RawKey[];
  readonly pages: readonly KeyPage[];
  readonly position: ScanPosition | undefined;
}

/** Scans, and gathers what came. */
export async function list({ browser }: BrowsedRedis, options: Partial<KeyScanOptions> = {}): Promise<Listing> {
  const pages: KeyPage[] = [];
  const { position } = await browser.scan({
    ...options,
    async onPage(page) {
      pages.push(page);
      await options.onPage?.(page);
    },
  });
  return { keys: pages.flatMap(({ keys }) => keys), pages, position };
}

/** Names that are hard to show, to split, or to find again. */
export const HOSTILE_KEYS: readonly RawKey[] = [
  '',
  ':',
  '::',
  'a::b',
  ':a:',
  'a:',
  'a',
  '*',
  'a*b?[c]\\d{e}f',
  '{}:x',
  '{a}:{b}',
  '\xff\xfe\x00\x80:\xc3',
  'v1:cache:miner:%3A%2A:status',
  ...Object.values(HOSTILE_TEXTS).map(rawKeyOf),
];

/** What holds on every kind of Redis. */
export function keyBrowserSuite(name: string, open: () => Promise<BrowsedRedis>): void {
  describe(`RedisKeyBrowser on ${name}`, () => {
    let redis: BrowsedRedis;

    beforeAll(async () => {
      redis = await open();
    });

    afterAll(() => redis?.close());

    afterEach(() => flush(redis));

    it('lists every key, tells how far it is, and ends at the end', async () => {
      const keys = Array.from({ length: 12_345 }, (_, index) => `v1:cache:miner:m${index}:status`);
      await fillRaw(redis, keys);
      const { keys: found, pages, position } = await list(redis);
      expect(position).toBeUndefined();
      expect(new Set(found)).toEqual(new Set(keys));
      expect(pages.length).toBeGreaterThan(5);
      const scanned = pages.map((page) => page.scanned);
      expect(scanned).toEqual([...scanned].sort((a, b) => a - b));
      expect(pages.at(-1)).toMatchObject({ scanned: 12_345, total: 12_345 });
    });

    it('lists what matches a pattern and a type, over all servers', async () => {
      const keys = Array.from({ length: 3_000 }, (_, index) => `a:${index}`);
      await fillRaw(redis, [...keys, 'b:1']);
      await runRaw(redis, [
        ['RPUSH', 'a:list', 'x'],
        ['HSET', 'a:hash', 'f', 'v'],
      ]);
      expect(new Set((await list(redis, { pattern: 'a:*' })).keys)).toEqual(new Set([...keys, 'a:list', 'a:hash']));
      expect((await list(redis, { pattern: 'a:*', type: 'list' })).keys).toEqual(['a:list']);
      expect((await list(redis, { type: 'stream' })).keys).toEqual([]);
    });

    it('finds, describes, changes and removes keys whatever their names are', async () => {
      await fillRaw(redis, HOSTILE_KEYS);
      const { keys } = await list(redis);
      expect(new Set(keys)).toEqual(new Set(HOSTILE_KEYS));
      const { facts, denied } = await redis.browser.describe(HOSTILE_KEYS);
      expect(denied).toEqual([]);
      expect(facts).toHaveLength(HOSTILE_KEYS.length);
      for (const [index, key] of HOSTILE_KEYS.entries()) {
        expect(facts[index]).toMatchObject({ type: 'string', sizeBytes: 5, ttlMs: expect.any(Number) });
        expect((await redis.browser.read(key))?.content).toMatchObject({ type: 'string', offset: 0 });
        expect(await redis.browser.setTtl(key, 1_000_000)).toBe(true);
      }
      const [changed] = (await redis.browser.describe([HOSTILE_KEYS[0] as RawKey])).facts;
      expect(changed?.ttlMs).toBeGreaterThan(700_000);
      expect(await redis.browser.remove(HOSTILE_KEYS)).toBe(HOSTILE_KEYS.length);
      expect((await list(redis)).keys).toEqual([]);
    });

    it('stops when it is cancelled, and goes on from there', async () => {
      const keys = Array.from({ length: 20_000 }, (_, index) => `k:${index}`);
      await fillRaw(redis, keys);
      const found = new Set<RawKey>();
      let resume: ScanPosition | undefined;
      let scans = 0;
      let pages = 0;
      do {
        const controller = new AbortController();
        const part: Listing = await list(redis, {
          resume,
          signal: controller.signal,
          onPage: () => {
            pages++;
            if (pages % 3 === 0) {
              controller.abort();
            }
          },
        });
        for (const key of part.keys) {
          found.add(key);
        }
        resume = part.position;
        scans++;
      } while (resume !== undefined);
      expect(found).toEqual(new Set(keys));
      expect(scans).toBeGreaterThan(3);
      // Whoever goes on does not begin anew.
      expect(pages).toBeLessThan(25);
    });

    it('does nothing when it was cancelled before', async () => {
      await fillRaw(redis, ['a']);
      const { keys, position } = await list(redis, { signal: AbortSignal.abort() });
      expect(keys).toEqual([]);
      expect((await list(redis, { resume: position })).keys).toEqual(['a']);
    });

    it('loses no key while the table is made larger and smaller', async () => {
      const kept = Array.from({ length: 3_000 }, (_, index) => `kept:${index}`);
      const others = Array.from({ length: 30_000 }, (_, index) => `other:${index}`);
      await fillRaw(redis, kept);
      let step = 0;
      const growing = await list(redis, {
        onPage: async () => {
          step++;
          if (step === 2) {
            await fillRaw(redis, others);
          }
        },
      });
      expect(kept.filter((key) => !growing.keys.includes(key))).toEqual([]);
      step = 0;
      const shrinking = new Set(
        (
          await list(redis, {
            onPage: async () => {
              step++;
              if (step === 5) {
                await redis.browser.remove(others);
              }
            },
          })
        ).keys,
      );
      expect(kept.filter((key) => !shrinking.has(key))).toEqual([]);
    });

    it('hands over one page after the other, and fails as who takes them fails', async () => {
      await fillRaw(
        redis,
        Array.from({ length: 8_000 }, (_, index) => `k:${index}`),
      );
      let running = 0;
      await list(redis, {
        onPage: async () => {
          running++;
          expect(running).toBe(1);
          await new Promise((resolve) => setTimeout(resolve, 5));
          running--;
        },
      });
      const failure = new Error('full');
      await expect(
        list(redis, {
          onPage: () => {
            throw failure;
          },
        }),
      ).rejects.toBe(failure);
    });

    it('tells type, expiry, size and number of elements of every type', async () => {
      await runRaw(redis, [
        ['SET', 'string', 'x'.repeat(300)],
        ['HSET', 'hash', 'f', 'v', 'g', 'w'],
        ['RPUSH', 'list', 'a', 'b', 'c'],
        ['SADD', 'set', '1', '2'],
        ['ZADD', 'zset', '1', 'a'],
        ['XADD', 'stream', '*', 'f', 'v'],
      ]);
      await runRaw(redis, [['PEXPIRE', 'hash', '100000']]);
      const types = ['string', 'hash', 'list', 'set', 'zset', 'stream'];
      const { facts } = await redis.browser.describe([...types, 'absent']);
      expect(facts.map((each) => each?.type)).toEqual([...types, undefined]);
      expect(facts[6]).toBeUndefined();
      expect(facts.slice(0, 6).map((each) => each?.elements)).toEqual([undefined, 2, 3, 2, 1, 1]);
      expect(facts[0]).toMatchObject({ sizeBytes: 300, ttlMs: 'never' });
      expect(facts[1]?.ttlMs).toBeGreaterThan(50_000);
      expect(facts.slice(1, 6).every((each) => (each?.sizeBytes ?? 0) > 20)).toBe(true);
    });
  });
}

async function flush({ connection }: BrowsedRedis): Promise<void> {
  await connection.execute(() => Promise.all(connection.masters().map((master) => master.flushall())));
}

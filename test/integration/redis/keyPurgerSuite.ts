import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { ConfigurationError } from '../../../src/base/errors';
import { silentLogger } from '../../../src/base/logger';
import { ALL_ENTRIES_PATTERN, minerEntryPattern } from '../../../src/cache/keys';
import { RedisConnection } from '../../../src/redis/connection';
import { RedisKeyPurger } from '../../../src/redis/keyPurger';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { PATIENT_MS } from '../../fixtures/redis';

const STEP_TIMEOUT_MS = 5_000;

/** A real Redis, and a purger on it. */
export interface PurgedRedis {
  readonly connection: RedisConnection;
  readonly purger: RedisKeyPurger;
  close(): Promise<void>;
}

export function openPurger(url: string, stop: () => Promise<void>): PurgedRedis {
  const connection = new RedisConnection({
    profile: parseRedisUrl(url),
    commandTimeoutMs: PATIENT_MS,
    clock: systemClock,
    logger: silentLogger,
  });
  return {
    connection,
    purger: new RedisKeyPurger({ connection, stepTimeoutMs: STEP_TIMEOUT_MS }),
    async close() {
      connection.dispose();
      await stop();
    },
  };
}

/** Writes many keys, on whatever node they belong to. */
export async function fill({ connection }: PurgedRedis, keys: readonly (string | Buffer)[]): Promise<void> {
  for (let start = 0; start < keys.length; start += 2_000) {
    await connection.execute(() =>
      Promise.all(keys.slice(start, start + 2_000).map((key) => connection.client.set(key, 'value', 'EX', 600))),
    );
  }
}

/** Number of keys on all masters. */
export async function keyCount({ connection }: PurgedRedis): Promise<number> {
  const counts = await connection.execute(() =>
    Promise.all(connection.masters().map((master: Redis) => master.dbsize())),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

export function minerKeys(count: number, kind: string): string[] {
  return Array.from({ length: count }, (_, index) => `v1:cache:miner:m${index}:${kind}`);
}

/** What holds on every kind of Redis. */
export function keyPurgerSuite(name: string, open: () => Promise<PurgedRedis>): void {
  describe(`RedisKeyPurger on ${name}`, () => {
    let redis: PurgedRedis;

    beforeEach(async () => {
      redis = await open();
    });

    afterEach(() => redis.close());

    it('removes what matches and nothing else, and counts exactly', async () => {
      await fill(redis, [...minerKeys(3_000, 'status'), ...minerKeys(4_000, 'config'), 'other', 'v1:gen:all']);
      const steps: { scanned: number; matched: number; total: number }[] = [];
      const report = await redis.purger.purge(minerEntryPattern({ kind: 'status' }), {
        onProgress: (progress) => steps.push(progress),
      });
      expect(report).toMatchObject({ scanned: 7_002, matched: 3_000, removed: 3_000, cancelled: false });
      expect(report.sample).toHaveLength(20);
      expect(report.sample.every((key) => /^v1:cache:miner:m\d+:status$/.test(key))).toBe(true);
      expect(await keyCount(redis)).toBe(4_002);
      const scanned = steps.map((step) => step.scanned);
      expect(scanned).toEqual([...scanned].sort((a, b) => a - b));
      expect(steps.at(-1)).toEqual({ scanned: 7_002, matched: 3_000, total: 7_002 });
    });

    it('removes everything of ours, while the server makes its table smaller', async () => {
      await fill(redis, minerKeys(20_000, 'status'));
      const report = await redis.purger.purge(ALL_ENTRIES_PATTERN);
      expect(report).toMatchObject({ matched: 20_000, removed: 20_000, cancelled: false });
      expect(await keyCount(redis)).toBe(0);
    });

    it('only counts in a dry run', async () => {
      await fill(redis, minerKeys(3_000, 'status'));
      const report = await redis.purger.purge(ALL_ENTRIES_PATTERN, { dryRun: true });
      expect(report).toMatchObject({ scanned: 3_000, matched: 3_000, removed: 0, cancelled: false });
      expect(report.sample).toHaveLength(20);
      expect(await keyCount(redis)).toBe(3_000);
    });

    it('stops between two pages when it is cancelled, and says how far it came', async () => {
      await fill(redis, minerKeys(12_000, 'status'));
      const controller = new AbortController();
      let steps = 0;
      const report = await redis.purger.purge(ALL_ENTRIES_PATTERN, {
        signal: controller.signal,
        onProgress: () => {
          steps++;
          if (steps === 3) {
            controller.abort();
          }
        },
      });
      expect(steps).toBe(3);
      expect(report.cancelled).toBe(true);
      expect(report.removed).toBeGreaterThan(0);
      expect(report.removed).toBeLessThan(12_000);
      expect(await keyCount(redis)).toBe(12_000 - report.removed);
    });

    it('does nothing when it was cancelled before', async () => {
      await fill(redis, ['v1:cache:a']);
      const report = await redis.purger.purge(ALL_ENTRIES_PATTERN, { signal: AbortSignal.abort() });
      expect(report).toEqual({ scanned: 0, matched: 0, removed: 0, sample: [], cancelled: true });
      expect(await keyCount(redis)).toBe(1);
    });

    it('removes what was there all the time while others add and remove keys', async () => {
      const lasting = minerKeys(10_000, 'status');
      await fill(redis, [...lasting, ...minerKeys(10_000, 'config')]);
      let isOver = false;
      let round = 0;
      const writing = (async () => {
        while (!isOver) {
          const keys = Array.from({ length: 200 }, (_, index) => `v1:cache:fleet:t${round}-${index}:summary`);
          await fill(redis, keys);
          await redis.connection.execute(() =>
            Promise.all([
              ...keys.slice(0, 100).map((key) => redis.connection.client.unlink(key)),
              redis.connection.client.unlink(`v1:cache:miner:m${round}:config`),
            ]),
          );
          round++;
        }
      })();
      try {
        const report = await redis.purger.purge(minerEntryPattern({ kind: 'status' }));
        expect(report).toMatchObject({ matched: 10_000, removed: 10_000, cancelled: false });
      } finally {
        isOver = true;
        await writing;
      }
      const left = await redis.purger.purge(minerEntryPattern({ kind: 'status' }), { dryRun: true });
      expect(left.matched).toBe(0);
    });

    it('removes keys of any bytes, and shows them without spoiling a terminal', async () => {
      const hostile = [
        Buffer.from([...Buffer.from('v1:cache:'), 0xff, 0xfe, 0x00, 0x0a]),
        Buffer.from([...Buffer.from('v1:cache:'), 0xff, 0xfd, 0x00, 0x0a]),
        Buffer.from('v1:cache:\u001b[2J\r\n*0\r\n'),
        Buffer.from('v1:cache:{}{tag}*?[a]\\'),
        Buffer.from(`v1:cache:${'x'.repeat(10_000)}`),
        Buffer.from('v1:cache:'),
      ];
      const others = [Buffer.from([0xff, 0x00]), Buffer.from('xv1:cache:a'), Buffer.from('V1:cache:a')];
      await fill(redis, [...hostile, ...others]);
      const report = await redis.purger.purge(ALL_ENTRIES_PATTERN);
      expect(report).toMatchObject({ matched: hostile.length, removed: hostile.length });
      expect(report.sample).toContain('v1:cache:\\xff\\xfe\\x00\\x0a');
      expect(report.sample.join('')).not.toMatch(/\p{Control}/u);
      expect(await keyCount(redis)).toBe(others.length);
    });

    it('removes keys that are no strings', async () => {
      const { client } = redis.connection;
      await redis.connection.execute(() =>
        Promise.all([
          client.hset('v1:cache:hash', Object.fromEntries(Array.from({ length: 500 }, (_, index) => [index, index]))),
          client.rpush('v1:cache:list', 'a', 'b'),
          client.sadd('v1:cache:set', 'a'),
          client.zadd('v1:cache:sorted', 1, 'a'),
          client.xadd('v1:cache:stream', '*', 'a', 'b'),
        ]),
      );
      expect(await redis.purger.purge(ALL_ENTRIES_PATTERN)).toMatchObject({ matched: 5, removed: 5 });
      expect(await keyCount(redis)).toBe(0);
    });

    it('G5: asks Redis nothing about a pattern that may reach the keys of others', async () => {
      await fill(redis, ['other', 'v1:cache:a']);
      await expect(redis.purger.purge('*')).rejects.toThrow(ConfigurationError);
      await expect(redis.purger.purge('v1:*')).rejects.toThrow(/Begin it with v1:cache:/);
      expect(await keyCount(redis)).toBe(2);
    });

    it('says that an empty store is done', async () => {
      expect(await redis.purger.purge(ALL_ENTRIES_PATTERN)).toEqual({
        scanned: 0,
        matched: 0,
        removed: 0,
        sample: [],
        cancelled: false,
      });
    });
  });
}

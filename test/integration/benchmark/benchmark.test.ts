import { Worker } from 'node:worker_threads';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CancelledError, FleetCacheError } from '../../../src/base/errors';
import { BENCHMARK_LEASE_KEY, BENCHMARK_TTL_MS } from '../../../src/cache/benchmarkKeys';
import { generationKeys, minerKey } from '../../../src/cache/keys';
import type { BenchmarkOrder, FromBenchmark } from '../../../src/service/benchmarkMessages';
import { type BenchmarkBundle, buildBenchmark } from '../../fixtures/benchmarkBundle';
import { eventually } from '../../fixtures/eventually';
import { startTestRedis, type TestRedis } from '../../fixtures/redis';
import { expectComplete, foreign, keysOf, notesOf, quickRun } from './benchmarkSuite';
import { KeyWatch } from './keyWatch';

const PATIENCE_MS = 180_000;
/** Commands that change nothing, and scripts, whose own commands are told as well. `keys` and `pttl` are this test's. */
const HARMLESS = new Set(
  'keys,pttl,client,dbsize,eval,evalsha,get,mget,hello,info,ping,scan,subscribe,unsubscribe,time,script'.split(','),
);

describe('a benchmark', () => {
  let bundle: BenchmarkBundle;
  let server: TestRedis;
  let admin: Redis;
  let watch: KeyWatch;

  beforeAll(async () => {
    bundle = await buildBenchmark();
  });

  beforeEach(async () => {
    server = await startTestRedis();
    admin = new Redis(server.port, '127.0.0.1');
    // One test ends the server.
    admin.on('error', () => {});
    // Not the benchmark's, and to be found again afterwards.
    await admin.set(minerKey('m1', 'status'), 'theirs', 'EX', 3_600);
    await admin.set(generationKeys.all, '7', 'EX', 3_600);
    await admin.set('foreign', 'kept');
    watch = await KeyWatch.of([server.port]);
  });

  afterEach(async () => {
    watch.stop();
    admin.disconnect();
    await server.stop();
  });

  afterAll(() => bundle.remove());

  const benchmarkKeys = async () => [...(await keysOf([server.port]))].filter(([key]) => key.startsWith('v1:bench:'));
  const theirs = () => admin.mget(minerKey('m1', 'status'), generationKeys.all, 'foreign');

  it(
    'measures everything, touches only keys of its own, all of which expire, and leaves none',
    async () => {
      const titles = new Set<string>();
      let done = 0;
      let longest = 0;
      let looked = 0;
      let isOver = false;
      const looking = (async () => {
        while (!isOver) {
          for (const [key, ttl] of await benchmarkKeys()) {
            looked++;
            // What went between the two questions has -2.
            expect(ttl, key).not.toBe(-1);
            longest = Math.max(longest, ttl);
          }
          await new Promise((resolve) => setTimeout(resolve, 500));
        }
      })();
      // What it found is looked at when the run is over.
      looking.catch(() => {});
      const report = await quickRun(bundle.script, server.url, {
        onProgress(progress) {
          titles.add(progress.title);
          expect(progress.done).toBeGreaterThanOrEqual(done);
          expect(progress.done).toBeLessThan(progress.total);
          done = progress.done;
        },
      }).finally(() => {
        isOver = true;
      });
      await looking;
      expectComplete(report);
      expect(titles).toEqual(new Set(report.scenarios.map(({ title }) => title)));
      expect(report).toMatchObject({
        version: 1,
        size: 'quick',
        product: '1.2.3',
        connection: { name: 'test' },
      });
      expect(notesOf(report)).toEqual([]);
      expect(report.redis).toMatchObject({ mode: 'standalone', masters: 1, denied: [] });
      expect(report.redis.version).toMatch(/^\d+\./);
      expect(report.redis.keys).toBeGreaterThanOrEqual(3);
      expect(report.machine.cpus).toBeGreaterThanOrEqual(1);
      expect(watch.changed.length).toBeGreaterThan(1_000);
      expect(foreign(watch.changed)).toEqual([]);
      expect(watch.others.filter((command) => !HARMLESS.has(command))).toEqual([]);
      expect(looked).toBeGreaterThan(0);
      expect(longest).toBeLessThanOrEqual(BENCHMARK_TTL_MS);
      expect(await benchmarkKeys()).toEqual([]);
      expect(await theirs()).toEqual(['theirs', '7', 'kept']);
      const fetches = report.scenarios.find(({ id }) => id === 'stampede')?.measures.find(({ id }) => id === 'fetches');
      // A thread that the machine stops for a second lets its lock go, and somebody else fetches as well.
      expect(Math.min(...(fetches?.values ?? []))).toBe(1);
    },
    PATIENCE_MS,
  );

  it(
    'ends soon when it is cancelled in the middle, and leaves nothing',
    async () => {
      const cancellation = new AbortController();
      const run = quickRun(bundle.script, server.url, {
        signal: cancellation.signal,
        onProgress: ({ done }) => done === 12 && cancellation.abort(),
      });
      await expect(run).rejects.toBeInstanceOf(CancelledError);
      // The thread goes on with its cleaning up if that takes long.
      await eventually(async () => expect(await benchmarkKeys()).toEqual([]), 40_000);
      expect(foreign(watch.changed)).toEqual([]);
      expect(await theirs()).toEqual(['theirs', '7', 'kept']);
    },
    PATIENCE_MS,
  );

  it(
    'is refused while another one has the Redis, whose keys it leaves alone',
    async () => {
      await admin.set(BENCHMARK_LEASE_KEY, 'held\nother\n\n', 'PX', 60_000);
      await admin.set('v1:bench:other:cache:l2:1', 'its', 'PX', 60_000);
      const error: unknown = await quickRun(bundle.script, server.url).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(FleetCacheError);
      expect(String(error)).toContain('Another benchmark runs on this Redis.');
      expect(await admin.get('v1:bench:other:cache:l2:1')).toBe('its');
      expect(await admin.get(BENCHMARK_LEASE_KEY)).toBe('held\nother\n\n');
    },
    PATIENCE_MS,
  );

  it(
    'removes what a run left that was killed in the middle, once the lease of that one has ended',
    async () => {
      const order = { run: 'killed', size: 'quick', product: '1', connection: 'test' } as const;
      const redis = { url: server.url, secrets: {}, commandTimeoutMs: 5_000 };
      const killed = new Worker(bundle.script, { workerData: { ...order, redis } satisfies BenchmarkOrder });
      let progress = 0;
      killed.on('message', (message: FromBenchmark) => {
        progress = message.type === 'progress' ? message.done : progress;
        if (message.type === 'readDirectly') {
          killed.postMessage({ type: 'directReadings', readings: { type: 'none', reason: 'None.' } });
        }
      });
      await eventually(() => expect(progress).toBeGreaterThan(4), 30_000);
      await killed.terminate();
      const left = (await benchmarkKeys()).filter(([key]) => key.startsWith('v1:bench:killed:'));
      expect(left.length).toBeGreaterThan(100);
      await expect(quickRun(bundle.script, server.url)).rejects.toThrow('Another benchmark runs on this Redis.');
      expect((await benchmarkKeys()).length).toBeGreaterThan(100);
      await admin.pexpire(BENCHMARK_LEASE_KEY, 1);
      await eventually(async () => expect(await admin.exists(BENCHMARK_LEASE_KEY)).toBe(0));
      const report = await quickRun(bundle.script, server.url);
      expect(notesOf(report).join()).toMatch(/^[\d,]+ keys were removed first that a former benchmark had left\.$/);
      expect(await benchmarkKeys()).toEqual([]);
      expect(await theirs()).toEqual(['theirs', '7', 'kept']);
    },
    PATIENCE_MS,
  );

  it(
    'gives up when its lease has gone to another one',
    async () => {
      let isTaken = false;
      const run = quickRun(bundle.script, server.url, {
        onProgress({ done }) {
          if (done === 3 && !isTaken) {
            isTaken = true;
            void admin.set(BENCHMARK_LEASE_KEY, 'held\nother\n\n', 'PX', 60_000);
          }
        },
      });
      await expect(run).rejects.toThrow('The benchmark was given up: another one may have begun meanwhile.');
      expect(await admin.get(BENCHMARK_LEASE_KEY)).toBe('held\nother\n\n');
    },
    PATIENCE_MS,
  );

  it(
    'measures what a login may do, and says what it may not',
    async () => {
      await admin.call(
        'ACL',
        'SETUSER',
        'limited',
        'on',
        '>secret',
        '~v1:*',
        '&*',
        '+@all',
        '-info',
        '-dbsize',
        '-config',
      );
      const url = server.url.replace('//', '//limited@');
      const report = await quickRun(bundle.script, url, {}, 'secret');
      expect(report.redis).toMatchObject({ masters: 1, denied: ['INFO', 'DBSIZE'] });
      expect(report.redis.latencyMs).toBeGreaterThan(0);
      const measured = report.scenarios.filter(({ measures }) => measures.length > 0).map(({ id }) => id);
      expect(measured).toEqual(
        expect.arrayContaining(['l2-latency', 'l1-latency', 'stampede', 'invalidation', 'messages']),
      );
      expect(report.scenarios.find(({ id }) => id === 'warm-purge')?.notes.join()).toContain('dbsize');
      expect(report.notes.join(' ')).toMatch(/former benchmark left keys is not known.*could not be removed/);
      for (const [key, ttl] of await benchmarkKeys()) {
        expect(ttl, key).not.toBe(-1);
      }
    },
    PATIENCE_MS,
  );

  it(
    'says what is wrong when Redis is not there, or is lost',
    async () => {
      const lost = quickRun(bundle.script, server.url, { onProgress: ({ done }) => done === 10 && server.kill() });
      await expect(lost).rejects.toThrow(`127.0.0.1:${server.port}`);
      await expect(quickRun(bundle.script, server.url)).rejects.toThrow(`127.0.0.1:${server.port}`);
    },
    PATIENCE_MS,
  );

  it(
    'says what is wrong when its thread cannot run',
    async () => {
      await expect(quickRun(`${bundle.script}.missing`, server.url)).rejects.toThrow('The benchmark broke off:');
    },
    PATIENCE_MS,
  );
});

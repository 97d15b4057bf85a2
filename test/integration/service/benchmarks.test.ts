import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/base/errors';
import { type BenchmarkBundle, buildBenchmark } from '../../fixtures/benchmarkBundle';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';

const PATIENCE_MS = 180_000;
const NEVER = new AbortController().signal;

describe('benchmarks of a fleet', () => {
  let rig: TestFleet;
  let bundle: BenchmarkBundle;
  let admin: Redis;

  beforeAll(async () => {
    [rig, bundle] = await Promise.all([startTestFleet({ miners: 12, seed: 4 }), buildBenchmark()]);
    admin = new Redis(rig.redis.port, '127.0.0.1');
  });

  afterAll(async () => {
    admin?.disconnect();
    await Promise.all([rig?.stop(), bundle?.remove()]);
  });

  const open = () => rig.open({ benchmarkScript: bundle.script });

  it(
    'read a few of its miners, tell whose they are, and run one at a time',
    async () => {
      const services = await open();
      let second: Promise<unknown> | undefined;
      const report = await services.benchmarks.run('quick', {
        signal: NEVER,
        onProgress() {
          second ??= services.benchmarks
            .run('quick', { signal: NEVER, onProgress() {} })
            .catch((error: unknown) => error);
        },
      });
      expect(String(await second)).toContain('A benchmark runs already.');
      const direct = report.scenarios.find(({ id }) => id === 'direct');
      expect(direct?.measures.map(({ id, values }) => [id, values.length])).toEqual([
        ['p50', report.repeats],
        ['p95', report.repeats],
        ['p99', report.repeats],
      ]);
      expect(direct?.notes.join()).toMatch(/^4 miners were read, 12 times in each repeat/);
      expect(report.connection).toMatchObject({ name: 'default', address: `127.0.0.1:${rig.redis.port}` });
    },
    PATIENCE_MS,
  );

  it(
    'end with the services, and leave nothing',
    async () => {
      const services = await open();
      let isMeasuring = false;
      const run = services.benchmarks.run('quick', { signal: NEVER, onProgress: () => (isMeasuring = true) });
      const outcome = run.catch((error: unknown) => error);
      await eventually(() => expect(isMeasuring).toBe(true), 30_000);
      await services.close();
      expect(await outcome).toBeInstanceOf(CancelledError);
      await eventually(async () => expect(await admin.keys('v1:bench:*')).toEqual([]), 40_000);
    },
    PATIENCE_MS,
  );

  it(
    'say so when no miner answers, with what reading them took before',
    async () => {
      const services = await open();
      const [miner] = services.inventory.current.miners;
      if (miner !== undefined) {
        await services.reads.miner(miner, 'status');
      }
      await rig.fleet.stop();
      const report = await services.benchmarks.run('quick', { signal: NEVER, onProgress() {} });
      const direct = report.scenarios.find(({ id }) => id === 'direct');
      expect(direct?.measures.map(({ id }) => id)).toEqual(['recorded']);
      expect(direct?.notes.join()).toMatch(/^No miner answered\. .*on average before\.$/);
    },
    PATIENCE_MS,
  );
});

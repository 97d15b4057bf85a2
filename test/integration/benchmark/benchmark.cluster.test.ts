import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BenchmarkBundle, buildBenchmark } from '../../fixtures/benchmarkBundle';
import { startTestCluster, type TestCluster } from '../../fixtures/redisCluster';
import { expectComplete, foreign, keysOf, quickRun } from './benchmarkSuite';
import { KeyWatch } from './keyWatch';

const PATIENCE_MS = 120_000;

describe('a benchmark on a Cluster', () => {
  let bundle: BenchmarkBundle;
  let cluster: TestCluster;

  beforeAll(async () => {
    [bundle, cluster] = await Promise.all([buildBenchmark(), startTestCluster()]);
  }, PATIENCE_MS);

  afterAll(async () => {
    await Promise.all([bundle?.remove(), cluster?.stop()]);
  });

  it(
    'measures everything on all masters, touches only keys of its own, and leaves none',
    async () => {
      const ports = cluster.masters.map(({ port }) => port);
      const watch = await KeyWatch.of(ports);
      try {
        const report = await quickRun(bundle.script, cluster.url);
        expectComplete(report);
        expect(report.redis).toMatchObject({ mode: 'cluster', masters: 3, denied: [] });
        expect(watch.changed.length).toBeGreaterThan(1_000);
        expect(foreign(watch.changed)).toEqual([]);
        expect([...(await keysOf(ports)).keys()]).toEqual([]);
      } finally {
        watch.stop();
      }
    },
    PATIENCE_MS,
  );
});

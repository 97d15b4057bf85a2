import { afterEach, describe, expect, it } from 'vitest';
import { startTestCluster, type TestCluster } from '../../fixtures/redisCluster';
import { runChaos } from './chaosRun';
import { masterFaults, promotion } from './faults';

describe('G3: readers notice nothing of a Cluster that has', () => {
  let cluster: TestCluster;

  afterEach(() => cluster.stop());

  it('a master killed or hung', async () => {
    cluster = await startTestCluster();
    const report = await runChaos({ url: cluster.url, faults: masterFaults(cluster), faultMs: 2_500, seed: 2 });
    expect(report.violations).toEqual([]);
  }, 90_000);

  // Without full coverage the other masters go on, and nothing tells but the connection to the one that is gone.
  it.each(['yes', 'no'])(
    'a master replaced by a replica that lagged, full coverage: %s',
    async (coverage) => {
      cluster = await startTestCluster({ replicas: true, args: ['--cluster-require-full-coverage', coverage] });
      const report = await runChaos({ url: cluster.url, faults: [promotion(cluster)], faultMs: 1_000, seed: 3 });
      expect(report.violations).toEqual([]);
    },
    90_000,
  );
});

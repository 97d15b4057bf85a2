import { expect, it, onTestFinished } from 'vitest';
import { startTestSentinel } from '../../fixtures/redisSentinel';
import { runChaos } from './chaosRun';
import { failover } from './faults';

it('G3: readers notice nothing of a failover by Sentinel', async () => {
  const sentinel = await startTestSentinel();
  onTestFinished(() => sentinel.stop());
  const report = await runChaos({ url: sentinel.url, faults: [failover(sentinel)], faultMs: 500, seed: 4 });
  expect(report.violations).toEqual([]);
}, 120_000);

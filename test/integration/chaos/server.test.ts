import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestRedis, type TestRedis } from '../../fixtures/redis';
import { runChaos } from './chaosRun';
import { serverFaults } from './faults';

describe('G3: readers notice nothing of a server that is', () => {
  let server: TestRedis;

  beforeAll(async () => {
    server = await startTestRedis();
  });

  afterAll(async () => {
    server.resume();
    await server.stop();
  });

  const names = [
    'killed and restarted empty',
    'hung',
    'out of memory',
    'read-only',
    'wanting a password',
    'losing the links that tell of changes',
  ];

  it.each(names)(
    '%s',
    async (name) => {
      const faults = serverFaults(server).filter((fault) => fault.name === name);
      const report = await runChaos({ url: server.url, faults, faultMs: 1_500, seed: 1 });
      expect(report.violations).toEqual([]);
      expect(faults).toHaveLength(1);
    },
    60_000,
  );
});

import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { createRuntime } from '../../../src/runtime';
import type { FleetServices } from '../../../src/service/fleetServices';
import { PATIENT_MS, startTestRedis, type TestRedis } from '../../fixtures/redis';
import { SimulatorBundle, type SimulatorProcess } from '../simulator/bundle';

const MINERS = 2_000;
const OFFLINE = MINERS / 10;
const LOGIN = { username: 'test', password: 'test-password' };
const TIMEOUT_MS = 180_000;
const ROUNDS = 5;

describe('2,000 miners, a tenth of them offline and a twentieth slow', () => {
  let bundle: SimulatorBundle;
  let simulator: SimulatorProcess;
  let redis: TestRedis;
  let services: FleetServices;

  beforeAll(async () => {
    [bundle, redis] = await Promise.all([SimulatorBundle.build(), startTestRedis()]);
    const inventoryPath = path.join(bundle.directory, 'large.json');
    const faults = 'offline=10%,slow=5%:1000ms';
    const login = ['--username', LOGIN.username, '--password', LOGIN.password];
    simulator = bundle.run([
      ...[
        '--miners',
        String(MINERS),
        '--tenants',
        '4',
        '--port',
        '0',
        '--faults',
        faults,
        '--inventory',
        inventoryPath,
      ],
      ...login,
    ]);
    await simulator.ready();
    services = await createRuntime({
      kind: 'server',
      watch: false,
      inventoryPath,
      redis: { url: redis.url, commandTimeoutMs: PATIENT_MS },
      // Long enough that what was warmed first is still fresh at the end, on a slow machine too.
      ttls: { 'miner:details': 300 },
      credentials: { find: async () => LOGIN },
      logger: silentLogger,
    });
  }, TIMEOUT_MS);

  afterAll(async () => {
    await services?.close();
    await simulator?.stop();
    await Promise.all([redis?.stop(), bundle?.remove()]);
  });

  it(
    'are warmed to the end, each live one fresh and each dead one named by its cause',
    async () => {
      const { miners } = services.inventory.current;
      let latest: readonly [done: number, total: number] = [0, 0];
      const warm = () =>
        services.warmer.warm(miners, ['details'], {
          concurrency: 100,
          onProgress: (...progress) => {
            latest = progress;
          },
        });
      let report = await warm();
      expect(report).toMatchObject({ total: MINERS, cancelled: false, notStored: 0 });
      expect(latest).toEqual([MINERS, MINERS]);
      // A machine that is busy with other things may miss deadlines the first time, as people may who warm again.
      for (let round = 1; round < ROUNDS && report.failed > OFFLINE; round++) {
        report = await warm();
      }
      expect(report.warmed + report.fresh).toBe(MINERS - OFFLINE);
      expect(report.failures.map(({ cause, tasks }) => [cause, tasks.length])).toEqual([['unreachable', OFFLINE]]);
      expect(await warm()).toMatchObject({ fresh: MINERS - OFFLINE, warmed: 0, failed: OFFLINE });
    },
    TIMEOUT_MS,
  );
});

import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Logger, silentLogger } from '../../../src/base/logger';
import { minerKey } from '../../../src/cache/keys';
import type { Miner } from '../../../src/fleet/miner';
import { createRuntime } from '../../../src/runtime';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { PATIENT_MS } from '../../fixtures/redis';

const LOGIN = { username: 'test', password: 'test-password' };
const MINERS = 5;
/** Some rounds of everything that is done again and again: heartbeats, pings, looks into the history. */
const A_WHILE_MS = 6_000;
const TIMEOUT_MS = 90_000;

describe('a login without INFO, CONFIG and MEMORY', () => {
  let test: TestFleet;
  let admin: Redis;
  let warnings: string[];
  let opened: FleetServices[];

  beforeEach(async () => {
    test = await startTestFleet({ miners: MINERS, tenants: 2 });
    admin = new Redis(test.redis.port, '127.0.0.1');
    const rights = ['~*', '&*', '+@all', '-info', '-config', '-memory', '-debug', '-keys', '-flushall', '-flushdb'];
    await admin.call('ACL', 'SETUSER', 'restricted', 'on', '>pass', ...rights);
    [warnings, opened] = [[], []];
  });

  afterEach(async () => {
    await Promise.all(opened.map((services) => services.close()));
    admin.disconnect();
    await test.stop();
  });

  async function open(): Promise<FleetServices> {
    const note = (message: string) => warnings.push(message);
    const logger: Logger = { ...silentLogger, warn: note, error: note };
    const services = await createRuntime({
      kind: 'window',
      watch: true,
      inventoryPath: test.inventoryPath,
      redis: {
        url: `redis://restricted@127.0.0.1:${test.redis.port}`,
        secrets: { password: 'pass' },
        commandTimeoutMs: PATIENT_MS,
      },
      connection: { name: 'plant', advice: 'Ask the plant.', readOnly: false },
      ttls: {},
      credentials: { find: async () => LOGIN },
      logger,
    });
    opened.push(services);
    return services;
  }

  it(
    'does everything but tell the memory of Redis, and the log says so once',
    async () => {
      const [services, other] = [await open(), await open()];
      const { miners } = services.inventory.current;
      const miner = miners[0] as Miner;
      // What a dashboard that somebody looks at asks for.
      const looking = [services.followEvents(), services.events.follow(), services.history.onDidSample(() => {})];

      expect((await services.warmer.warm(miners, ['status', 'stats', 'details'])).failed).toBe(0);
      await services.monitor.refresh(miners);
      expect(services.monitor.view(miner.id).type).toBe('online');
      // In the first tier: Redis tells of changes.
      await eventually(async () => expect((await services.reads.miner(miner, 'details')).origin).toBe('l1'));
      expect((await services.reads.summary('global')).data.miners).toBe(MINERS);
      expect((await services.reads.poolUrls()).data).toBeDefined();
      await eventually(async () => expect(await services.instances.list()).toHaveLength(2));
      const watched = () => opened.reduce((sum, { watcher }) => sum + (watcher?.watched.size ?? 0), 0);
      await eventually(() => expect(watched()).toBe(MINERS), 30_000);

      await other.invalidator.invalidate({ type: 'miner', miner }, 'by hand');
      await eventually(async () => expect((await services.reads.inspect(miner, 'details')).state).not.toBe('valid'));
      const pattern = 'v1:cache:miner:*:details';
      const { matched } = await services.patternInvalidator.count([pattern]);
      expect(matched).toBeGreaterThan(0);
      expect((await services.patternInvalidator.invalidate([pattern], 'by hand')).removed).toBe(matched);
      expect((await services.keyPurge.purge('v1:cache:fleet:*')).cancelled).toBe(false);
      await eventually(async () => expect((await services.testEvents.publish(miner, 'config')).instances).toBe(2));
      await services.writer.change(miner, { type: 'pause' });
      expect((await services.reads.miner(miner, 'status')).data.state).toBe('paused');
      await eventually(async () => {
        const story = await services.entryHistory.explain(minerKey(miner.id, 'details'));
        expect(story.events.map(({ text }) => text).join()).toContain('was paused');
        expect(story.evictions).toBeUndefined();
      });
      expect(await services.metricsExport.prometheus()).toContain('fleet_cache_redis_up 1');

      // Again and again, as views do.
      for (let round = 0; round < 5; round++) {
        await eventually(async () => {
          const { redis, instances } = await services.overview.all();
          expect(redis.latencyMs).toBeGreaterThanOrEqual(0);
          expect(redis.memoryBytes).toBeUndefined();
          expect(instances).toBe(2);
        });
        await services.entryHistory.explain(minerKey(miner.id, 'status'));
      }
      await new Promise((resolve) => setTimeout(resolve, A_WHILE_MS));
      expect(services.cache.storeHealth).toEqual({ state: 'up' });
      const hints = warnings.filter((text) => text.includes('does not let the user run'));
      const ofInfo = hints.filter((text) => text.includes('run INFO'));
      // One from each of the two that asked.
      expect(ofInfo.length).toBeGreaterThan(0);
      expect(ofInfo.length).toBeLessThanOrEqual(opened.length);
      expect(warnings).toEqual(ofInfo);
      for (const each of looking) {
        each.dispose();
      }
    },
    TIMEOUT_MS,
  );
});

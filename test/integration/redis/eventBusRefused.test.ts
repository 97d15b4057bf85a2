import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { openRedis, type RedisParts } from '../../../src/redis/openRedis';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { eventually } from '../../fixtures/eventually';
import { PATIENT_MS, startTestRedis, type TestRedis } from '../../fixtures/redis';

/** Long pauses end at once, so that a test need not sit them out. */
const hastyClock: Clock = { ...systemClock, setTimeout: (callback) => systemClock.setTimeout(callback, 50) };

describe('RedisEventBus for a user who may not subscribe to every channel', () => {
  let server: TestRedis;
  let admin: Redis;
  let redis: RedisParts;
  let warnings: string[];

  beforeEach(async () => {
    server = await startTestRedis();
    admin = new Redis(server.port, '127.0.0.1');
    await admin.call('ACL', 'SETUSER', 'poor', 'on', 'nopass', '~v1:*', '&events:cache', '&__redis__:*', '+@all');
    warnings = [];
    redis = openRedis({
      profile: { ...parseRedisUrl(server.url), username: 'poor', password: 'x' },
      commandTimeoutMs: PATIENT_MS,
      clock: hastyClock,
      logger: { ...silentLogger, warn: (message) => void warnings.push(message) },
    });
  });

  afterEach(async () => {
    redis.dispose();
    admin.disconnect();
    await server.stop();
  });

  it('hears the others, says once what is refused, and hears that too when it is granted', async () => {
    const heard: string[] = [];
    const hear = ({ channel }: { channel: string }) => void heard.push(channel);
    redis.bus.subscribe('events:fleet', hear);
    redis.bus.subscribe('events:cache', hear);
    await eventually(() => expect(warnings).toHaveLength(1));
    await eventually(async () => {
      await admin.publish('events:cache', 'x');
      expect(heard).toContain('events:cache');
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(warnings).toHaveLength(1);
    await admin.call('ACL', 'SETUSER', 'poor', '&events:fleet');
    await eventually(async () => {
      await admin.publish('events:fleet', 'x');
      expect(heard).toContain('events:fleet');
    });
  });
});

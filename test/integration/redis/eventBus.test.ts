import { createServer } from 'node:net';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { openRedis, type RedisParts } from '../../../src/redis/openRedis';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { eventually } from '../../fixtures/eventually';
import { PATIENT_MS, startTestRedis, type TestRedis } from '../../fixtures/redis';

describe('RedisEventBus', () => {
  let server: TestRedis;
  let admin: Redis;
  let redis: RedisParts;
  let heard: string[];
  const errors: string[] = [];
  const hear = ({ channel, text }: { channel: string; text: string }) => void heard.push(`${channel} ${text}`);

  const channels = async () =>
    ((await admin.pubsub('CHANNELS')) as string[]).filter((name) => name.startsWith('events:'));

  beforeEach(async () => {
    server = await startTestRedis();
    admin = new Redis(server.port, '127.0.0.1', { retryStrategy: () => 50 });
    admin.on('error', () => {});
    const logger = { ...silentLogger, error: (message: string) => void errors.push(message) };
    redis = openRedis({ profile: parseRedisUrl(server.url), commandTimeoutMs: PATIENT_MS, clock: systemClock, logger });
    heard = [];
  });

  afterEach(async () => {
    redis.dispose();
    admin.disconnect();
    server.resume();
    await server.stop();
  });

  it('shares one subscription among all handlers, and ends it with the last', async () => {
    const handlers = Array.from({ length: 1_000 }, () => redis.bus.subscribe('events:fleet', hear));
    await eventually(async () => expect(await admin.pubsub('NUMSUB', 'events:fleet')).toEqual(['events:fleet', 1]));
    await redis.bus.publish('events:fleet', 'x');
    await eventually(() => expect(heard).toHaveLength(1_000));
    for (const handler of handlers) {
      handler.dispose();
    }
    await eventually(async () => expect(await channels()).toEqual([]));
  });

  it('hears channels by name and by pattern', async () => {
    redis.bus.subscribe('events:cache', hear);
    redis.bus.subscribePattern('events:miner:*', hear);
    await eventually(async () => {
      expect(await channels()).toEqual(['events:cache']);
      expect(await admin.pubsub('NUMPAT')).toBe(1);
    });
    await redis.bus.publish('events:cache', 'one');
    await redis.bus.publish('events:miner:m1:status', 'two');
    await redis.bus.publish('events:other', 'three');
    await eventually(() => expect(heard.sort()).toEqual(['events:cache one', 'events:miner:m1:status two']));
  });

  it('keeps a handler that throws from spoiling the others, and logs it', async () => {
    redis.bus.subscribe('events:cache', () => {
      throw new Error('broken handler');
    });
    redis.bus.subscribe('events:cache', hear);
    await eventually(async () => expect(await channels()).toEqual(['events:cache']));
    await redis.bus.publish('events:cache', 'x');
    await eventually(() => expect(heard).toEqual(['events:cache x']));
    expect(errors.join()).toContain('broken handler');
  });

  it('G9: says that something may have been missed when the server was away as the first handler came', async () => {
    const logger = silentLogger;
    // For now a server that serves nobody: each connection has its turn, and who was there is known.
    let said = '';
    const away = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        said += chunk;
        socket.destroy();
      });
    });
    server.kill();
    await eventually(
      () =>
        new Promise<void>((resolve, reject) => away.once('error', reject).listen(server.port, '127.0.0.1', resolve)),
    );
    const profile = parseRedisUrl(server.url);
    const late = openRedis({ profile, commandTimeoutMs: PATIENT_MS, clock: systemClock, logger });
    let missed = 0;
    try {
      late.bus.onDidMiss(() => missed++);
      late.bus.subscribe('events:cache', hear);
      await eventually(() => expect(late.store.health.state).toBe('down'));
      await eventually(() => expect(said).toContain('fleet-cache-subscriber'));
      await new Promise((resolve) => away.close(resolve));
      await server.restart();
      await eventually(() => expect(missed).toBe(1));
      await eventually(async () => expect(await channels()).toEqual(['events:cache']));
      // Commands have a connection of their own.
      await eventually(() => late.bus.publish('events:cache', 'x'));
      await eventually(() => expect(heard).toEqual(['events:cache x']));
    } finally {
      away.close();
      late.dispose();
    }
  });

  it('ends in what is wanted, however fast that changes', async () => {
    for (let round = 0; round < 50; round++) {
      redis.bus.subscribe(`events:${round}`, hear).dispose();
      const kept = redis.bus.subscribe('events:kept', hear);
      if (round < 49) {
        kept.dispose();
      }
    }
    await eventually(async () => expect(await channels()).toEqual(['events:kept']));
  });

  it('subscribes anew after the server was away, and says that something may have been missed', async () => {
    let misses = 0;
    redis.bus.onDidMiss(() => misses++);
    redis.bus.subscribe('events:cache', hear);
    await eventually(async () => expect(await channels()).toEqual(['events:cache']));
    expect(misses).toBe(0);
    await server.restart();
    redis.bus.subscribe('events:fleet', hear);
    await eventually(async () => expect((await channels()).sort()).toEqual(['events:cache', 'events:fleet']));
    await eventually(() => expect(misses).toBe(1));
    await eventually(() => redis.bus.publish('events:cache', 'again'));
    await eventually(() => expect(heard).toEqual(['events:cache again']));
  });

  it('leaves nothing behind, even when it is disposed while it subscribes', async () => {
    redis.bus.subscribe('events:cache', hear);
    redis.dispose();
    await eventually(async () => expect(await admin.client('LIST')).not.toContain('name=fleet-cache'));
  });
});

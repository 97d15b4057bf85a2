import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { openRedis, type RedisParts } from '../../../src/redis/openRedis';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { eventually } from '../../fixtures/eventually';
import { PATIENT_MS, startTestRedis } from '../../fixtures/redis';
import { startTestCluster, type TestCluster } from '../../fixtures/redisCluster';

/** Enough that each of three masters has some. */
const CHANNELS = Array.from({ length: 30 }, (_, index) => `events:miner:m${index}:status`);
const HEALED_MS = 30_000;

describe('channels of shards on a Cluster', () => {
  let cluster: TestCluster;
  let redis: RedisParts;
  let admins: Redis[] = [];
  let heard = new Map<string, string>();
  let misses = 0;

  async function open(options: Parameters<typeof startTestCluster>[0]) {
    cluster = await startTestCluster(options);
    admins = [...cluster.masters, ...cluster.replicas].map(({ port }) => {
      const admin = new Redis(port, '127.0.0.1', { retryStrategy: () => 100 });
      admin.on('error', () => {});
      return admin;
    });
    const profile = parseRedisUrl(cluster.url);
    redis = openRedis({ profile, commandTimeoutMs: PATIENT_MS, clock: systemClock, logger: silentLogger });
    heard = new Map();
    misses = 0;
    redis.bus.onDidMiss(() => misses++);
  }

  afterEach(async () => {
    redis.dispose();
    for (const admin of admins) {
      admin.disconnect();
    }
    await cluster.stop();
  });

  const listenToAll = () =>
    CHANNELS.map((name) => redis.bus.subscribeToShard(name, ({ channel, text }) => void heard.set(channel, text)));

  /** The channels that somebody is subscribed to at a server. */
  const shardChannels = async (admin: Redis) => (await admin.call('PUBSUB', 'SHARDCHANNELS')) as string[];

  /** Publishes to each channel until it is heard: a message is for those who listen at the moment. */
  async function reachesAll(text: string) {
    await eventually(async () => {
      const missing = CHANNELS.filter((channel) => heard.get(channel) !== text);
      await Promise.all(missing.map((channel) => redis.bus.publishToShard(channel, text).catch(() => {})));
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(CHANNELS.filter((channel) => heard.get(channel) !== text)).toEqual([]);
    }, HEALED_MS);
  }

  it('are carried by the masters that have their slots, each channel by one', async () => {
    await open({});
    listenToAll();
    await reachesAll('hello');
    const perMaster = await Promise.all(admins.map(shardChannels));
    expect(perMaster.flat().sort()).toEqual([...CHANNELS].sort());
    expect(perMaster.every((channels) => channels.length > 0)).toBe(true);
    expect(misses).toBe(0);
  });

  it('are not heard by who listens to the channel of all nodes, nor the other way round', async () => {
    await open({});
    const texts: string[] = [];
    const [channel] = CHANNELS as [string];
    redis.bus.subscribe(channel, ({ text }) => void texts.push(`all ${text}`));
    redis.bus.subscribeToShard(channel, ({ text }) => void texts.push(`shard ${text}`));
    await eventually(async () => {
      expect((await Promise.all(admins.map(shardChannels))).flat()).toEqual([channel]);
      const channels = await Promise.all(admins.map((admin) => admin.pubsub('CHANNELS', 'events:*')));
      expect(channels.flat()).toEqual([channel]);
    });
    await redis.bus.publish(channel, '1');
    await redis.bus.publishToShard(channel, '2');
    await eventually(() => expect(texts.sort()).toEqual(['all 1', 'shard 2']));
  });

  it('share a subscription among handlers, and leave nothing behind when the last one goes', async () => {
    await open({});
    const handlers = [...listenToAll(), ...listenToAll()];
    await reachesAll('hello');
    for (const handler of handlers) {
      handler.dispose();
    }
    await eventually(async () => {
      expect((await Promise.all(admins.map(shardChannels))).flat()).toEqual([]);
      const clients = await Promise.all(admins.map((admin) => admin.client('LIST')));
      expect(clients.join()).not.toContain('fleet-cache-subscriber');
    });
  });

  it('are followed when their slots move to another master, and it is said that something may have been missed', async () => {
    await open({});
    listenToAll();
    await reachesAll('before');
    const [from, to] = admins as [Redis, Redis];
    const moving = await shardChannels(from);
    const [fromId, toId] = (await Promise.all([from, to].map((each) => each.call('CLUSTER', 'MYID')))) as [
      string,
      string,
    ];
    for (const channel of moving) {
      const slot = Number(await from.call('CLUSTER', 'KEYSLOT', channel));
      await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
      await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
      await to.call('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
      await from.call('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
    }
    await reachesAll('after');
    expect(await shardChannels(from)).toEqual([]);
    expect(await shardChannels(to)).toEqual(expect.arrayContaining(moving));
    await eventually(() => expect(misses).toBeGreaterThan(0));
  });

  it('are heard again with a replica in the place of a master that died', async () => {
    await open({ replicas: true });
    listenToAll();
    await reachesAll('before');
    await cluster.noticeLosses();
    cluster.masters[1]?.kill();
    await reachesAll('after');
    await eventually(() => expect(misses).toBeGreaterThan(0));
    expect((await shardChannels(admins[4] as Redis)).length).toBeGreaterThan(0);
  });
});

describe('channels of shards on one server', () => {
  it('are channels as any other', async () => {
    const server = await startTestRedis();
    const profile = parseRedisUrl(server.url);
    const redis = openRedis({ profile, commandTimeoutMs: PATIENT_MS, clock: systemClock, logger: silentLogger });
    try {
      const texts: string[] = [];
      redis.bus.subscribeToShard('events:miner:m1:status', ({ text }) => void texts.push(text));
      await eventually(async () => {
        await redis.bus.publishToShard('events:miner:m1:status', 'x');
        expect(texts).not.toEqual([]);
      });
    } finally {
      redis.dispose();
      await server.stop();
    }
  });
});

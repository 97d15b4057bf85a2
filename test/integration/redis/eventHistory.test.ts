import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { MAX_EVENT_TEXT, type RecordedEvent } from '../../../src/cache/eventHistory';
import { StoreError } from '../../../src/cache/store';
import { openRedis, type RedisParts } from '../../../src/redis/openRedis';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { NEEDED_RIGHTS } from '../../../src/redis/refusals';
import { eventually } from '../../fixtures/eventually';
import { HASTY_MS, PATIENT_MS, startTestRedis, type TestRedis } from '../../fixtures/redis';
import { startTestCluster } from '../../fixtures/redisCluster';

const KEY = 'v1:events';
/** What a history begins with. */
const BEGINNING = 'gap {}';

function shown(events: readonly RecordedEvent[]): readonly string[] {
  return events.map(({ kind, text }) => `${kind} ${text}`);
}

function open(url: string, commandTimeoutMs = PATIENT_MS): RedisParts {
  return openRedis({ profile: parseRedisUrl(url), commandTimeoutMs, clock: systemClock, logger: silentLogger });
}

describe('RedisEventHistory', () => {
  let server: TestRedis;
  let admin: Redis;
  let redis: RedisParts;

  beforeEach(async () => {
    server = await startTestRedis();
    admin = new Redis(server.port, '127.0.0.1', { retryStrategy: () => 50 });
    admin.on('error', () => {});
    redis = open(server.url);
  });

  afterEach(async () => {
    redis.dispose();
    admin.disconnect();
    server.resume();
    await server.stop();
  });

  /** Adds events, and returns all that there is when they are. */
  async function added(...texts: readonly string[]): Promise<readonly RecordedEvent[]> {
    for (const text of texts) {
      redis.history.add('status', text);
    }
    return eventually(async () => {
      const events = await redis.history.latest(100);
      expect(shown(events)).toEqual(expect.arrayContaining(texts.map((text) => `status ${text}`)));
      return events;
    });
  }

  it('tells events in their order, and those after one of them', async () => {
    const events = await added('a', 'b', 'c');
    expect(shown(events)).toEqual([BEGINNING, 'status a', 'status b', 'status c']);
    expect(shown(await redis.history.latest(2))).toEqual(['status b', 'status c']);
    const after = await redis.history.after(events[1]?.id, 1);
    expect([shown(after.events), after.isBroken]).toEqual([['status b'], false]);
    const last = await redis.history.after(events.at(-1)?.id, 10);
    expect(last).toEqual({ events: [], isBroken: false });
    expect(shown((await redis.history.after(undefined, 2)).events)).toEqual([BEGINNING, 'status a']);
  });

  it('is one command for an event, besides its message', async () => {
    await added('warm-up');
    const before = await commandCounts(admin);
    const message = redis.bus.publish('events:cache', 'x');
    redis.history.add('status', 'x');
    await message;
    await eventually(async () => expect(shown(await redis.history.latest(1))).toEqual(['status x']));
    const after = await commandCounts(admin);
    expect((after.get('publish') ?? 0) - (before.get('publish') ?? 0)).toBe(1);
    expect((after.get('xadd') ?? 0) - (before.get('xadd') ?? 0)).toBe(1);
  });

  it('G4: expires, also when it was recorded without expiry, and holds about ten thousand events', async () => {
    await added('a');
    expect(await admin.pttl(KEY)).toBeGreaterThan(0);
    await admin.persist(KEY);
    const pipeline = admin.pipeline();
    for (let index = 0; index < 12_000; index++) {
      pipeline.xadd(KEY, '*', 'kind', 'status', 'text', 'x');
    }
    await pipeline.exec();
    await added('b');
    expect(await admin.pttl(KEY)).toBeGreaterThan(0);
    const length = await admin.xlen(KEY);
    expect(length).toBeGreaterThanOrEqual(10_000);
    expect(length).toBeLessThan(10_500);
  });

  it('G9: tells of a gap when it was trimmed beyond what was seen', async () => {
    const events = await added('a', 'b', 'c', 'd');
    await admin.xtrim(KEY, 'MAXLEN', 2);
    const lost = await redis.history.after(events[1]?.id, 10);
    expect([shown(lost.events), lost.isBroken]).toEqual([['status c', 'status d'], true]);
    const kept = await redis.history.after(events[3]?.id, 10);
    expect([shown(kept.events), kept.isBroken]).toEqual([['status d'], false]);
  });

  it('G9: tells of a gap when the server was killed and came back empty, also with a clock that is behind', async () => {
    const seen = (await added('a')).at(-1)?.id;
    server.kill();
    await server.restart();
    await eventually(() => admin.ping());
    await eventually(async () => expect(await redis.history.after(seen, 10)).toEqual({ events: [], isBroken: true }));
    await admin.xadd(KEY, '1-1', 'kind', 'status', 'text', 'early');
    const after = await redis.history.after(seen, 10);
    expect([shown(after.events), after.isBroken]).toEqual([['status early'], true]);
  });

  it('G9: begins with the event that says so', async () => {
    await added('a');
    await admin.del(KEY);
    expect(shown(await added('b'))).toEqual([BEGINNING, 'status b']);
  });

  it('G9: G3: neither fails nor waits while the server hangs, and tells then how many events are lost', async () => {
    await added('a');
    redis.dispose();
    redis = open(server.url, HASTY_MS);
    await eventually(() => redis.history.latest(1));
    server.hang();
    redis.history.add('status', 'lost 1');
    redis.history.add('status', 'lost 2');
    await expect(redis.history.latest(1)).rejects.toThrow(StoreError);
    for (let index = 0; index < 5_000; index++) {
      redis.history.add('status', 'lost too');
    }
    await eventually(() => expect(redis.store.health.state).toBe('down'));
    server.resume();
    await eventually(async () => {
      const gaps = (await redis.history.latest(20_000)).filter(({ kind, text }) => kind === 'gap' && text !== '{}');
      const lost = gaps.reduce((total, { text }) => total + JSON.parse(text).lost, 0);
      expect(lost).toBeGreaterThanOrEqual(5_002);
    });
  });

  it('passes what is no event of ours without its content, however large, and goes on', async () => {
    await added('a');
    await admin.xadd(KEY, '*', 'kind', 'status', 'text', 'x'.repeat(20_000_000));
    await admin.xadd(KEY, '*', 'kind', 'status');
    await admin.xadd(KEY, '*', 'text', 'status', 'kind', 'x');
    await admin.xadd(KEY, '*', 'kind', 'k'.repeat(33), 'text', 'x');
    const events = await added('b');
    expect(shown(events)).toEqual([BEGINNING, 'status a', ' ', ' ', ' ', ' ', 'status b']);
    expect(redis.store.health).toEqual({ state: 'up' });
  });

  it('mends what something else put in its place, and a stream that has no ids left', async () => {
    await admin.set(KEY, 'text');
    expect(await redis.history.latest(10)).toEqual([]);
    expect(shown(await added('a'))).toEqual([BEGINNING, 'status a']);
    await admin.xadd(KEY, '18446744073709551615-18446744073709551615', 'kind', 'x', 'text', 'y');
    await redis.history.latest(10);
    expect(shown(await added('b'))).toEqual([BEGINNING, 'status b']);
    expect(await admin.pttl(KEY)).toBeGreaterThan(0);
  });

  it('counts a text that is too long as lost', async () => {
    await added('a');
    redis.history.add('status', 'x'.repeat(MAX_EVENT_TEXT + 1));
    expect(shown(await added('b'))).toEqual([BEGINNING, 'status a', 'gap {"lost":1}', 'status b']);
  });

  it('needs no rights but those that are advised', async () => {
    await admin.call('ACL', 'SETUSER', 'app', 'on', 'nopass', ...NEEDED_RIGHTS.split(' '));
    const restricted = open(`redis://app@127.0.0.1:${server.port}`);
    restricted.history.add('status', 'x');
    await eventually(async () => expect(shown(await restricted.history.latest(9))).toEqual([BEGINNING, 'status x']));
    restricted.dispose();
  });
});

describe('RedisEventHistory on a Cluster', () => {
  it('is on one master for all instances', async () => {
    const cluster = await startTestCluster();
    const [one, other] = [open(cluster.url), open(cluster.url)];
    try {
      one.history.add('status', 'a');
      await eventually(async () => expect(shown(await other.history.latest(9))).toEqual([BEGINNING, 'status a']));
    } finally {
      one.dispose();
      other.dispose();
      await cluster.stop();
    }
  });
});

/** How often each command ran, those in scripts too. */
async function commandCounts(admin: Redis): Promise<ReadonlyMap<string, number>> {
  const stats = String(await admin.info('commandstats'));
  return new Map(
    [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, calls]) => [name as string, Number(calls)]),
  );
}

import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScanError } from '../../../src/cache/keyBrowser';
import { eventually } from '../../fixtures/eventually';
import { startTestRedis, type TestRedis } from '../../fixtures/redis';
import { type BrowsedRedis, list, openBrowser } from './keyBrowserSuite';

describe('RedisKeyBrowser where a server refuses or fails', () => {
  let server: TestRedis;
  let admin: Redis;
  const opened: BrowsedRedis[] = [];

  beforeEach(async () => {
    server = await startTestRedis();
    admin = new Redis(server.port, '127.0.0.1');
    admin.on('error', () => {});
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((redis) => redis.close()));
    admin.disconnect();
    await server.stop();
  });

  async function openAs(...rights: string[]): Promise<BrowsedRedis> {
    await admin.call('ACL', 'SETUSER', 'app', 'reset', 'on', '>pass', ...rights);
    return open(`redis://app@127.0.0.1:${server.port}`);
  }

  function open(url = server.url): BrowsedRedis {
    const redis = openBrowser(url, async () => {}, { password: url === server.url ? '' : 'pass' });
    opened.push(redis);
    return redis;
  }

  async function fill(): Promise<void> {
    await admin.set('string', 'value', 'PX', 600_000);
    await admin.hset('hash', 'f', 'v');
    await admin.zadd('zset', 1, 'm');
    await admin.set('v1:cache:x', '{"v":1,"data":1,"at":1,"ttl":2,"cost":3,"by":"b","gen":[]}', 'PX', 600_000);
  }

  it('does without the commands that a login may not use, and names each', async () => {
    await fill();
    const redis = await openAs('~*', '+@all', '-info', '-config', '-memory', '-type', '-dbsize');
    const keys = ['string', 'hash', 'zset', 'v1:cache:x', 'absent'];
    const { keys: found, pages } = await list(redis);
    expect(new Set(found)).toEqual(new Set(keys.slice(0, 4)));
    expect(pages.every(({ total }) => total === undefined)).toBe(true);
    const { facts, denied } = await redis.browser.describe(keys);
    expect(new Set(denied)).toEqual(new Set(['MEMORY USAGE', 'TYPE', 'DBSIZE']));
    expect(facts.map((each) => each?.type)).toEqual(['string', 'hash', 'zset', 'string', undefined]);
    expect(facts.map((each) => each?.elements)).toEqual([undefined, 1, 1, undefined, undefined]);
    expect(facts.map((each) => each?.sizeBytes)).toEqual([5, undefined, undefined, 58, undefined]);
    expect(facts[3]?.entry).toMatchObject({ at: 1, by: 'b' });
    expect(facts[4]).toBeUndefined();
    expect((await list(redis, { type: 'hash' })).keys).toEqual(['hash']);
    expect((await redis.browser.read('zset'))?.content).toMatchObject({ type: 'zset', members: [{ score: 1 }] });
    await redis.browser.describe(keys);
    const log = (await admin.call('ACL', 'LOG')) as unknown[];
    // What is known to be denied is not asked again.
    expect(log).toHaveLength(3);
  });

  it('tells what is left when nothing but the scan is allowed', async () => {
    await fill();
    const redis = await openAs('~*', '-@all', '+scan');
    expect((await list(redis)).keys).toHaveLength(4);
    const { facts } = await redis.browser.describe(['string', 'v1:cache:x']);
    const nothing = { type: undefined, ttlMs: undefined, sizeBytes: undefined, elements: undefined, entry: undefined };
    expect(facts).toEqual([nothing, nothing]);
    await expect(redis.browser.remove(['string'])).rejects.toThrow(/use UNLINK. Grant it with .*\+unlink/);
    await expect(redis.browser.setTtl('string', 5_000)).rejects.toThrow(/use PEXPIRE/);
    expect(await admin.exists('string')).toBe(1);
  });

  it('lists keys that the login may not look at', async () => {
    await fill();
    const redis = await openAs('~v1:*', '+@all');
    expect((await list(redis)).keys).toHaveLength(4);
    const { facts, denied } = await redis.browser.describe(['string', 'v1:cache:x']);
    expect(denied).toEqual([]);
    expect(facts[0]).toMatchObject({ type: undefined, ttlMs: undefined });
    expect(facts[1]).toMatchObject({ type: 'string', sizeBytes: 58 });
    await expect(redis.browser.remove(['string'])).rejects.toThrow(/login may not use this key/);
  });

  it('says which command a login lacks that may not scan', async () => {
    const redis = await openAs('~*', '+@all', '-scan');
    await expect(list(redis)).rejects.toThrow(/NOPERM .*may use SCAN/);
  });

  it('begins a server anew that was restarted between two parts of a scan, and loses no key', async () => {
    const redis = open();
    const keys = Array.from({ length: 10_000 }, (_, index) => `k:${index}`);
    const fillAll = () => admin.mset(Object.fromEntries(keys.map((key) => [key, 'value'])));
    await fillAll();
    const controller = new AbortController();
    let pages = 0;
    const first = await list(redis, {
      signal: controller.signal,
      onPage: () => {
        pages++;
        if (pages === 4) {
          controller.abort();
        }
      },
    });
    await server.restart();
    // Another seed, and so another order of the same keys.
    await reached(async () => expect(await fillAll()).toBe('OK'));
    const second = await reached(() => list(redis, { resume: first.position }));
    expect(new Set(second.keys)).toEqual(new Set(keys));
  });

  it('fails where a server dies, and goes on when it is back', async () => {
    const redis = open();
    const keys = Array.from({ length: 10_000 }, (_, index) => `k:${index}`);
    await admin.mset(Object.fromEntries(keys.map((key) => [key, 'value'])));
    let pages = 0;
    const error: unknown = await list(redis, {
      onPage: () => {
        pages++;
        if (pages === 3) {
          server.kill();
        }
      },
    }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ScanError);
    expect(String(error)).toMatch(new RegExp(`Redis at 127.0.0.1:${server.port} `));
    const { position } = error as ScanError;
    expect(position.scanned).toBeGreaterThan(0);
    await server.restart();
    await reached(async () => expect(await admin.set('k:new', 'value')).toBe('OK'));
    const rest = await reached(() => list(redis, { resume: position }));
    expect(rest.keys).toEqual(['k:new']);
  });
});

async function reached<T>(attempt: () => Promise<T>): Promise<T> {
  return eventually(attempt, 20_000);
}

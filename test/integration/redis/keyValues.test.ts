import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodeEntry } from '../../../src/cache/entry';
import type { KeyValue, ValueContent, ValuePart } from '../../../src/cache/keyBrowser';
import { startTestRedis, type TestRedis } from '../../fixtures/redis';
import { type BrowsedRedis, openBrowser } from './keyBrowserSuite';

describe('RedisKeyBrowser and values', () => {
  let server: TestRedis;
  let admin: Redis;
  let redis: BrowsedRedis;

  beforeAll(async () => {
    server = await startTestRedis();
    admin = new Redis(server.port, '127.0.0.1');
    redis = openBrowser(server.url, async () => {});
  });

  afterEach(() => admin.flushall());

  afterAll(async () => {
    await redis?.close();
    admin?.disconnect();
    await server?.stop();
  });

  /** All pages of a value. */
  async function pagesOf(key: string, count: number): Promise<KeyValue[]> {
    const pages: KeyValue[] = [];
    let from: string | undefined;
    do {
      const page = await redis.browser.read(key, from === undefined ? { count } : { from, count });
      if (page === undefined) {
        throw new Error(`${key} is not there`);
      }
      pages.push(page);
      from = page.next;
    } while (from !== undefined && pages.length < 1_000);
    return pages;
  }

  async function contentsOf<T extends ValueContent['type']>(key: string, type: T, count: number) {
    const contents = (await pagesOf(key, count)).map(({ content }) => content);
    expect(new Set(contents.map((content) => content.type))).toEqual(new Set([type]));
    return contents as Extract<ValueContent, { type: T }>[];
  }

  const text = ({ bytes }: ValuePart) => Buffer.from(bytes).toString();
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

  it('gives a string in pages, byte by byte, and says how much is left', async () => {
    const value = Buffer.from(numbers(10_000).map((number) => number % 256));
    await admin.set('key', value);
    const pages = await contentsOf('key', 'string', 3_000);
    expect(Buffer.concat(pages.map(({ part }) => part.bytes)).equals(value)).toBe(true);
    expect(pages.map(({ offset, part }) => [offset, part.omitted])).toEqual([
      [0, 7_000],
      [3_000, 4_000],
      [6_000, 1_000],
      [9_000, 0],
    ]);
  });

  it('gives no more of a large string than there is room for', async () => {
    await admin.set('key', 'x'.repeat(5_000_000));
    const usual = await redis.browser.read('key');
    expect(usual?.content).toMatchObject({ part: { omitted: 5_000_000 - 64 * 1024 } });
    const most = await redis.browser.read('key', { count: 5_000_000 });
    expect(most?.content).toMatchObject({ part: { omitted: 5_000_000 - 1024 * 1024 } });
    expect(most).toMatchObject({ length: 5_000_000, next: String(1024 * 1024), ttlMs: 'never' });
  });

  it('gives each element of a hash, a set, a list and a sorted set, whatever their number', async () => {
    for (const count of [3, 3_000]) {
      await admin.flushall();
      await admin.hset('hash', Object.fromEntries(numbers(count).map((number) => [`f${number}`, `v${number}`])));
      await admin.sadd('set', numbers(count).map(String));
      await admin.rpush('list', ...numbers(count).map(String));
      await admin.zadd('zset', ...numbers(count).flatMap((number) => [number / 2, `m${number}`]));
      const fields = (await contentsOf('hash', 'hash', 100)).flatMap((page) => page.fields);
      expect(new Map(fields.map(({ name, value }) => [text(name), text(value)]))).toEqual(
        new Map(numbers(count).map((number) => [`f${number}`, `v${number}`])),
      );
      const members = (await contentsOf('set', 'set', 100)).flatMap((page) => page.members.map(text));
      expect(new Set(members)).toEqual(new Set(numbers(count).map(String)));
      const lists = await contentsOf('list', 'list', 100);
      expect(lists.flatMap(({ elements }) => elements.map(text))).toEqual(numbers(count).map(String));
      expect(lists.map(({ offset }) => offset)).toEqual(lists.map((_, index) => index * 100));
      const scored = (await contentsOf('zset', 'zset', 100)).flatMap((page) => page.members);
      expect(scored.map(({ member, score }) => [text(member), score])).toEqual(
        numbers(count).map((number) => [`m${number}`, number / 2]),
      );
      expect((await redis.browser.read('hash'))?.length).toBe(count);
    }
  });

  it('gives infinite scores', async () => {
    await admin.zadd('zset', '-inf', 'a', '+inf', 'b');
    const [page] = await contentsOf('zset', 'zset', 10);
    expect(page?.members.map(({ score }) => score)).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  it('gives each record of a stream, in its order', async () => {
    for (const number of numbers(250)) {
      await admin.xadd('stream', `${number + 1}-1`, 'n', String(number), 'n', 'again');
    }
    const records = (await contentsOf('stream', 'stream', 100)).flatMap((page) => page.records);
    expect(records.map(({ id }) => id)).toEqual(numbers(250).map((number) => `${number + 1}-1`));
    expect(records[7]?.fields.map(({ name, value }) => [text(name), text(value)])).toEqual([
      ['n', '7'],
      ['n', 'again'],
    ]);
  });

  it('cuts what is large in an element, and takes fewer of those', async () => {
    await admin.rpush('list', ...numbers(40).map((number) => `${number}`.padEnd(500_000, 'x')));
    const first = await redis.browser.read('list');
    const content = first?.content as Extract<ValueContent, { type: 'list' }>;
    expect(content.elements.length).toBeLessThan(15);
    expect(content.elements[0]).toMatchObject({ omitted: 500_000 - 16 * 1024 });
    expect(first?.next).toBe(String(content.elements.length));
    await admin.del('list');
    await admin.rpush('list', 'x'.repeat(20_000_000));
    const huge = await redis.browser.read('list');
    expect(huge).toMatchObject({ content: { type: 'other', name: 'list' }, next: undefined });
    expect(huge?.note).toMatch(/takes on average (19|20|2\d) MiB/);
  });

  it('knows nothing of a key that is not there', async () => {
    expect(await redis.browser.read('absent')).toBeUndefined();
    expect(await redis.browser.setTtl('absent', 1_000)).toBe(false);
    expect(await redis.browser.remove(['absent'])).toBe(0);
  });

  it('lets a key expire at once at the soonest, and never not at all', async () => {
    await admin.set('key', 'value');
    expect(await redis.browser.setTtl('key', 0.2)).toBe(true);
    expect(await admin.pttl('key')).not.toBe(-1);
  });

  it('tells what an entry says of itself without reading its data, and what is none', async () => {
    const header = {
      fetchedAt: 1_700_000_000_123,
      ttlS: 9.5,
      costMs: 12.25,
      by: 'host "x" \\ é-1',
      generations: [1, 2],
    };
    await admin.set('v1:cache:small', encodeEntry({ data: { a: ',"at":1' }, ...header }));
    await admin.set('v1:cache:large', encodeEntry({ data: 'é'.repeat(500_000), ...header }));
    await admin.set('v1:cache:foreign', '{"temperature":61}');
    await admin.set('v1:cache:newer', '{"v":2,"data":1,"gen":[]}');
    await admin.set('v1:cache:corrupt', 'no JSON');
    await admin.set('v1:cache:unknown', 'x'.repeat(100_000));
    await admin.rpush('v1:cache:list', 'x');
    await admin.set('elsewhere', encodeEntry({ data: 1, ...header }));
    const names = ['small', 'large', 'foreign', 'newer', 'corrupt', 'unknown', 'list'].map(
      (name) => `v1:cache:${name}`,
    );
    const { facts } = await redis.browser.describe([...names, 'elsewhere']);
    const stored = { at: header.fetchedAt, ttl: 9.5, cost: 12.25, by: header.by, gen: [1, 2] };
    expect(facts.map((each) => each?.entry)).toEqual([
      stored,
      stored,
      'foreign',
      'newer',
      'corrupt',
      undefined,
      'corrupt',
      undefined,
    ]);
  });
});

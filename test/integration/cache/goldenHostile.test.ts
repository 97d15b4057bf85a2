import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CoherenceLink, NO_LINK } from '../../../src/cache/coherenceLink';
import { encodeEntry } from '../../../src/cache/entry';
import { minerKey, minerScopes } from '../../../src/cache/keys';
import type { CacheRequest } from '../../../src/cache/reading';
import { eventually } from '../../fixtures/eventually';
import { type GoldenCache, startGoldenCache } from './goldenCache';

const NOW = 1_800_000_000_000;
const KEY = minerKey('m1', 'details');
const SCOPES = minerScopes('m1', 'north', ['system']);
const GENERATIONS = [11, 12, 13, 14];
const HOUR_MS = 3_600_000;
const DEPTH = 100_000;

/** A link that stands and has nothing to tell. */
const STANDING_LINK: CoherenceLink = {
  ...NO_LINK,
  get caughtUpTo() {
    return performance.now();
  },
};

/** What is under the key, and what people are told of it. Nothing of it is served; the next fill replaces it. */
const REPLACED: readonly (readonly [name: string, stored: string | Buffer, state: string])[] = [
  ['a bare object', '{"hashrate":1}', 'foreign'],
  ['a bare number', '42', 'foreign'],
  ['a bare text', '"normal"', 'foreign'],
  ['a bare null', 'null', 'foreign'],
  ['a bare list', '[1,2]', 'foreign'],
  ['an object with another meaning of v', '{"v":"1","data":1,"gen":[11,12,13,14]}', 'foreign'],
  ['an entry in __proto__', `{"__proto__":${entry({})}}`, 'foreign'],
  ['nesting without end', `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`, 'foreign'],
  ['5 MB of JSON', JSON.stringify('x'.repeat(5_000_000)), 'foreign'],
  ['nothing', '', 'unreadable'],
  ['a truncated entry', entry({ state: 'normal' }).slice(0, 40), 'unreadable'],
  ['5 MB of text', 'x'.repeat(5_000_000), 'unreadable'],
  ['nesting that does not end', '['.repeat(DEPTH), 'unreadable'],
  ['binary garbage', Buffer.from([0, 1, 2, 255, 254, 128, 10, 13, 0]), 'unreadable'],
  ['invalid UTF-8', Buffer.concat([Buffer.from('{"v":1,'), Buffer.from([0xc3, 0x28]), Buffer.from('}')]), 'unreadable'],
  ['a byte order mark before an entry', `\uFEFF${entry({})}`, 'unreadable'],
  ['an entry without time', '{"v":1,"data":1,"gen":[11,12,13,14],"ttl":10,"cost":1,"by":"x"}', 'unreadable'],
  ['an entry with generations as text', entry({}).replace('[11,', '["11",'), 'unreadable'],
  ['an entry with a generation too few', entry({}).replace('[11,', '['), 'void'],
  ['an entry without generations', entry({}).replace('[11,12,13,14]', '[]'), 'void'],
  ['an entry that was never fresh', entry({}).replace('"ttl":300', '"ttl":-300'), 'expired'],
];

/** Valid entries with data that nobody expects: it is served as it is. */
const SERVED: readonly (readonly [name: string, text: string, check: (data: unknown) => void])[] = [
  ['5 MB', entry('x'.repeat(5_000_000)), (data) => expect((data as string).length).toBe(5_000_000)],
  [
    'keys named __proto__ and constructor',
    entry('?').replace('"?"', '{"__proto__":{"isAdmin":true},"constructor":1}'),
    (data) => expect(Object.keys(data as object)).toEqual(['__proto__', 'constructor']),
  ],
  [
    'nesting without end',
    entry('?').replace('"?"', `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`),
    (data) => expect(depthOf(data)).toBe(DEPTH),
  ],
  ['null', entry(null), (data) => expect(data).toBeNull()],
  ['control characters', entry('\u0000\u001b[2J'), (data) => expect(data).toBe('\u0000\u001b[2J')],
];

function depthOf(list: unknown): number {
  let depth = 0;
  for (let inner = list; Array.isArray(inner); inner = inner[0]) {
    depth++;
  }
  return depth;
}

function entry(data: unknown): string {
  const envelope = { fetchedAt: NOW, ttlS: 300, costMs: 1, by: 'other', generations: GENERATIONS };
  return encodeEntry({ ...envelope, data });
}

describe.each([
  ['Redis alone', NO_LINK],
  ['a first tier', STANDING_LINK],
])('whatever is stored, with %s', (_name, link) => {
  let golden: GoldenCache;
  let calls: number;

  beforeAll(async () => {
    golden = await startGoldenCache(() => NOW, link);
  });

  afterAll(() => golden.stop());

  beforeEach(async () => {
    await golden.admin.flushall();
    golden.cache.firstTier.drop('everything');
    await golden.setGenerations(
      Object.fromEntries(SCOPES.map((scope, index) => [scope, GENERATIONS[index] as number])),
    );
    calls = 0;
  });

  const request: CacheRequest<unknown> = {
    key: KEY,
    dataset: 'miner:details',
    scopes: SCOPES,
    fetch: async () => `fetched ${++calls}`,
  };

  /** Many at a time share what they get, in another way than one does. */
  async function readByMany() {
    const readings = await Promise.all(Array.from({ length: 5 }, () => golden.cache.getOrFetch(request)));
    const [batched] = await golden.cache.getManyOrFetch([request]);
    return { readings, batched };
  }

  async function expectFilled() {
    await eventually(async () => {
      const { state, entry: stored } = await golden.cache.inspect(request);
      expect({ state, data: stored?.data }).toEqual({ state: 'valid', data: 'fetched 1' });
    });
    expect(await golden.admin.pttl(KEY)).toBeGreaterThan(0);
  }

  it.each(REPLACED)('%s is not served, and replaced', async (_what, stored, state) => {
    await golden.admin.set(KEY, stored, 'PX', HOUR_MS);
    expect(await golden.cache.inspect(request)).toMatchObject({ key: KEY, state });
    const { readings } = await readByMany();
    for (const { data, origin } of readings) {
      expect({ data, origin }).toEqual({ data: 'fetched 1', origin: 'source' });
    }
    await expectFilled();
  });

  it.each(SERVED)('an entry of %s is served', async (_what, text, check) => {
    await golden.admin.set(KEY, text, 'PX', HOUR_MS);
    const { readings, batched } = await readByMany();
    for (const reading of readings) {
      check(reading.data);
      expect(reading.origin).toBe('l2');
    }
    expect(batched?.status).toBe('fulfilled');
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    expect(calls).toBe(0);
  });

  it('an entry of a later version is neither served nor replaced', async () => {
    const newer = '{"v":2,"data":{"state":"normal"},"gen":[11,12,13,14],"more":true}';
    await golden.admin.set(KEY, newer, 'PX', HOUR_MS);
    const { readings } = await readByMany();
    expect(readings.map(({ origin }) => origin)).toEqual(Array(5).fill('source'));
    expect(await golden.cache.warm(request)).toBe('notStored');
    expect(await golden.admin.get(KEY)).toBe(newer);
  });

  it.each([
    ['list', () => golden.admin.rpush(KEY, 'a', 'b')],
    ['set', () => golden.admin.sadd(KEY, 'a')],
    ['sorted set', () => golden.admin.zadd(KEY, 1, 'a')],
    ['hash', () => golden.admin.hset(KEY, 'state', 'normal')],
    ['stream', () => golden.admin.xadd(KEY, '*', 'state', 'normal')],
  ])('a %s in the place of an entry is replaced', async (_type, put) => {
    await put();
    const { readings } = await readByMany();
    expect(readings.map(({ data }) => data)).toEqual(Array(5).fill('fetched 1'));
    await expectFilled();
  });

  it.each([
    ['list', () => golden.admin.rpush(SCOPES[0] as string, '11')],
    ['hash', () => golden.admin.hset(SCOPES[0] as string, 'generation', '11')],
    ['text', () => golden.admin.set(SCOPES[0] as string, 'eleven')],
    ['number too large', () => golden.admin.set(SCOPES[0] as string, '9'.repeat(400))],
    ['negative number', () => golden.admin.set(SCOPES[0] as string, '-11')],
  ])('a %s in the place of a generation voids what depends on it', async (_type, put) => {
    await golden.admin.set(KEY, entry('old'), 'PX', HOUR_MS);
    await golden.admin.del(SCOPES[0] as string);
    await put();
    const { readings } = await readByMany();
    expect(readings.map(({ data }) => data)).toEqual(Array(5).fill('fetched 1'));
    await expectFilled();
    expect(await golden.admin.pttl(SCOPES[0] as string)).toBeGreaterThan(0);
  });
});

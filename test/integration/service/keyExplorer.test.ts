import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeEntry } from '../../../src/cache/entry';
import { minerKey } from '../../../src/cache/keys';
import { rawKeyOf } from '../../../src/cache/rawKeys';
import type { Miner } from '../../../src/fleet/miner';
import type { FleetServices } from '../../../src/service/fleetServices';
import type { KeyExplorer } from '../../../src/service/keyExplorer';
import type { KeyLevel } from '../../../src/service/keyLevels';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { HOSTILE_TEXTS } from '../../fixtures/hostileTexts';

const LIMIT = { limit: 1_000 };

describe('KeyExplorer', () => {
  let rig: TestFleet;
  let admin: Redis;
  let services: FleetServices;
  let explorer: KeyExplorer;

  beforeEach(async () => {
    rig = await startTestFleet({ miners: 4, seed: 3, tenants: 2 });
    admin = new Redis(rig.redis.port, '127.0.0.1');
    services = await rig.open();
    explorer = services.keyExplorer;
  });

  afterEach(async () => {
    admin.disconnect();
    await rig.stop();
  });

  const miners = (): readonly Miner[] => services.inventory.current.miners;
  const firstMiner = () => miners()[0] as Miner;
  const namesOf = ({ namespaces }: KeyLevel) => namespaces.map(({ name }) => name);
  const rawsOf = ({ keys }: KeyLevel) => keys.map(({ raw }) => raw);

  /** Writes strings, and nothing else. */
  async function fill(keys: readonly string[], value = 'value'): Promise<void> {
    for (let start = 0; start < keys.length; start += 5_000) {
      await admin.mset(keys.slice(start, start + 5_000).flatMap((key) => [Buffer.from(key, 'latin1'), value]));
    }
  }

  const numbered = (count: number, before: string, after = '') =>
    Array.from({ length: count }, (_, index) => `${before}${index}${after}`);

  it('shows what the cache may have before anything was scanned, and follows the inventory', async () => {
    expect(namesOf(explorer.level('', LIMIT))).toEqual(['v1']);
    expect(namesOf(explorer.level('v1:cache:', LIMIT))).toEqual(['firmware', 'fleet', 'miner', 'pool']);
    const ids = miners().map(({ id }) => id);
    const shown = explorer.level('v1:cache:miner:', LIMIT);
    expect(namesOf(shown)).toEqual([...ids].sort());
    expect(shown).toMatchObject({ complete: false, listed: 0, hidden: 0, total: undefined });
    const tenants = new Set(miners().map(({ tenant }) => tenant));
    expect(namesOf(explorer.level('v1:cache:fleet:', LIMIT))).toEqual([...tenants, 'global'].sort());
    // Nothing was asked for that.
    expect(await admin.dbsize()).toBeLessThan(10);
  });

  it('lists everything level by level, ours and others, and says how far it is', async () => {
    await fill([...numbered(6_000, 'user:', ':profile'), ...numbered(50, 'queue:'), 'loose', 'user:', '::']);
    await services.reads.miner(firstMiner(), 'status');
    const progress: { listed: number; scanned: number; total: number | undefined }[] = [];
    const { complete } = await explorer.scan('', { onProgress: (each) => progress.push(each) });
    expect(complete).toBe(true);
    const total = await admin.dbsize();
    const root = explorer.level('', LIMIT);
    expect(root.complete).toBe(true);
    expect(root.listed).toBeGreaterThanOrEqual(6_053);
    expect(root.total).toBeLessThanOrEqual(total + 5);
    expect(root.namespaces.find(({ name }) => name === 'user')).toEqual({ prefix: 'user:', name: 'user', keys: 6_001 });
    expect(namesOf(root)).toEqual(['', 'queue', 'user', 'v1']);
    expect(rawsOf(root)).toEqual(['loose']);
    expect(progress.length).toBeGreaterThan(3);
    const listed = progress.map((each) => each.listed);
    expect(listed).toEqual([...listed].sort((a, b) => a - b));
    const users = explorer.level('user:', LIMIT);
    expect(users).toMatchObject({ hidden: 5_001, listed: 6_001, complete: true, sorting: false });
    expect(users.namespaces).toHaveLength(1_000);
    expect(users.namespaces[1]?.name).toBe('1');
    const more = explorer.level('user:', { limit: 2_000 });
    expect(more.namespaces).toHaveLength(2_000);
    expect(more.hidden).toBe(4_001);
    expect(more.namespaces.slice(0, 1_000)).toEqual(users.namespaces);
    expect(rawsOf(explorer.level('user:7:', LIMIT))).toEqual(['user:7:profile']);
    expect(rawsOf(explorer.level('queue:', LIMIT))).toHaveLength(50);
    expect(rawsOf(explorer.level('::', LIMIT))).toEqual(['::']);
    expect(services.cache.metrics.counts('start').lookups).toBe(1);
  });

  it('lists one level without the others, at once where the cache knows the keys', async () => {
    const miner = firstMiner();
    await fill(numbered(3_000, 'other:'));
    await services.reads.miner(miner, 'status');
    const prefix = minerKey(miner.id, 'status').replace(/status$/, '');
    await eventually(async () => expect(await admin.exists(`${prefix}status`)).toBe(1));
    await admin.set(`${prefix}invented`, 'x');
    expect(await explorer.scan(prefix)).toEqual({ complete: true });
    expect(rawsOf(explorer.level(prefix, LIMIT))).toEqual([`${prefix}invented`, `${prefix}status`]);
    expect(explorer.level(prefix, LIMIT).complete).toBe(true);
    expect(explorer.level('', LIMIT)).toMatchObject({ complete: false, listed: 2 });
  });

  it('goes on where it was cancelled, and begins anew when it was complete', async () => {
    const keys = numbered(20_000, 'k:');
    await fill(keys);
    let steps = 0;
    const scanSome = async () => {
      const controller = new AbortController();
      const { complete } = await explorer.scan('', {
        signal: controller.signal,
        onProgress: () => {
          steps++;
          if (steps % 4 === 0) {
            controller.abort();
          }
        },
      });
      return complete;
    };
    expect(await scanSome()).toBe(false);
    const part = explorer.level('k:', LIMIT).listed;
    expect(part).toBeGreaterThan(1_000);
    expect(part).toBeLessThan(20_000);
    expect(explorer.level('k:', LIMIT)).toMatchObject({ complete: false, scanning: false });
    for (let scans = 0; scans < 20 && !(await scanSome()); scans++) {
      // Goes on.
    }
    expect(explorer.level('k:', LIMIT)).toMatchObject({ listed: 20_000, complete: true });
    expect(steps).toBeLessThan(25);
    await admin.del('k:0', 'k:1');
    await admin.set('k:new', 'value');
    await explorer.scan('k:');
    const level = explorer.level('k:', { limit: 30_000 });
    expect(level.listed).toBe(19_999);
    expect(rawsOf(level)).toContain('k:new');
    expect(rawsOf(level)).not.toContain('k:0');
  });

  it('joins a scan that runs, and ends it with the last who waits for it', async () => {
    await fill(numbered(20_000, 'k:'));
    const [first, second] = [new AbortController(), new AbortController()];
    let steps = 0;
    const scans = [
      explorer.scan('', {
        signal: first.signal,
        onProgress: () => {
          steps++;
          if (steps === 2) {
            first.abort();
          }
        },
      }),
      explorer.scan('k:', { signal: second.signal }),
    ];
    expect(explorer.level('k:', LIMIT).scanning).toBe(true);
    expect(await Promise.all(scans)).toEqual([{ complete: false }, { complete: true }]);
    expect(explorer.level('', LIMIT).complete).toBe(true);
    expect(steps).toBe(2);
  });

  it('keeps every name exactly, and shows it without harm', async () => {
    const raws = [
      '',
      ':',
      '::a',
      'a::b',
      '\xff\xfe:\x00',
      `${'deep:'.repeat(50)}end`,
      ...Object.values(HOSTILE_TEXTS).map(rawKeyOf),
    ];
    await fill(raws);
    await explorer.scan('');
    const found: string[] = [];
    const visit = (prefix: string) => {
      const level = explorer.level(prefix, LIMIT);
      for (const { raw, name } of level.keys) {
        found.push(raw);
        expect(name).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        expect(name.length).toBeLessThan(400);
      }
      for (const namespace of level.namespaces) {
        visit(namespace.prefix);
      }
    };
    visit('');
    const others = found.filter((raw) => !raw.startsWith('v1:'));
    expect(new Set(others)).toEqual(new Set(raws));
    expect(others).toHaveLength(new Set(raws).size);
    const described = await explorer.describe(raws);
    expect(described.every((key) => key?.freshness === 'none' && !key.isOwn)).toBe(true);
  });

  it('shows the ids of miners as people write them', async () => {
    const id = 'rack 1:A*%\u202e';
    await admin.set(minerKey(id, 'status'), 'x');
    await explorer.scan('');
    expect(namesOf(explorer.level('v1:cache:miner:', LIMIT))).toContain('rack 1:A*%\\xe2\\x80\\xae');
  });

  it('says what a key is worth to a reader', async () => {
    const miner = firstMiner();
    await services.reads.miner(miner, 'status');
    await services.reads.miner(miner, 'config');
    await services.reads.summary(miner.tenant);
    const now = Date.now();
    const stranger = { fetchedAt: now, ttlS: 100, costMs: 5, by: 'somebody', generations: [1, 2, 3, 4] };
    const stale = minerKey(miner.id, 'stats');
    await eventually(async () => expect(await admin.exists(minerKey(miner.id, 'config'))).toBe(1));
    const status = JSON.parse((await admin.get(minerKey(miner.id, 'status'))) ?? '');
    await admin.set(stale, JSON.stringify({ ...status, at: now - 60_000, ttl: 10 }), 'PX', 60_000);
    await admin.set(minerKey('unknown', 'status'), encodeEntry({ data: 1, ...stranger }), 'PX', 60_000);
    await admin.set(minerKey(miner.id, 'errors'), '{"errors":[]}');
    await admin.set(minerKey(miner.id, 'pools'), 'no JSON');
    await admin.rpush('mine', 'a', 'b');
    const keys = [
      minerKey(miner.id, 'status'),
      stale,
      minerKey('unknown', 'status'),
      minerKey(miner.id, 'errors'),
      minerKey(miner.id, 'pools'),
      'mine',
      'absent',
      `v1:cache:fleet:${miner.tenant}:summary`,
    ];
    await eventually(async () => expect(await admin.exists(keys[7] as string)).toBe(1));
    const described = await explorer.describe(keys);
    expect(described.map((key) => key?.freshness)).toEqual([
      'fresh',
      'stale',
      'void',
      'foreign',
      'unreadable',
      'none',
      undefined,
      'fresh',
    ]);
    expect(described[0]).toMatchObject({
      dataset: 'miner:status',
      tenant: miner.tenant,
      minerId: miner.id,
      isOwn: true,
      type: 'string',
      entry: { ttlS: expect.any(Number), by: expect.any(String), generations: expect.any(Array) },
    });
    expect(Math.abs((described[0]?.entry?.fetchedAt ?? 0) - now)).toBeLessThan(60_000);
    expect(described[5]).toMatchObject({ type: 'list', elements: 2, ttlMs: 'never', isOwn: false });
    expect(described[7]).toMatchObject({ dataset: 'fleet:summary', tenant: miner.tenant });
    await services.invalidator.invalidate({ type: 'tenant', tenant: miner.tenant }, 'test');
    await admin.set(keys[0] as string, JSON.stringify(status), 'PX', 60_000);
    expect((await explorer.describe([keys[0] as string]))[0]?.freshness).toBe('void');
  });

  it('tells of entries that come, change and go where somebody looks', async () => {
    const miner = firstMiner();
    const prefix = minerKey(miner.id, 'status').replace(/status$/, '');
    const changed = new Set<string | undefined>();
    explorer.onDidChange((each) => changed.add(each));
    await explorer.scan(prefix);
    explorer.level(prefix, LIMIT);
    const other = await rig.open();
    await other.reads.miner(miner, 'status');
    await eventually(() => expect(rawsOf(explorer.level(prefix, LIMIT))).toEqual([`${prefix}status`]));
    await eventually(() => expect(changed).toContain(prefix));
    changed.clear();
    await other.invalidator.noteEvent(miner, 'status');
    await eventually(() => expect(changed).toContain(prefix));
    explorer.forgetLevel(prefix);
    await admin.del(`${prefix}status`);
    expect(await explorer.describe([`${prefix}status`])).toEqual([undefined]);
    expect(rawsOf(explorer.level(prefix, LIMIT))).toEqual([]);
  });

  it('orders keys by what expires first, by size, and by name', async () => {
    await admin.set('k:a', 'xx', 'PX', 900_000);
    await admin.set('k:b', 'x', 'PX', 300_000);
    await admin.set('k:c', 'xxx');
    await admin.set('k:d:e', 'x');
    await explorer.scan('');
    const order = async (sort: 'name' | 'ttl' | 'size', expected: string[]) => {
      explorer.sort = sort;
      await eventually(() => {
        const level = explorer.level('k:', LIMIT);
        expect(level.sorting).toBe(false);
        expect(rawsOf(level)).toEqual(expected);
      });
      expect(namesOf(explorer.level('k:', LIMIT))).toEqual(['d']);
    };
    await order('name', ['k:a', 'k:b', 'k:c']);
    await order('ttl', ['k:b', 'k:a', 'k:c']);
    await order('size', ['k:c', 'k:a', 'k:b']);
  });

  it('orders a level of very many keys, without having it at once', { timeout: 120_000 }, async () => {
    await fill(numbered(30_000, 'k:'));
    await admin.set('k:17', 'x'.repeat(1_000));
    await explorer.scan('');
    explorer.sort = 'size';
    expect(explorer.level('k:', LIMIT).sorting).toBe(true);
    await eventually(() => expect(explorer.level('k:', LIMIT).sorting).toBe(false), 60_000);
    expect(rawsOf(explorer.level('k:', LIMIT))[0]).toBe('k:17');
    explorer.sort = 'name';
    await eventually(() => expect(explorer.level('k:', LIMIT).sorting).toBe(false), 30_000);
    expect(rawsOf(explorer.level('k:', LIMIT)).slice(0, 3)).toEqual(['k:0', 'k:1', 'k:10']);
    expect(explorer.level('k:', LIMIT).hidden).toBe(29_000);
  });

  describe('with a filter', () => {
    const listed = async () => {
      const { complete } = await explorer.scan('');
      expect(complete).toBe(true);
      const all: string[] = [];
      const visit = (prefix: string) => {
        const level = explorer.level(prefix, LIMIT);
        all.push(...rawsOf(level));
        for (const namespace of level.namespaces) {
          visit(namespace.prefix);
        }
      };
      visit('');
      return all.sort();
    };

    it('lists what matches a pattern, a text or a type alone', async () => {
      await fill(['a:1', 'a:2', 'b:1', rawKeyOf('Ünits:x')]);
      await admin.rpush('a:list', 'x');
      explorer.filter = { pattern: 'a:*' };
      expect(await listed()).toEqual(['a:1', 'a:2', 'a:list']);
      explorer.filter = { pattern: 'a:*', type: 'list' };
      expect(await listed()).toEqual(['a:list']);
      explorer.filter = { text: 'üNIT' };
      expect(await listed()).toEqual([rawKeyOf('Ünits:x')]);
      explorer.filter = { pattern: '*:1' };
      await explorer.scan('b:');
      expect(rawsOf(explorer.level('b:', LIMIT))).toEqual(['b:1']);
      expect(explorer.level('', LIMIT).listed).toBe(1);
      explorer.filter = {};
      expect((await listed()).length).toBeGreaterThanOrEqual(5);
    });

    it('lists a dataset or a tenant alone', async () => {
      const [first] = miners();
      const other = miners().find(({ tenant }) => tenant !== first?.tenant) as Miner;
      const keys = [first as Miner, other].flatMap(({ id }) => [minerKey(id, 'status'), minerKey(id, 'stats')]);
      await fill([...keys, `v1:cache:fleet:${other.tenant}:summary`, 'v1:cache:other', 'x']);
      explorer.filter = { dataset: 'miner:status' };
      expect(await listed()).toEqual([keys[0], keys[2]].sort());
      explorer.filter = { tenant: other.tenant };
      expect(await listed()).toEqual([keys[2], keys[3], `v1:cache:fleet:${other.tenant}:summary`].sort());
      explorer.filter = { tenant: other.tenant, dataset: 'miner:stats' };
      expect(await listed()).toEqual([keys[3]]);
    });

    it('lists what never expires, what is large, and what is stale or void', async () => {
      const miner = firstMiner();
      await services.reads.miner(miner, 'details');
      await eventually(async () => expect(await admin.exists(minerKey(miner.id, 'details'))).toBe(1));
      await services.invalidator.noteEvent(miner, 'config');
      await admin.set('short', 'x', 'PX', 600_000);
      await admin.set('long', 'x'.repeat(2_000_000), 'PX', 600_000);
      await admin.set('kept', 'x');
      explorer.filter = { noExpiry: true };
      expect(await listed()).toEqual(['kept']);
      explorer.filter = { overBytes: 1_000_000 };
      expect(await listed()).toEqual(['long']);
      explorer.filter = { staleOrVoid: true };
      expect(await listed()).toEqual([]);
      const details = (await admin.get(minerKey(miner.id, 'details'))) ?? '';
      await admin.set(minerKey(miner.id, 'details'), details.replace(/"gen":\[\d+/, '"gen":[1'), 'PX', 600_000);
      expect(await listed()).toEqual([minerKey(miner.id, 'details')]);
    });

    it('forgets what was listed, and ends the scan that runs', async () => {
      await fill(numbered(20_000, 'k:'));
      const changed: (string | undefined)[] = [];
      explorer.onDidChange((prefix) => changed.push(prefix));
      const scan = explorer.scan('', {
        onProgress: () => {
          if (explorer.filter.text === undefined) {
            explorer.filter = { text: 'nothing' };
          }
        },
      });
      expect(await scan).toEqual({ complete: false });
      expect(changed).toContain(undefined);
      expect(explorer.level('', LIMIT)).toMatchObject({ listed: 0, namespaces: [], complete: false });
    });

    it('is refused when it cannot be used', () => {
      expect(() => {
        explorer.filter = { pattern: 'x'.repeat(2_000) };
      }).toThrow('at most 1024');
      expect(explorer.filter).toEqual({});
    });
  });

  it('says once which commands a login lacks, and does without them', async () => {
    await admin.hset('hash', 'f', 'v');
    await admin.call('ACL', 'SETUSER', 'default', '-memory', '-info', '-config', '-type');
    const told: string[] = [];
    explorer.onDidDeny((names) => told.push(...names));
    await explorer.scan('');
    for (let round = 0; round < 3; round++) {
      expect((await explorer.describe(['hash']))[0]).toMatchObject({ type: 'hash', elements: 1 });
    }
    expect(told.sort()).toEqual(['MEMORY USAGE', 'TYPE']);
    expect([...explorer.denied].sort()).toEqual(['MEMORY USAGE', 'TYPE']);
  });
});

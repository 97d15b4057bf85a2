import { BrokenCircuitError } from 'cockatiel';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { StoreError } from '../../../src/cache/store';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { RedisStore } from '../../../src/redis/redisStore';
import { eventually } from '../../fixtures/eventually';
import { HASTY_MS, PATIENT_MS, startTestRedis, type TestRedis } from '../../fixtures/redis';
import { startTcpProxy } from '../../fixtures/tcpProxy';

const SCOPES = ['v1:gen:all', 'v1:gen:miner:m1'];

describe('RedisStore', () => {
  let server: TestRedis;
  let store: RedisStore;
  let admin: Redis;

  function openStore(url = server.url, password?: string, commandTimeoutMs = PATIENT_MS): RedisStore {
    const profile = parseRedisUrl(url, { password });
    return RedisStore.open({ profile, commandTimeoutMs, clock: systemClock, logger: silentLogger });
  }

  /** In the place of the store, one that soon gives up, and has its connection. */
  async function openHastyStore(): Promise<void> {
    store.dispose();
    store = openStore(server.url, undefined, HASTY_MS);
    await eventually(() => store.read('k', SCOPES));
  }

  beforeEach(async () => {
    server = await startTestRedis();
    store = openStore();
    admin = new Redis(server.port, '127.0.0.1', { retryStrategy: () => 50 });
    admin.on('error', () => {});
  });

  afterEach(async () => {
    store.dispose();
    admin.disconnect();
    server.resume();
    await server.stop();
  });

  it('reads back what it wrote, and the first read waits for the connection', async () => {
    await store.write('v1:cache:miner:m1:status', 'text', 5_000);
    expect((await store.read('v1:cache:miner:m1:status', SCOPES)).text).toBe('text');
    expect(store.health).toEqual({ state: 'up' });
  });

  it('G4: gives every key an expiry, generations included', async () => {
    await store.write('v1:cache:miner:m1:status', 'text', 5_000);
    await store.read('v1:cache:miner:m1:status', SCOPES);
    await store.bump(SCOPES);
    const keys = await admin.keys('*');
    expect(keys.sort()).toEqual(['v1:cache:miner:m1:status', ...SCOPES].sort());
    for (const key of keys) {
      expect(await admin.pttl(key)).toBeGreaterThan(0);
    }
  });

  it('keeps a generation until it is bumped, and gives it a greater one then', async () => {
    const first = await store.read('k', SCOPES);
    expect((await store.read('k', SCOPES)).generations).toEqual(first.generations);
    await store.bump(['v1:gen:all']);
    const second = await store.read('k', SCOPES);
    expect(second.generations[0]).toBeGreaterThan(first.generations[0] as number);
    expect(second.generations[1]).toBe(first.generations[1]);
  });

  it('makes an evicted or spoilt generation anew, never one that was there before', async () => {
    const before = await store.read('k', SCOPES);
    await admin.del('v1:gen:all');
    const after = await store.read('k', SCOPES);
    expect(after.generations[0]).toBeGreaterThan(before.generations[0] as number);
    await admin.set('v1:gen:all', 'garbage');
    const mended = await store.read('k', SCOPES);
    expect(mended.generations[0]).toBeGreaterThan(after.generations[0] as number);
  });

  it('never gives the same generation twice to concurrent bumps', async () => {
    const seen = new Set<number>();
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        await store.bump(['v1:gen:all']);
        const generation = await admin.get('v1:gen:all');
        seen.add(Number(generation));
      }),
    );
    const { generations } = await store.read('k', ['v1:gen:all']);
    expect(Math.max(...seen)).toBe(generations[0]);
  });

  it('G3: fails within the command timeout while the server hangs, at once after that, and heals by itself', async () => {
    await openHastyStore();
    server.hang();
    const failures = await Promise.allSettled(Array.from({ length: 20 }, () => store.read('k', SCOPES)));
    expect(failures.every(({ status }) => status === 'rejected')).toBe(true);
    expect(store.health).toEqual({
      state: 'down',
      reason: `Redis at 127.0.0.1:${server.port} did not answer within 400 ms.`,
    });
    // The breaker's own error as the cause: Redis was not asked, so nothing was waited for.
    const refusal: unknown = await store.read('k', SCOPES).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ message: expect.stringContaining('did not answer within 400 ms') });
    expect((refusal as StoreError).cause).toBeInstanceOf(BrokenCircuitError);
    server.resume();
    await eventually(() => expect(store.health).toEqual({ state: 'up' }));
    await eventually(() => store.read('k', SCOPES));
  });

  it('G3: does not take its own process for a server that is silent', async () => {
    const timeoutMs = 1_000;
    store.dispose();
    store = openStore(server.url, undefined, timeoutMs);
    await store.write('v1:cache:x', 'text', 60_000);
    const states: string[] = [];
    store.onDidChangeHealth(({ state }) => states.push(state));
    const connection = async () => /^id=(\d+) .*name=fleet-cache /m.exec(String(await admin.client('LIST')))?.[1];
    const former = await connection();
    // The read may not be on its way yet, be on its way, or be answered when the process is held up.
    for (let turns = 0; turns < 4; turns++) {
      const read = store.read('v1:cache:x', SCOPES);
      for (let turn = 0; turn < turns; turn++) {
        await new Promise(setImmediate);
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2.1 * timeoutMs);
      expect((await read).text, `after ${turns} turns`).toBe('text');
    }
    expect(await connection()).toBe(former);
    expect(states).toEqual([]);
  });

  it('G3: asks a hung server nothing while it is given up, however long that takes', async () => {
    await openHastyStore();
    server.hang();
    await Promise.allSettled(Array.from({ length: 5 }, () => store.read('k', SCOPES)));
    // Over several of the breaker's pauses, while its probes run.
    const causes = new Set<unknown>();
    for (let attempt = 0; attempt < 100; attempt++) {
      const error: unknown = await store.read('k', SCOPES).catch((reason: unknown) => reason);
      causes.add((error as StoreError).cause?.constructor);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(causes).toEqual(new Set([BrokenCircuitError]));
  });

  it('G3: gives each page of a batch the command timeout, so that a large one comes from an empty server too', async () => {
    const proxy = await startTcpProxy(server.port);
    onTestFinished(() => proxy.stop());
    store.dispose();
    store = openStore(`redis://127.0.0.1:${proxy.port}`, undefined, 2_000);
    await eventually(() => store.read('k', []));
    // A page is there long before the time-out, and the last of some thirty rounds of them long after it.
    proxy.delayMs = 150;
    const miners = Array.from({ length: 10_000 }, (_, index) => `miner:m${index}`);
    const scopes = ['v1:gen:all', ...miners.flatMap((miner) => [`v1:gen:${miner}`, `v1:gen:${miner}:status`])];
    const { texts, generations } = await store.readMany(
      miners.map((miner) => `v1:cache:${miner}:status`),
      scopes,
    );
    expect(texts).toHaveLength(miners.length);
    expect(generations.every((generation) => generation !== undefined && generation > 0)).toBe(true);
    expect(generations).toHaveLength(scopes.length);
    expect(await admin.get('v1:gen:miner:m9999:status')).toBe(String(generations.at(-1)));
    expect(store.health).toEqual({ state: 'up' });
  });

  it('G3: asks no further pages of a batch once one has failed', async () => {
    await openHastyStore();
    const keys = Array.from({ length: 20_000 }, (_, index) => `v1:cache:${index}`);
    server.hang();
    await expect(store.readMany(keys, [])).rejects.toThrow(StoreError);
    server.resume();
    await eventually(() => expect(store.health).toEqual({ state: 'up' }));
    await eventually(async () => expect((await store.readMany(keys, [])).texts).toHaveLength(keys.length));
  });

  it('writes for as many milliseconds as a fractional TTL comes to', async () => {
    await store.write('k', 'v', 16.1 * 1000);
    expect(await admin.pttl('k')).toBeGreaterThan(0);
  });

  it('does not take a refused read for refused writes', async () => {
    await admin.call('ACL', 'SETUSER', 'blind', 'on', 'nopass', '~*', '+@all', '-get', '-mget');
    const blind = openStore(`redis://blind@127.0.0.1:${server.port}`, 'any');
    try {
      await expect(blind.read('k', SCOPES)).rejects.toThrow('NOPERM');
      expect(blind.health).toMatchObject({ state: 'refusing-reads' });
    } finally {
      blind.dispose();
    }
  });

  it('G3: says that the server is gone, and is up again after it came back', async () => {
    await store.read('k', SCOPES);
    const states: string[] = [];
    store.onDidChangeHealth(({ state }) => states.push(state));
    process.kill(server.pid, 'SIGKILL');
    await eventually(() => expect(store.health.state).toBe('down'));
    await expect(store.read('k', SCOPES)).rejects.toThrow(StoreError);
    await server.restart();
    await eventually(() => expect(store.health).toEqual({ state: 'up' }));
    await store.write('k', 'v', 1_000);
    expect((await store.read('k', SCOPES)).text).toBe('v');
    expect(states[0]).toBe('down');
    expect(states.at(-1)).toBe('up');
  });

  it('names host, port and cause when nobody listens', async () => {
    const other = openStore('redis://127.0.0.1:1');
    try {
      await expect(other.read('k', SCOPES)).rejects.toThrow(/127\.0\.0\.1:1 .*ECONNREFUSED/);
      expect(other.health.state).toBe('down');
    } finally {
      other.dispose();
    }
  });

  it('G3: still reads while the server refuses writes, says so, and says when it is over', async () => {
    await store.write('k', 'v', 60_000);
    await admin.config('SET', 'maxmemory', '1');
    for (let attempt = 0; attempt < 5; attempt++) {
      await expect(store.write('k2', 'v', 1_000)).rejects.toThrow('OOM');
    }
    expect((await store.read('k', [])).text).toBe('v');
    expect(store.health).toMatchObject({ state: 'refusing-writes', reason: expect.stringContaining('OOM') });
    await admin.config('SET', 'maxmemory', '0');
    await eventually(async () => {
      await store.write('k2', 'v', 1_000);
      expect(store.health).toEqual({ state: 'up' });
    });
  });

  it('says that the login was refused, without the password', async () => {
    await admin.config('SET', 'requirepass', 'right-password');
    const other = openStore(server.url, 'wrong-password');
    try {
      const error: unknown = await other.read('k', SCOPES).catch((reason: unknown) => reason);
      expect(String(error)).toContain('refused the login');
      expect(String(error)).not.toContain('wrong-password');
    } finally {
      other.dispose();
    }
    const right = openStore(server.url, 'right-password');
    try {
      await expect(right.read('k', SCOPES)).resolves.toBeDefined();
    } finally {
      right.dispose();
    }
  });

  it('removes what is there and passes over what is not', async () => {
    await store.write('a', 'v', 1_000);
    expect(await store.remove(['a', 'b'])).toBe(1);
    expect(await store.remove([])).toBe(0);
  });
});

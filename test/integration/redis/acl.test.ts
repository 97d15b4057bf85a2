import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { RedisKeyPurger } from '../../../src/redis/keyPurger';
import { openRedis } from '../../../src/redis/openRedis';
import { parseRedisUrl } from '../../../src/redis/profileUrl';
import { NEEDED_RIGHTS } from '../../../src/redis/refusals';
import { eventually } from '../../fixtures/eventually';
import { PATIENT_MS, startTestRedis, type TestRedis } from '../../fixtures/redis';
import { openRedisStore } from './storeSuiteRedis';

describe('RedisStore with a restricted login', () => {
  let server: TestRedis;
  let admin: Redis;
  const opened: ReturnType<typeof openRedisStore>[] = [];

  function open(username: string, password: string | undefined) {
    const login = username === '' ? '' : `${username}@`;
    const one = openRedisStore(`redis://${login}127.0.0.1:${server.port}`, async () => {}, { password });
    opened.push(one);
    return one;
  }

  beforeEach(async () => {
    server = await startTestRedis();
    admin = new Redis(server.port, '127.0.0.1');
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
    admin.disconnect();
    await server.stop();
  });

  it('needs no rights but those on its own keys', async () => {
    const commands = ['get', 'mget', 'set', 'unlink', 'eval', 'evalsha', 'time', 'pexpire', 'del'];
    await admin.call('ACL', 'SETUSER', 'app', 'on', '>pass', '~v1:*', '-@all', ...commands.map((each) => `+${each}`));
    const { store, locks } = open('app', 'pass');
    await store.write('v1:cache:a', 'text', 10_000);
    const scopes = ['v1:gen:all'];
    expect((await store.readMany(['v1:cache:a', 'v1:cache:b'], scopes)).texts).toEqual(['text', undefined]);
    expect((await store.read('v1:cache:a', scopes)).text).toBe('text');
    await store.bump(scopes);
    expect(await store.remove(['v1:cache:a'])).toBe(1);
    const claim = { lock: 'v1:lock:a', token: 't', generations: [1] };
    expect((await locks.claim(claim, 1_000)).type).toBe('acquired');
    await locks.renew(claim, 1_000);
    await locks.release(claim);
    expect(store.health).toEqual({ state: 'up' });
  });

  it('says that it may only read, and does read', async () => {
    await admin.set('v1:cache:a', 'text');
    await admin.call('ACL', 'SETUSER', 'reader', 'on', '>pass', '~v1:*', '-@all', '+get', '+mget');
    const { store } = open('reader', 'pass');
    await expect(store.write('v1:cache:a', 'new', 1_000)).rejects.toThrow('NOPERM');
    expect((await store.read('v1:cache:a', [])).text).toBe('text');
    expect(store.health).toMatchObject({ state: 'refusing-writes', reason: expect.stringContaining('NOPERM') });
  });

  it('G3: says once that entries may not be written, while locks and generations may', async () => {
    await admin.call('ACL', 'SETUSER', 'app', 'on', '>pass', '~v1:lock:*', '~v1:gen:*', '%R~v1:cache:*', '+@all');
    const { store, locks } = open('app', 'pass');
    const states: string[] = [];
    store.onDidChangeHealth(({ state }) => states.push(state));
    for (let round = 0; round < 50; round++) {
      await locks.claim({ lock: `v1:lock:${round}`, token: 't', generations: [1] }, 1_000);
      await expect(store.write(`v1:cache:${round}`, 'text', 1_000)).rejects.toThrow('NOPERM');
      await store.bump(['v1:gen:all']);
    }
    expect(states.filter((state) => state !== 'up')).toEqual(['refusing-writes']);
    expect(store.health.state).toBe('refusing-writes');
    await admin.call('ACL', 'SETUSER', 'app', '~v1:*');
    await eventually(async () => {
      await store.write('v1:cache:a', 'text', 1_000);
      expect(store.health).toEqual({ state: 'up' });
    });
  });

  const parts = ['@read', '@write', '@scripting', '@pubsub', '@connection'].map((each) => `+${each}`);

  it.each([
    ['-get', 'refusing-reads', 'run GET on v1:cache:*'],
    ['-mget', 'refusing-reads', 'run MGET on v1:cache:*'],
    ['-set', 'refusing-writes', 'run SET on v1:cache:*'],
    ['-evalsha', 'refusing-writes', 'run the scripts (EVALSHA, EVAL) that change v1:gen:*'],
    ['-eval', 'refusing-writes', 'run the scripts (EVALSHA, EVAL) that change v1:gen:*'],
    ['-time', 'refusing-writes', 'run the scripts (EVALSHA, EVAL) that change v1:gen:*'],
  ] as const)('says what the user may not do, and how to grant it: %s', async (lacking, state, what) => {
    await admin.call('ACL', 'SETUSER', 'app', 'on', '>pass', '~v1:*', ...parts, '+time', lacking);
    const { store } = open('app', 'pass');
    await Promise.allSettled([
      store.read('v1:cache:a', []),
      store.readMany(['v1:cache:a', 'v1:cache:b'], []),
      store.write('v1:cache:a', 'text', 1_000),
      store.bump(['v1:gen:all']),
    ]);
    // The first time a script is sent whole.
    await store.bump(['v1:gen:all']).catch(() => {});
    expect(store.health).toMatchObject({
      state,
      reason: expect.stringMatching(/does not let the user .* Grant it with ACL SETUSER <user> ~v1:\*/),
    });
    expect(store.health).toMatchObject({ reason: expect.stringContaining(what) });
  });

  it('asks for rights that suffice for all that it does', async () => {
    await admin.call('ACL', 'SETUSER', 'app', 'on', '>pass', ...NEEDED_RIGHTS.split(' '));
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (message: string) => warnings.push(message) };
    const profile = parseRedisUrl(`redis://app@127.0.0.1:${server.port}`, { password: 'pass' });
    const redis = openRedis({ profile, commandTimeoutMs: PATIENT_MS, clock: systemClock, logger });
    try {
      const { store, locks, directory, bus, link, history, gauge, browser } = redis;
      bus.subscribe('events:cache', () => {});
      await eventually(() => expect(link.caughtUpTo).toBeGreaterThan(0));
      await store.write('v1:cache:a', 'text', 10_000);
      await store.readMany(['v1:cache:a', 'v1:cache:b'], ['v1:gen:all', 'v1:gen:b']);
      await store.remove(['v1:cache:a']);
      const claim = { lock: 'v1:lock:a', token: 't', generations: [1] };
      await locks.claim(claim, 1_000);
      await locks.renew(claim, 1_000);
      await locks.fail(claim, 'error', 1_000);
      await locks.release(claim);
      const record = { id: 'i', kind: 'server', host: 'h', pid: 1, version: '1', startedAt: 1, watched: 0 } as const;
      await directory.beat(record, { fingerprint: 'f', text: 'offer' });
      await directory.list();
      await directory.offerOf('i');
      await directory.remove('i');
      await bus.publish('events:cache', 'hello');
      history.add('status', '{}');
      await eventually(async () => expect(await history.latest(9)).toHaveLength(2));
      await gauge.latency();
      await gauge.memory();
      await new RedisKeyPurger({ connection: redis.connection, stepTimeoutMs: PATIENT_MS }).purge('v1:cache:*');
      await store.write('v1:cache:a', 'text', 10_000);
      await browser.scan({ onPage() {} });
      expect((await browser.describe(['v1:cache:a', 'v1:instances'])).denied).toEqual([]);
      await browser.read('v1:cache:a');
      await browser.setTtl('v1:cache:a', 5_000);
      await browser.remove(['v1:cache:a']);
      expect(store.health).toEqual({ state: 'up' });
      expect(warnings).toEqual([]);
      expect(await admin.call('ACL', 'LOG')).toEqual([]);
    } finally {
      redis.dispose();
    }
  });

  it('explains a password that is wrong, missing, or required only later, and heals when it is not any more', async () => {
    const { store } = open('', undefined);
    await store.read('v1:cache:a', []);
    await admin.config('SET', 'requirepass', 'right-password');
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await eventually(() =>
      expect(store.health).toMatchObject({ state: 'down', reason: expect.stringContaining('refused the login') }),
    );
    await expect(store.read('v1:cache:a', [])).rejects.toThrow('Set Redis Password');
    const wrong: unknown = await open('', 'wrong-password')
      .store.read('v1:cache:a', [])
      .catch((error: unknown) => error);
    expect(String(wrong)).toContain('WRONGPASS');
    expect(String(wrong)).not.toContain('wrong-password');
    await admin.config('SET', 'requirepass', '');
    await eventually(() => expect(store.health).toEqual({ state: 'up' }));
    await store.write('v1:cache:a', 'text', 1_000);
  });
});

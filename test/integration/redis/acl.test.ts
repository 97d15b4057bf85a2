import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../fixtures/eventually';
import { startTestRedis, type TestRedis } from '../../fixtures/redis';
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

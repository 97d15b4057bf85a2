import { describe, expect, it } from 'vitest';
import { redisServer, Secrets } from '../../../src/host/secrets';
import { memorySecrets } from '../../fixtures/memorySecrets';

/** VS Code's storages as far as they are used, shared by several "windows". */
function storages() {
  const state = new Map<string, unknown>();
  const { storage, asked, listeners } = memorySecrets();
  const memento = {
    get: (key: string, fallback: unknown) => state.get(key) ?? fallback,
    update: async (key: string, value: unknown) => {
      state.set(key, value);
    },
  };
  const open = (environment: Record<string, string> = {}) => new Secrets(storage, memento as never, environment);
  return { open, asked, state, listeners };
}

describe('Secrets', () => {
  it('finds what was stored, in a later window too', async () => {
    const { open } = storages();
    await open().setMinerLogin('farm', { username: 'root', password: 'a:b"c' });
    expect(await open().find('farm')).toEqual({ username: 'root', password: 'a:b"c' });
    expect(await open().find('other')).toBeUndefined();
  });

  it('asks the secret storage for nothing that was never stored', async () => {
    const { open, asked } = storages();
    const secrets = open({ FLEET_CACHE_MINER_USERNAME: 'root', FLEET_CACHE_REDIS_PASSWORD: 'r' });
    expect(await secrets.find('default')).toEqual({ username: 'root', password: '' });
    expect(await secrets.redisSecrets('redis://h')).toMatchObject({ password: 'r' });
    expect(asked).toEqual([]);
  });

  it('looks a login up once for all who ask, and again when any window has set one', async () => {
    const { open, asked } = storages();
    const [one, two] = [open(), open()];
    await one.setMinerLogin('default', { username: 'a', password: '1' });
    await Promise.all(Array.from({ length: 100 }, () => two.find('default')));
    expect(asked).toHaveLength(1);
    await one.setMinerLogin('default', { username: 'b', password: '2' });
    expect(await two.find('default')).toEqual({ username: 'b', password: '2' });
  });

  it('gives what Redis may know to no other server, user or master', async () => {
    const { open } = storages();
    const secrets = open();
    const known = async (url: string) => (await secrets.redisSecrets(url)).password;
    await secrets.setRedisSecrets('mine:6379', { password: 'secret' });
    await secrets.setRedisSecrets('app@mine:6379', { password: 'of-app' });
    expect(await known('redis://mine')).toBe('secret');
    expect(await known('redis://:pw@mine:6379/3')).toBe('secret');
    expect(await known('redis://app@mine')).toBe('of-app');
    for (const other of ['redis://theirs', 'redis://other@mine', 'redis://mine:6380', 'redis+sentinel://mine:6379/m']) {
      expect(await known(other)).toBeUndefined();
    }
    await secrets.setRedisSecrets('mine:6379', { password: '' });
    expect(await known('redis://mine')).toBeUndefined();
    expect(await known('redis://app@mine')).toBe('of-app');
  });

  it('keeps the login of the Sentinels and the passphrase of a key beside the password', async () => {
    const { open, state } = storages();
    const secrets = open();
    const url = 'rediss+sentinel://app@s1,s2/main?key=/k.pem';
    const all = { password: 'p1', sentinelUsername: 'watcher', sentinelPassword: 'p2', keyPassphrase: 'p3' };
    await secrets.setRedisSecrets('app@s1,s2/main', all);
    expect(await open().enteredRedisSecrets(url)).toEqual(all);
    expect(await secrets.enteredRedisSecrets(url.replace('/main', '/other'))).toEqual({});
    await secrets.setRedisSecrets('app@s1,s2/main', { sentinelUsername: '', sentinelPassword: 'p4' });
    expect(await secrets.enteredRedisSecrets(url)).toEqual({
      password: 'p1',
      sentinelPassword: 'p4',
      keyPassphrase: 'p3',
    });
    await secrets.forgetRedisSecrets('app@s1,s2/main');
    expect(await secrets.enteredRedisSecrets(url)).toEqual({});
    expect(JSON.stringify([...state])).not.toMatch(/p\d/);
  });

  it('makes no login of half of what was entered and half of the environment', async () => {
    const { open } = storages();
    const secrets = open({
      FLEET_CACHE_SENTINEL_USERNAME: 'e-user',
      FLEET_CACHE_SENTINEL_PASSWORD: 'e-password',
      FLEET_CACHE_REDIS_KEY_PASSPHRASE: 'e-passphrase',
    });
    const url = 'redis+sentinel://s1/main';
    expect(await secrets.redisSecrets(url)).toMatchObject({
      sentinelUsername: 'e-user',
      sentinelPassword: 'e-password',
    });
    await secrets.setRedisSecrets('s1/main', { sentinelPassword: 'entered' });
    expect(await secrets.redisSecrets(url)).toEqual({ sentinelPassword: 'entered', keyPassphrase: 'e-passphrase' });
  });

  it('keeps no secret in the state, and no listener behind', async () => {
    const { open, state, listeners } = storages();
    const secrets = open();
    await secrets.setMinerLogin('default', { username: 'root', password: 'hunter2' });
    expect(JSON.stringify([...state])).not.toContain('hunter2');
    secrets.dispose();
    expect(listeners.size).toBe(0);
  });
});

describe('redisServer', () => {
  it.each([
    ['redis://host', 'host:6379'],
    ['rediss://me@host:7000/2', 'me@host:7000'],
    ['unix:///run/redis.sock?db=1', '/run/redis.sock'],
    ['redis+cluster://a:7000,b:7001', 'a:7000,b:7001'],
    ['rediss+sentinel://me:secret@a:26379,b/master/1', 'me@a:26379,b/master'],
    ['redis+sentinel://a/master?natMap=b:1=c:2', 'a/master'],
    ['redis+cluster://a:7000/1', 'a:7000'],
    ['nonsense', undefined],
  ])('names the server of %s for its password, and nothing that is secret', (url, server) => {
    expect(redisServer(url)).toBe(server);
  });
});

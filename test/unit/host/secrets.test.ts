import { describe, expect, it } from 'vitest';
import { redisServer, Secrets } from '../../../src/host/secrets';

/** VS Code's storages as far as they are used, shared by several "windows". */
function storages() {
  const secrets = new Map<string, string>();
  const state = new Map<string, unknown>();
  const listeners = new Set<(event: { key: string }) => void>();
  const asked: string[] = [];
  const storage = {
    get: async (key: string) => {
      asked.push(key);
      return secrets.get(key);
    },
    store: async (key: string, value: string) => {
      secrets.set(key, value);
      for (const listener of listeners) {
        listener({ key });
      }
    },
    delete: async (key: string) => {
      secrets.delete(key);
    },
    onDidChange: (listener: (event: { key: string }) => void) => {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
  };
  const memento = {
    get: (key: string, fallback: unknown) => state.get(key) ?? fallback,
    update: async (key: string, value: unknown) => {
      state.set(key, value);
    },
  };
  const open = (environment: Record<string, string> = {}) =>
    new Secrets(storage as never, memento as never, environment);
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
    expect(await secrets.redisPassword('redis://h')).toBe('r');
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

  it('gives a Redis password to no other server', async () => {
    const { open } = storages();
    const secrets = open();
    await secrets.setRedisPassword('mine:6379', 'secret');
    expect(await secrets.redisPassword('redis://mine')).toBe('secret');
    expect(await secrets.redisPassword('redis://:pw@mine:6379/3')).toBe('secret');
    expect(await secrets.redisPassword('redis://theirs')).toBeUndefined();
    expect(await secrets.redisPassword('redis://other@mine')).toBeUndefined();
    await secrets.setRedisPassword('mine:6379', '');
    expect(await secrets.redisPassword('redis://mine')).toBeUndefined();
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
    ['rediss+sentinel://me:secret@a:26379,b/master/1', 'me@a:26379,b'],
    ['nonsense', undefined],
  ])('names the server of %s for its password, and nothing that is secret', (url, server) => {
    expect(redisServer(url)).toBe(server);
  });
});

import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../../src/cache/store';
import { eventually } from '../../fixtures/eventually';
import { HASTY_MS, startTestRedis, type TestRedis } from '../../fixtures/redis';
import { adminsOf, describeInstances, openDirectory, recordOf } from './instancesSuite';

const OFFER = { fingerprint: 'abc', text: 'AAAAAAAA' };

/** The server's clock, in ms since the epoch. */
async function serverTime(admin: Redis): Promise<number> {
  const [seconds] = await admin.time();
  return Number(seconds) * 1000;
}

describe('RedisInstances on one server', () => {
  let server: TestRedis;

  beforeEach(async () => {
    server = await startTestRedis();
  });

  afterEach(async () => {
    server.resume();
    await server.stop();
  });

  describeInstances(() => ({ url: server.url, servers: [server] }));

  it('counts by the server’s clock: who was silent for 4.5 seconds is not alive, and for a minute forgotten', async () => {
    const directory = openDirectory(server.url);
    const [admin] = adminsOf([server]) as [Redis];
    // Connected already, so that the slow one is not given up while that takes long.
    expect(await directory.list()).toEqual([]);
    const now = await serverTime(admin);
    await admin.zadd('v1:instances', now - 5_500, 'silent', now, 'slow', 1_000, 'gone');
    const { live } = await directory.beat(recordOf('a'), OFFER);
    expect([...live.keys()].sort()).toEqual(['a', 'slow']);
    expect((await admin.zrange('v1:instances', 0, '-1')).sort()).toEqual(['a', 'silent', 'slow']);
  });

  it('lets a heartbeat from the future age like one of now', async () => {
    const directory = openDirectory(server.url);
    const [admin] = adminsOf([server]) as [Redis];
    await admin.zadd('v1:instances', (await serverTime(admin)) + 3_600_000, 'ahead');
    await directory.beat(recordOf('a'), OFFER);
    expect(await admin.zscore('v1:instances', 'ahead')).toBe(await admin.zscore('v1:instances', 'a'));
  });

  it('G3: fails within the command timeout when the server is down or hung, and goes on when it is back', async () => {
    const directory = openDirectory(server.url, HASTY_MS);
    await eventually(() => directory.beat(recordOf('a'), OFFER));
    server.hang();
    await expect(directory.beat(recordOf('a'), OFFER)).rejects.toThrow(StoreError);
    server.resume();
    await eventually(() => directory.beat(recordOf('a'), OFFER));
    await server.restart();
    await eventually(async () =>
      expect(await directory.beat(recordOf('a'), OFFER)).toMatchObject({ live: new Map([['a', 'abc']]) }),
    );
    await eventually(async () => expect(await directory.offerOf('a')).toEqual(OFFER));
  });

  it('needs no rights but those on its own keys', async () => {
    const [admin] = adminsOf([server]);
    const commands = 'hset hget hmget zadd zrem zscore zrangebyscore zremrangebyscore pexpire type del unlink time';
    const rights = `${commands} eval evalsha`.split(' ').map((command) => `+${command}`);
    await admin?.call('ACL', 'SETUSER', 'app', 'on', 'nopass', '~v1:*', '-@all', ...rights);
    const directory = openDirectory(`redis://app@127.0.0.1:${server.port}`);
    await directory.beat(recordOf('a'), OFFER);
    expect(await directory.list()).toHaveLength(1);
    await directory.remove('a');
  });
});

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisCliCommand, serverFlags } from '../../../src/host/keys/redisCliCommand';
import { startTestRedis, type TestRedis } from '../../fixtures/redis';

const run = promisify(execFile);

describe('the line for redis-cli', () => {
  let redis: TestRedis;
  let client: Redis;

  beforeAll(async () => {
    redis = await startTestRedis();
    client = new Redis(redis.port, '127.0.0.1', { db: 3 });
  });

  afterAll(async () => {
    client?.disconnect();
    await redis?.stop();
  });

  it.each([
    ['a key with quotes', Buffer.from(`it's "a" $(key) \\`)],
    ['a key beyond ASCII', Buffer.from('Zähler 鍵')],
    ['a key of bytes', Buffer.from([0x61, 0, 0xff, 0x22, 0x27, 0x5c, 0x0a])],
    ['an empty key', Buffer.alloc(0)],
  ])('shows %s in a shell', async (_, key) => {
    await client.set(key, 'found');
    const command = { raw: key.toString('latin1'), type: 'string' };
    const line = redisCliCommand(command, serverFlags(`redis://127.0.0.1:${redis.port}/3`));
    expect((await run('sh', ['-c', line])).stdout.trim()).toBe('found');
  });
});

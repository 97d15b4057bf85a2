import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileGlob } from '../../../src/cache/glob';
import { startTestRedis, type TestRedis } from '../../fixtures/redis';

const RUNS = 1_000;

describe('patterns', () => {
  let server: TestRedis;
  let redis: Redis;

  beforeAll(async () => {
    server = await startTestRedis();
    redis = new Redis(server.port, '127.0.0.1');
  });

  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  it('match what they match on the server, whatever they are', async () => {
    const part = fc.constantFrom('*', '?', '[', ']', '^', '-', '\\', 'a', 'b', 'c', ':', 'é');
    // Many begin or end with what stands for anything, so that there is something to match.
    const open = fc.constantFrom('', '', '*');
    const pattern = fc
      .tuple(open, fc.array(part, { maxLength: 6 }), open)
      .map(([first, parts, last]) => first + parts.join('') + last)
      // In a range, whether such bytes are greater or less than others depends on the server's machine.
      .filter((glob) => !(glob.includes('-') && glob.includes('é')));
    const key = fc.array(fc.constantFrom('a', 'b', 'c', ':', '*', '-', ']', '[', '^', '\\', 'é'), {
      minLength: 1,
      maxLength: 5,
    });
    const cases = fc.sample(fc.tuple(pattern, fc.array(key, { minLength: 1, maxLength: 4 })), RUNS);
    let matched = 0;
    for (const [glob, parts] of cases) {
      const keys = [...new Set(parts.map((each) => each.join('')))];
      await redis.mset(keys.flatMap((name) => [name, '']));
      const expected = (await redis.keys(glob)).sort();
      await redis.flushdb();
      const matches = compileGlob(glob);
      expect(keys.filter(matches).sort(), JSON.stringify(glob)).toEqual(expected);
      matched += expected.length;
    }
    expect(matched).toBeGreaterThan(RUNS / 20);
  });
});

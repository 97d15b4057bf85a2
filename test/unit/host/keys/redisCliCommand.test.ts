import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteForShell, redisCliCommand, serverFlags } from '../../../../src/host/keys/redisCliCommand';

const latin1 = (text: string) => Buffer.from(text).toString('latin1');

describe('redisCliCommand', () => {
  it.each([
    ['string', 'redis-cli GET v1:cache:miner:m-1:status'],
    ['hash', 'redis-cli HSCAN v1:cache:miner:m-1:status 0 COUNT 100'],
    ['list', 'redis-cli LRANGE v1:cache:miner:m-1:status 0 99'],
    ['set', 'redis-cli SSCAN v1:cache:miner:m-1:status 0 COUNT 100'],
    ['zset', 'redis-cli ZRANGE v1:cache:miner:m-1:status 0 99 WITHSCORES'],
    ['stream', 'redis-cli XREVRANGE v1:cache:miner:m-1:status + - COUNT 100'],
    ['json', 'redis-cli JSON.GET v1:cache:miner:m-1:status'],
    ['vectorset', 'redis-cli TYPE v1:cache:miner:m-1:status'],
    [undefined, 'redis-cli TYPE v1:cache:miner:m-1:status'],
  ])('shows a %s', (type, line) => {
    expect(redisCliCommand({ raw: 'v1:cache:miner:m-1:status', type }, [])).toBe(line);
  });

  it.each([
    ["it's; rm -rf /", `redis-cli GET 'it'\\''s; rm -rf /'`],
    ['$(reboot) `id` "x" \\', `redis-cli GET '$(reboot) \`id\` "x" \\'`],
    [latin1('zähler'), "redis-cli GET 'zähler'"],
    ['a\u0000b\n"\'\\', `redis-cli --quoted-input GET '"a\\x00b\\x0a\\x22\\x27\\x5c"'`],
    ['\u00ff', `redis-cli --quoted-input GET '"\\xff"'`],
    ['', `redis-cli --quoted-input GET '""'`],
  ])('quotes %j', (raw, line) => {
    expect(redisCliCommand({ raw, type: 'string' }, [])).toBe(line);
  });

  it.each([
    ['redis://127.0.0.1:6380', ['-h', '127.0.0.1', '-p', '6380']],
    ['redis://127.0.0.1/2', ['-h', '127.0.0.1', '-p', '6379', '-n', '2']],
    ['rediss://app:secret@[::1]:6380/0', ['-h', '::1', '-p', '6380', '--user', 'app', '--askpass', '--tls']],
    ['redis+cluster://a:7000,b:7001', ['-c', '-h', 'a', '-p', '7000']],
    ['unix:///run/re%20dis.sock', ['-s', '/run/re dis.sock']],
    ['redis+sentinel://a:26379/master', []],
    ['nonsense', []],
  ])('leads to %s, and never tells a password', (url, flags) => {
    expect(serverFlags(url)).toEqual(flags);
  });

  it('gives a shell the very word', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (words) => {
        const line = ['printf', '%s\\0', ...words].map(quoteForShell).join(' ');
        const expected = words.length === 0 ? '\0' : words.map((each) => `${each}\0`).join('');
        expect(execFileSync('sh', ['-c', line]).toString()).toBe(expected);
      }),
      { numRuns: 30 },
    );
  });
});

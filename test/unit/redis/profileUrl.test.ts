import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/base/errors';
import { parseRedisUrl } from '../../../src/redis/profileUrl';

describe('parseRedisUrl', () => {
  it.each([
    ['redis://localhost', { mode: 'standalone', host: 'localhost', port: 6379, database: 0 }],
    ['redis://10.0.0.1:7000/3', { mode: 'standalone', host: '10.0.0.1', port: 7000, database: 3 }],
    [
      'rediss://app@cache.example:6380?servername=redis',
      {
        mode: 'standalone',
        host: 'cache.example',
        port: 6380,
        database: 0,
        tls: { servername: 'redis' },
        username: 'app',
      },
    ],
    ['redis://[::1]:6379', { mode: 'standalone', host: '::1', port: 6379, database: 0 }],
    ['unix:///run/redis.sock?db=2', { mode: 'socket', path: '/run/redis.sock', database: 2 }],
    [
      'redis+sentinel://app@h1:7000,[::1],h3/main/2',
      {
        mode: 'sentinel',
        sentinels: [
          { host: 'h1', port: 7000 },
          { host: '::1', port: 26379 },
          { host: 'h3', port: 26379 },
        ],
        master: 'main',
        database: 2,
        username: 'app',
      },
    ],
    [
      'redis+sentinel://us%2Cer@h1,h2/m,aster',
      {
        mode: 'sentinel',
        sentinels: [
          { host: 'h1', port: 26379 },
          { host: 'h2', port: 26379 },
        ],
        master: 'm,aster',
        database: 0,
        username: 'us,er',
      },
    ],
    [
      'rediss+cluster://h1:7000,h2',
      {
        mode: 'cluster',
        nodes: [
          { host: 'h1', port: 7000 },
          { host: 'h2', port: 6379 },
        ],
        tls: {},
      },
    ],
    [
      'redis+cluster://bastion:17000?natMap=10.0.0.1:7000=bastion:17000,[fe80::1]:7000=[::1]:17001,n3.plant:7000=b:17002',
      {
        mode: 'cluster',
        nodes: [{ host: 'bastion', port: 17000 }],
        natMap: {
          '10.0.0.1:7000': { host: 'bastion', port: 17000 },
          'fe80::1:7000': { host: '::1', port: 17001 },
          'n3.plant:7000': { host: 'b', port: 17002 },
        },
      },
    ],
    [
      'rediss+sentinel://h1/main?servername=redis&natMap=10.0.0.1%3A6379%3Dh1%3A16379',
      {
        mode: 'sentinel',
        sentinels: [{ host: 'h1', port: 26379 }],
        master: 'main',
        database: 0,
        tls: { servername: 'redis' },
        natMap: { '10.0.0.1:6379': { host: 'h1', port: 16379 } },
      },
    ],
  ])('reads %s', (url, profile) => {
    expect(parseRedisUrl(url)).toEqual(profile);
  });

  it('takes the password from elsewhere', () => {
    expect(parseRedisUrl('redis://h', { password: 'secret' })).toMatchObject({ password: 'secret' });
  });

  it.each([
    ['localhost:6379', 'begins with "localhost://"'],
    ['http://localhost', 'begins with "http://"'],
    ['redis://', 'names no host'],
    ['', 'not a URL'],
    ['redis://h:99999', 'not a URL'],
    ['redis://h:0', 'port 0'],
    ['redis://h/cache', 'not a database number'],
    ['redis://us%er@h', 'encodes nothing'],
    ['unix://', 'names no socket'],
    ['redis://user:hunter2@h', 'contains a password'],
    ['redis+cluster://h1,user:hunter2@h2', 'contains a password'],
    ['redis+cluster://h1/1', 'names a database'],
    ['redis+cluster://h1,,h2', 'empty host'],
    ['redis+sentinel://h1', 'does not name the master'],
    ['redis+sentinel://h1/main/1/2', 'goes on after the database'],
    ['redis+cluster://h1,u@h2', 'has a "," before an "@"'],
    ['redis+cluster://us,er@h1', 'has a "," before an "@"'],
    ['redis+cluster://u@h1,u@h2', 'has a "," before an "@"'],
    ['redis://h1,h2', 'names several hosts'],
    ['unix://host/tmp/x', 'names a host'],
    ['redis://h#0', 'has a "#"'],
    ['redis://h?db=1', 'parameter that is not known'],
    ['rediss://h?ca=ca.pem', 'no absolute path'],
    ['rediss://h?ca=/nowhere/ca.pem', 'cannot be read (ENOENT)'],
    ['rediss://h?cert=/nowhere/cert.pem', 'no use without "key"'],
    ['redis://h?natMap=a:1=b:2', 'parameter that is not known'],
    ['redis+cluster://h?natMap=', '"natMap" whose entry 1 is not two addresses with ports'],
    ['redis+cluster://h?natMap=a:1=b:2,a=b:2', 'entry 2 is not two addresses'],
    ['redis+cluster://h?natMap=a:1=b:2=c:3', 'entry 1 is not two addresses'],
    ['redis+cluster://h?natMap=a:1=b:70000', 'entry 1 is not two addresses'],
    ['redis+cluster://h?natMap=a:1=b:2,a:1=c:3', 'entry 2 leads the address of an earlier one elsewhere'],
    [`redis+cluster://h?natMap=${'a:1=b:2,'.repeat(1_001)}`, 'more than 1000 addresses'],
  ])('explains what is wrong with %j', (url, message) => {
    expect(() => parseRedisUrl(url)).toThrow(ConfigurationError);
    expect(() => parseRedisUrl(url)).toThrow(message);
  });

  it.each([
    'redis:user:hunter2@host',
    'redis:/:hunter2@host',
    'user:hunter2@host:6379',
    ':hunter2@host:6379',
    'redis:///user:hunter2@h',
    'redis://default:12/hunter2@host',
    'redis://host?password=hunter2',
    'rediss+cluster://host?hunter2=1#hunter2',
    'redis://user:hunter2',
    'redis://host/hunter2',
    'redis+cluster://h1,user:hunter2',
    'unix://user:hunter2@/run/redis.sock',
    'unix://hunter2:x/run/redis.sock',
    'rediss://host?ca=hunter2',
    'rediss://host?ca=/user:hunter2',
    'redis+cluster://host?natMap=hunter2',
    'redis+cluster://host?natMap=hunter2:1=b:2,hunter2:1=hunter2:3',
  ])('does not repeat %s, which contains a password in an odd place', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(ConfigurationError);
    expect(() => parseRedisUrl(url)).not.toThrow('hunter2');
  });

  it('never repeats a password, and fails only with an explanation', () => {
    fc.assert(
      fc.property(fc.constantFrom('redis', 'rediss', 'http', ''), fc.string(), (scheme, rest) => {
        try {
          parseRedisUrl(`${scheme}://user:hunter2${rest}@host`);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError);
          expect(String(error)).not.toContain('hunter2');
        }
      }),
    );
  });

  it('repeats no password, wherever it was put', () => {
    const scheme = fc.constantFrom(
      'redis',
      'rediss',
      'redis+cluster',
      'rediss+sentinel',
      'unix',
      'http',
      'redis+what',
      '',
    );
    const part = fc.constantFrom(
      '',
      'h1',
      ':',
      '@',
      ',',
      '/',
      '?',
      '#',
      '&',
      '=',
      '%',
      '7000',
      'user',
      '[::1]',
      'db',
      'ca',
      'x y',
    );
    const parts = fc.array(part, { maxLength: 6 }).map((all) => all.join(''));
    fc.assert(
      fc.property(scheme, parts, parts, (beginning, before, after) => {
        try {
          parseRedisUrl(`${beginning}://${before}:hunter2${after}`);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError);
          expect(String(error)).not.toContain('hunter2');
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

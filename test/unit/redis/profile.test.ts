import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/base/errors';
import { parseRedisUrl, profileAddress } from '../../../src/redis/profile';

describe('parseRedisUrl', () => {
  it.each([
    ['redis://localhost', { host: 'localhost', port: 6379, database: 0, tls: false }],
    ['redis://10.0.0.1:7000/3', { host: '10.0.0.1', port: 7000, database: 3, tls: false }],
    ['rediss://app@cache.example:6380', { host: 'cache.example', port: 6380, database: 0, tls: true, username: 'app' }],
    ['redis://[::1]:6379', { host: '::1', port: 6379, database: 0, tls: false }],
    [
      'unix:///run/redis.sock?db=2',
      { host: 'localhost', port: 0, socketPath: '/run/redis.sock', database: 2, tls: false },
    ],
  ])('reads %s', (url, profile) => {
    expect(parseRedisUrl(url)).toEqual(profile);
  });

  it('takes the password from elsewhere', () => {
    expect(parseRedisUrl('redis://h', 'secret')).toMatchObject({ password: 'secret' });
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
});

describe('profileAddress', () => {
  it('is what people write', () => {
    expect(profileAddress(parseRedisUrl('redis://[::1]:7000'))).toBe('[::1]:7000');
    expect(profileAddress(parseRedisUrl('redis://h'))).toBe('h:6379');
    expect(profileAddress(parseRedisUrl('unix:///run/redis.sock'))).toBe('/run/redis.sock');
  });
});

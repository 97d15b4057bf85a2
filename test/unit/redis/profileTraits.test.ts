import { describe, expect, it } from 'vitest';
import { profileTraits, secretNeeds } from '../../../src/redis/profileTraits';
import { parseRedisUrl } from '../../../src/redis/profileUrl';

const traits = (url: string, password?: string) => profileTraits(parseRedisUrl(url, { password }));
const LOCAL = { isRemote: false, hasTls: false, isCluster: false, hasLogin: false };

describe('profileTraits', () => {
  it.each([
    'redis://127.0.0.1:6379',
    'redis://127.1.2.3',
    'redis://localhost/2',
    'redis://LOCALHOST.',
    'redis://redis.localhost',
    'redis://[::1]:6379',
    'redis://[0:0:0:0:0:0:0:1]',
    'unix:///run/redis.sock',
    'redis+sentinel://127.0.0.1,localhost/master',
  ])('knows this machine: %s', (url) => {
    expect(traits(url)).toEqual(LOCAL);
  });

  it.each([
    'redis://10.0.0.1',
    'redis://redis',
    'redis://127.example.com',
    'redis://localhost.example.com',
    'redis://[::2]',
    'redis+sentinel://127.0.0.1,10.0.0.2/master',
  ])('knows another machine: %s', (url) => {
    expect(traits(url)).toEqual({ ...LOCAL, isRemote: true });
  });

  it('tells TLS, a Cluster, a user and a password', () => {
    expect(traits('rediss://localhost')).toEqual({ ...LOCAL, hasTls: true });
    expect(traits('redis+cluster://localhost')).toEqual({ ...LOCAL, isCluster: true });
    expect(traits('redis://app@localhost')).toEqual({ ...LOCAL, hasLogin: true });
    expect(traits('redis://localhost', 'secret')).toEqual({ ...LOCAL, hasLogin: true });
  });
});

describe('secretNeeds', () => {
  const withKey = (key: string) =>
    secretNeeds({ mode: 'standalone', host: 'h', port: 6379, database: 0, tls: { key } });

  it.each([
    ['-----BEGIN PRIVATE KEY-----\nMIG', false],
    ['-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIG', true],
    ['-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC', true],
  ])('knows whether a key wants a passphrase: %j', (pem, keyPassphrase) => {
    expect(withKey(pem)).toEqual({ password: true, sentinelLogin: false, keyPassphrase });
  });

  it('knows that Sentinels have a login of their own', () => {
    const needs = secretNeeds(parseRedisUrl('redis+sentinel://h/main'));
    expect(needs).toEqual({ password: true, sentinelLogin: true, keyPassphrase: false });
  });
});

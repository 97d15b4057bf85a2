import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/base/errors';
import { parseConnection } from '../../../src/redis/profileObject';

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

describe('parseConnection', () => {
  it.each([
    ['redis://h', { mode: 'standalone', host: 'h', port: 6379, database: 0 }],
    [
      { host: 'h', database: 2, username: 'app', tls: true },
      { mode: 'standalone', host: 'h', port: 6379, database: 2, username: 'app', tls: {} },
    ],
    [{ path: '/run/redis.sock' }, { mode: 'socket', path: '/run/redis.sock', database: 0 }],
    [
      { sentinels: [{ host: 'h1' }, { host: 'h2', port: 7000 }], master: 'main', sentinelUsername: 'guard' },
      {
        mode: 'sentinel',
        sentinels: [
          { host: 'h1', port: 26379 },
          { host: 'h2', port: 7000 },
        ],
        master: 'main',
        database: 0,
        sentinelUsername: 'guard',
      },
    ],
    [
      {
        nodes: [{ host: 'h1', port: 7000 }],
        natMap: { '10.0.0.1:7000': { host: 'h1', port: 7000 } },
        tls: { ca: PEM },
      },
      {
        mode: 'cluster',
        nodes: [{ host: 'h1', port: 7000 }],
        natMap: { '10.0.0.1:7000': { host: 'h1', port: 7000 } },
        tls: { ca: PEM },
      },
    ],
  ])('reads %j', (value, profile) => {
    expect(parseConnection(value)).toEqual(profile);
  });

  it('takes secrets from elsewhere', () => {
    const value = { sentinels: [{ host: 'h' }], master: 'main' };
    const secrets = { password: 'one', sentinelPassword: 'two' };
    expect(parseConnection(value, secrets)).toMatchObject(secrets);
  });

  it.each([
    [7, 'The Redis connection is 7; write an object'],
    [{}, 'names no server'],
    [{ host: '' }, 'host is empty; write a text'],
    [{ host: 'h', port: '6379' }, 'port is not what belongs there; write a number from 1 to 65535'],
    [{ host: 'h', database: -1 }, 'database is -1'],
    [{ host: 'redis://:hunter2@h' }, 'host is not what belongs there; write a host name or an address alone'],
    [{ nodes: { host: 'h', password: 'hunter2' } }, 'nodes is an object; write [{'],
    [{ nodes: [] }, 'nodes is a list; write [{'],
    [{ nodes: [{ host: 'h' }, { host: 'h', port: 0 }] }, 'nodes[1].port is 0; write'],
    [{ nodes: [{ host: 'h' }], database: 1 }, 'has database, which is not known there'],
    [{ sentinels: [{ host: 'h' }] }, 'master is missing; write'],
    [{ nodes: [{ host: 'h' }], natMap: { 'a:1': { host: 'h', prot: 1 } } }, 'natMap["a:1"].prot, which is not known'],
    [{ nodes: [{ host: 'h' }], natMap: { a: { host: 'h' } } }, 'natMap has a name that is no address'],
    [{ host: 'h', tls: { ca: 'ca.pem' } }, 'tls.ca is no absolute path'],
    [{ host: 'h', tls: { cert: PEM, key: '-----BEGIN PRIVATE KEY-----' } }, 'tls.key contains a private key'],
    [{ host: 'h', tls: { rejectUnauthorized: false } }, 'tls.rejectUnauthorized, which is not known'],
  ])('explains what is wrong with %j', (value, message) => {
    expect(() => parseConnection(value)).toThrow(ConfigurationError);
    expect(() => parseConnection(value)).toThrow(message);
  });

  it('does not repeat what may be a login', () => {
    expect(() => parseConnection({ nodes: 'redis://user:hunter2@h' })).not.toThrow('hunter2');
  });

  it.each([{ host: 'h', password: 'hunter2' }, { nodes: [{ host: 'h', Passwd: 'hunter2' }] }])(
    'does not repeat the password in %j',
    (value) => {
      expect(() => parseConnection(value)).toThrow(/Remove it there/);
      expect(() => parseConnection(value)).not.toThrow('hunter2');
    },
  );

  it('repeats no password, wherever it was put', () => {
    const secret = fc.constantFrom<unknown>(
      'hunter2',
      'redis://user:hunter2@h',
      { host: 'h', password: 'hunter2' },
      { host: 'redis://:hunter2@h' },
      { 'redis://:hunter2@h': { host: 'h' } },
      { password: 'hunter2' },
      [['h', 'hunter2']],
      [{ host: 'h', port: 'hunter2' }],
      [{ host: 'h', pass: 'hunter2' }],
    );
    const names = [
      'port',
      'database',
      'tls',
      'natMap',
      'nodes',
      'sentinels',
      'host',
      'path',
      'password',
      'auth',
      ':hunter2',
    ];
    const fields = fc.dictionary(fc.constantFrom(...names), secret, { minKeys: 1, maxKeys: 3 });
    const kind = fc.constantFrom(
      {},
      { host: 'h' },
      { nodes: [{ host: 'h' }] },
      { sentinels: [{ host: 'h' }], master: 'm' },
    );
    fc.assert(
      fc.property(kind, fields, (known, wrong) => {
        try {
          parseConnection({ ...known, ...wrong });
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError);
          expect(String(error)).not.toContain('hunter2');
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

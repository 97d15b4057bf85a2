import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toMinerConfig } from '../../../../src/braiins/mapping/configuration';
import { passwordIn, toPoolGroupConfig, toPoolGroups, wirePoolGroup } from '../../../../src/braiins/mapping/pools';
import { InvalidRequestError } from '../../../../src/fleet/minerSource';
import { anyMessage, overTheWire } from './wireArbitrary';

const GROUP = 'braiins.bos.v1.PoolGroupConfiguration';

describe('pools', () => {
  it('read a pool that does not answer as such: proto3 does not send false', () => {
    const [group] = toPoolGroups({
      pool_groups: [
        {
          uid: 'g',
          name: 'main',
          quota: {},
          pools: [{ uid: 'p', url: 'stratum+tcp://a:1', user: 'me.rig', enabled: true, stats: { accepted_shares: 3 } }],
        },
      ],
    });
    expect(group).toEqual({
      uid: 'g',
      name: 'main',
      share: { type: 'quota', quota: 0 },
      pools: [
        {
          uid: 'p',
          url: 'stratum+tcp://a:1',
          user: 'me.rig',
          enabled: true,
          alive: false,
          active: false,
          stats: { acceptedShares: 3 },
        },
      ],
    });
  });

  it('never read a password, wherever it stands', () => {
    fc.assert(
      fc.property(anyMessage('braiins.bos.v1.GetMinerConfigurationResponse'), (wire) => {
        const groups = [{ name: 'g', pools: [{ url: 'stratum+tcp://me:pass-word@a:1', password: 'pass-word' }] }];
        const text = JSON.stringify(toMinerConfig({ ...wire, pool_groups: groups }));
        expect(text).not.toContain('pass-word');
        expect(text).toContain('stratum+tcp://me@a:1');
      }),
    );
  });

  it.each([
    ['stratum+tcp://me:p@ss@host:1', 'stratum+tcp://me@host:1', 'p@ss'],
    ['me:secret@host', 'me@host', 'secret'],
    ['stratum+tcp://host:3333', 'stratum+tcp://host:3333', undefined],
    ['stratum2+tcp://host:3336/9a:b@c', 'stratum2+tcp://host:3336/9a:b@c', undefined],
  ])('take the password out of %s', (url, shown, password) => {
    expect(toPoolGroupConfig({ pools: [{ url }] }).pools).toEqual([{ url: shown }]);
    expect(passwordIn(url)).toBe(password);
  });

  it('are written as they are read, but for passwords', () => {
    const draft = {
      uid: 'g',
      name: 'main',
      share: { type: 'fixed-ratio', ratio: 0.25 },
      pools: [
        { url: 'stratum+tcp://a:1', user: 'me', password: 'x', enabled: false },
        { uid: 'p', url: 'stratum+tcp://b:1', user: 'me' },
      ],
    } as const;
    const wire = overTheWire(GROUP, wirePoolGroup(draft));
    expect(wire).toMatchObject({ fixed_share_ratio: { value: 0.25 }, pools: [{ password: 'x', enabled: false }, {}] });
    expect(toPoolGroupConfig(wire)).toEqual({
      ...draft,
      pools: [
        { url: 'stratum+tcp://a:1', user: 'me', enabled: false },
        { uid: 'p', url: 'stratum+tcp://b:1', user: 'me' },
      ],
    });
    expect(wire).not.toHaveProperty('pools.1.password');
  });

  it.each([
    [{ name: '', pools: [] }, 'The name of a pool group is empty'],
    [{ name: 'g', pools: [{ url: '', user: 'me' }] }, 'The URL of a pool is empty'],
    [
      { name: 'g', share: { type: 'quota', quota: -1 }, pools: [] },
      'The quota of a pool group has to be a whole number from 0',
    ],
    [
      { name: 'g', share: { type: 'fixed-ratio', ratio: 1.5 }, pools: [] },
      'The fixed ratio of a pool group has to be a number from 0 to 1, and is 1.5',
    ],
  ] as const)('refuse what no miner can take: %j', (draft, message) => {
    expect(() => wirePoolGroup(draft)).toThrow(InvalidRequestError);
    expect(() => wirePoolGroup(draft)).toThrow(message);
  });
});

import { describe, expect, it } from 'vitest';
import { countFirmwareVersions } from '../../../src/fleet/firmwareVersions';
import { countPoolUrls } from '../../../src/fleet/poolUrls';

describe('firmware versions', () => {
  it('are counted by miners, the most first, with some of the miners', () => {
    const details = new Map<string, { firmwareVersion?: string } | undefined>([['silent', undefined]]);
    details.set('mute', {});
    for (let miner = 1; miner <= 7; miner++) {
      details.set(`m${miner}`, { firmwareVersion: miner <= 6 ? '26.05' : '24.03' });
    }
    expect(countFirmwareVersions(details)).toEqual({
      miners: 9,
      unknown: 2,
      versions: [
        { version: '26.05', miners: 6, minerIds: ['m1', 'm2', 'm3', 'm4', 'm5'] },
        { version: '24.03', miners: 1, minerIds: ['m7'] },
      ],
    });
  });

  it('are bounded in number', () => {
    const details = new Map(
      Array.from({ length: 1000 }, (_, miner) => [`m${miner}`, { firmwareVersion: `v${miner}` }]),
    );
    expect(countFirmwareVersions(details).versions).toHaveLength(200);
  });
});

describe('pool URLs', () => {
  const pool = (url: string | undefined, alive: boolean, active: boolean) => ({
    ...(url === undefined ? {} : { url }),
    enabled: true,
    alive,
    active,
  });

  it('count a miner once, however many of its pools have them', () => {
    const pools = new Map([
      ['m1', [{ pools: [pool('a', false, false), pool('a', true, false)] }, { pools: [pool('b', true, true)] }]],
      ['m2', [{ pools: [pool('a', true, true), pool(undefined, true, true)] }]],
      ['m3', undefined],
      ['m4', []],
    ]);
    expect(countPoolUrls(pools)).toEqual({
      miners: 4,
      unknown: 1,
      urls: [
        { url: 'a', miners: 2, alive: 2, active: 1 },
        { url: 'b', miners: 1, alive: 1, active: 1 },
      ],
    });
  });
});

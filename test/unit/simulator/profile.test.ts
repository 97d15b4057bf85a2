import { describe, expect, it } from 'vitest';
import { buildProfiles, type MinerProfile } from '../../../src/simulator/profile';

function countOf(profiles: readonly MinerProfile[], test: (profile: MinerProfile) => boolean): number {
  return profiles.filter(test).length;
}

describe('buildProfiles', () => {
  it('gives the same fleet for the same seed, and another for another', () => {
    expect(buildProfiles(200, 42)).toEqual(buildProfiles(200, 42));
    expect(buildProfiles(200, 42)).not.toEqual(buildProfiles(200, 43));
  });

  it('numbers the miners of each site', () => {
    expect(buildProfiles(8, 1).map(({ id }) => id)).toEqual([
      'north-0001',
      'north-0002',
      'east-0001',
      'east-0002',
      'south-0001',
      'south-0002',
      'west-0001',
      'west-0002',
    ]);
  });

  it.each([1, 2, 3, 5, 9, 10, 250, 2_000])('names and numbers no two of %i miners alike', (count) => {
    const profiles = buildProfiles(count, 1);
    for (const property of ['id', 'macAddress', 'uid', 'serialNumber'] as const) {
      expect(new Set(profiles.map((profile) => profile[property])).size).toBe(count);
    }
  });

  it('shares the fleet between as many tenants as asked for', () => {
    const tenants = new Set(buildProfiles(100, 1, 12).map(({ tenant }) => tenant));
    expect(tenants.size).toBe(12);
    expect(tenants).toContain('aurora-mining');
    expect(tenants).toContain('tenant-12');
  });

  it('refuses more tenants than miners', () => {
    expect(() => buildProfiles(3, 1, 4)).toThrow('--tenants 4');
  });

  it('mixes a fleet of some size', () => {
    const profiles = buildProfiles(1_000, 1);
    expect(countOf(profiles, ({ temper }) => temper === 'failing')).toBe(40);
    expect(countOf(profiles, ({ temper }) => temper === 'restless')).toBe(30);
    expect(countOf(profiles, ({ temper }) => temper === 'steady')).toBeGreaterThan(850);
    expect(countOf(profiles, ({ firmware }) => firmware.api.minor === 11)).toBe(750);
    expect(countOf(profiles, ({ firmware }) => firmware.api.minor === 12)).toBe(50);
    for (let minor = 0; minor < 11; minor++) {
      expect(countOf(profiles, ({ firmware }) => firmware.api.minor === minor)).toBeGreaterThanOrEqual(18);
    }
    expect(new Set(profiles.map(({ model }) => model.name)).size).toBe(6);
  });

  it('holds no surprises in a handful of miners', () => {
    const profiles = buildProfiles(9, 1);
    expect(countOf(profiles, ({ temper }) => temper !== 'steady')).toBe(0);
    expect(countOf(profiles, ({ firmware }) => firmware.api.minor !== 11)).toBe(0);
  });
});

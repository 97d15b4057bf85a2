import { describe, expect, it } from 'vitest';
import { limitsOf, within } from '../../../../src/simulator/machine/limits';
import { levelOf } from '../../../../src/simulator/machine/operation';
import { hashingPowerW, levelForPower, nominalPowerW, STANDBY_W } from '../../../../src/simulator/machine/power';
import { SettingsStore } from '../../../../src/simulator/machine/settingsStore';
import { MODELS } from '../../../../src/simulator/models';
import { buildProfiles, type MinerProfile } from '../../../../src/simulator/profile';
import { Refusal } from '../../../../src/simulator/refusal';

const fleet = buildProfiles(40, 4);
const [profile] = fleet as [MinerProfile];

describe.each(MODELS)('the power of $name', (model) => {
  it('gives the level that it takes, both ways', () => {
    expect(levelForPower(model, nominalPowerW(model))).toBeCloseTo(1, 6);
    for (const level of [0.3, 0.7, 1, 1.15]) {
      expect(levelForPower(model, STANDBY_W + hashingPowerW(model, level))).toBeCloseTo(level, 6);
    }
  });

  it('is better used at lower levels, and worse at higher voltage', () => {
    const perLevel = (level: number) => hashingPowerW(model, level) / level;
    expect(perLevel(0.5)).toBeLessThan(perLevel(1));
    expect(perLevel(1)).toBeLessThan(perLevel(1.2));
    const usual = hashingPowerW(model, 1, model.boardVoltageV);
    expect(usual).toBeCloseTo(hashingPowerW(model, 1), 6);
    expect(hashingPowerW(model, 1, model.boardVoltageV + 0.5)).toBeGreaterThan(usual);
  });

  it('has limits that hold their defaults, and targets that can be reached from both sides', () => {
    const limits = limitsOf(model);
    for (const [name, { default: usual, min, max }] of Object.entries(limits)) {
      expect([name, min <= usual && usual <= max]).toEqual([name, true]);
    }
    const level = (hashrateThs: number) => hashrateThs / model.stickerThs;
    expect(level(limits.hashrateThs.min)).toBeGreaterThanOrEqual(levelForPower(model, limits.powerW.min));
    expect(level(limits.hashrateThs.max)).toBeLessThanOrEqual(levelForPower(model, limits.powerW.max));
  });
});

describe('the level of a configuration', () => {
  it('is 1 by default, whatever the machine', () => {
    for (const one of fleet) {
      expect(levelOf(one, new SettingsStore(one, () => {}).applied)).toBeCloseTo(1, 6);
    }
  });

  it('makes up for the quality of the machine where the hashrate is the target', () => {
    const { applied } = new SettingsStore(profile, () => {});
    const tuner = { ...applied.tuner, mode: 'hashrate' as const, hashrateThs: profile.model.stickerThs };
    expect(levelOf(profile, { ...applied, tuner }) * profile.quality).toBeCloseTo(1, 9);
  });

  it('is that of the frequency where it is set by hand', () => {
    const { applied } = new SettingsStore(profile, () => {});
    const tuner = { ...applied.tuner, enabled: false };
    const byHand = { ...applied.byHand, frequencyHz: profile.model.frequencyMhz * 5e5 };
    expect(levelOf(profile, { ...applied, tuner, byHand }) * profile.quality).toBeCloseTo(0.5, 9);
  });
});

describe('a value', () => {
  it('is taken up to both ends of its range, and refused with the range beyond', () => {
    const range = { default: 5, min: 1, max: 9 };
    expect(within('up_s', 1, range, ' s')).toBe(1);
    expect(within('up_s', 9, range, ' s')).toBe(9);
    for (const value of [0.99, 9.01, Number.NaN]) {
      expect(() => within('up_s', value, range, ' s')).toThrow(
        new Refusal(3, `up_s has to be from 1 s to 9 s, and is ${value} s.`),
      );
    }
  });
});

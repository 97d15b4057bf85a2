import { describe, expect, it } from 'vitest';
import type { Settings } from '../../../../src/simulator/machine/settings';
import { SettingsStore } from '../../../../src/simulator/machine/settingsStore';
import { buildProfiles, type MinerProfile } from '../../../../src/simulator/profile';

const [profile] = buildProfiles(1, 1) as [MinerProfile];
const ramping = { upS: 7, downS: 8 };

function newStore(): [SettingsStore, Settings[]] {
  const applied: Settings[] = [];
  return [new SettingsStore(profile, (settings) => applied.push(settings)), applied];
}

describe('a configuration', () => {
  it('that is saved is written down, and comes into force when it is applied', () => {
    const [store, applied] = newStore();
    store.change('SAVE_ACTION_SAVE', () => ({ ramping }));
    expect(store.saved.ramping).toEqual(ramping);
    expect(store.applied.ramping).not.toEqual(ramping);
    expect(applied).toEqual([]);

    store.apply();
    store.apply();
    expect(store.applied.ramping).toEqual(ramping);
    expect(applied).toHaveLength(1);
  });

  it('that is applied takes up what was only saved before', () => {
    const [store, applied] = newStore();
    store.change('SAVE_ACTION_SAVE', () => ({ ramping }));
    store.change('SAVE_ACTION_SAVE_AND_FORCE_APPLY', () => ({ pools: [] }));
    expect(applied).toEqual([store.saved]);
    expect(store.applied).toMatchObject({ ramping, pools: [] });
  });

  it.each([undefined, 'SAVE_ACTION_UNSPECIFIED' as const, 17])('is not changed by a save action of %s', (action) => {
    const [store] = newStore();
    const before = store.saved;
    expect(() => store.change(action, () => ({ ramping }))).toThrow('save_action is missing.');
    expect(store.saved).toBe(before);
  });

  it('goes back to that of the factory', () => {
    const [store, applied] = newStore();
    const factory = structuredClone(store.applied);
    store.change('SAVE_ACTION_SAVE_AND_APPLY', () => ({ ramping, pools: [] }));
    store.reset();
    expect(store.applied).toEqual(factory);
    expect(store.saved).toEqual(factory);
    expect(applied).toHaveLength(2);
  });
});

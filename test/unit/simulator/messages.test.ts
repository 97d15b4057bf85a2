import { beforeAll, describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/base/clock';
import { loadMinerServices } from '../../../src/braiins/proto/load';
import { ImplicitDefaults } from '../../../src/simulator/implicitDefaults';
import { Machine } from '../../../src/simulator/machine/machine';
import { buildProfiles, type MinerProfile } from '../../../src/simulator/profile';

const CLOCK: Clock = { now: () => Date.UTC(2026, 5, 15, 12), monotonic: () => 0, setTimeout: () => ({ dispose() {} }) };
const SURROUNDINGS = { address: '127.10.0.1', onReboot() {}, onFactoryReset() {} };
const fleet = buildProfiles(400, 5);

function machineWhere(test: (profile: MinerProfile) => boolean): Machine {
  return new Machine(fleet.find(test) as MinerProfile, CLOCK, SURROUNDINGS);
}

describe('what a machine answers', () => {
  let defaults: ImplicitDefaults;

  beforeAll(async () => {
    defaults = new ImplicitDefaults((await import('virtual:proto-descriptor')).default);
  });

  it('fits the protocol, for every machine of a fleet', async () => {
    const { miner } = await loadMinerServices();
    const details = defaults.serializer(miner.GetMinerDetails);
    const stats = defaults.serializer(miner.GetMinerStats);
    const boards = defaults.serializer(miner.GetHashboards);
    const errors = defaults.serializer(miner.GetErrors);
    for (const profile of fleet) {
      const machine = new Machine(profile, CLOCK, SURROUNDINGS);
      expect(miner.GetMinerDetails.responseDeserialize(details(machine.details())).uid).toBe(profile.uid);
      expect(stats(machine.stats()).length).toBeGreaterThan(20);
      expect(boards(machine.hashboards()).length).toBeGreaterThan(20);
      expect(() => errors(machine.errors())).not.toThrow();
    }
  });

  it('tells water temperatures of hydro models only', () => {
    const hydro = machineWhere(({ model }) => model.hydro);
    const air = machineWhere(({ model }) => !model.hydro);

    expect(hydro.hashboards().hashboards?.[0]).toHaveProperty('highest_water_outlet_temp');
    expect(hydro.hashboards().hashboards?.[0]).not.toHaveProperty('highest_outlet_temp');
    expect(air.hashboards().hashboards?.[0]).toHaveProperty('highest_outlet_temp');
    expect(air.hashboards().hashboards?.[0]).not.toHaveProperty('highest_water_outlet_temp');
  });

  it('holds errors with codes and hints where the machine is failing, and none elsewhere', () => {
    const [error] = machineWhere(({ temper }) => temper === 'failing').errors().errors ?? [];

    expect(error?.error_codes?.[0]).toMatchObject({ code: expect.any(String), hint: expect.any(String) });
    expect(new Date(error?.timestamp ?? '').getTime()).toBeLessThan(CLOCK.now());
    expect(machineWhere(({ temper }) => temper === 'steady').errors().errors).toEqual([]);
  });

  it('holds no efficiency of a machine that does not hash', () => {
    const stats = machineWhere(({ temper }) => temper === 'paused').stats();

    expect(stats.power_stats).not.toHaveProperty('efficiency');
    expect(stats.power_stats?.approximated_consumption?.watt).toBeGreaterThan(0);
    expect(stats.pool_stats).not.toHaveProperty('last_share_time');
  });

  it('refuses to send what the protocol does not have', () => {
    expect(() => defaults.strip('braiins.bos.v1.Power', { watts: 3 })).toThrow('watts');
  });
});

describe('ImplicitDefaults', () => {
  it('drops zeros without presence and keeps those with it', async () => {
    const defaults = new ImplicitDefaults((await import('virtual:proto-descriptor')).default);

    expect(
      defaults.strip('braiins.bos.v1.GetMinerDetailsResponse', {
        uid: '',
        status: 'MINER_STATUS_UNSPECIFIED',
        bosminer_uptime_s: 0,
        sticker_hashrate: { gigahash_per_second: 0 },
        serial_number: '',
        psu_info: { version: { value: 0 } },
      }),
    ).toEqual({ sticker_hashrate: {}, serial_number: '', psu_info: { version: {} } });
    expect(
      defaults.strip('braiins.bos.v1.GetHashboardsResponse', { hashboards: [{ id: '1', enabled: false }] }),
    ).toEqual({ hashboards: [{ id: '1' }] });
  });
});

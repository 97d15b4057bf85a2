import { describe, expect, it } from 'vitest';
import { toMinerConfig } from '../../../../src/braiins/mapping/configuration';
import { toConstraints } from '../../../../src/braiins/mapping/constraints';
import { toChangedDps, wireDps } from '../../../../src/braiins/mapping/dps';
import { toPerformanceMode, wirePerformanceMode, wireQuickRamping } from '../../../../src/braiins/mapping/performance';
import { wireTerahash, wireWatts } from '../../../../src/braiins/mapping/requests';
import { toTunerStatus } from '../../../../src/braiins/mapping/tuner';
import type { PerformanceMode } from '../../../../src/fleet/minerPerformance';
import { InvalidRequestError } from '../../../../src/fleet/minerSource';
import { overTheWire } from './wireArbitrary';

describe('performance', () => {
  it('reads the configuration in SI units', () => {
    expect(
      toMinerConfig({
        tuner: { enabled: false, tuner_mode: 'TUNER_MODE_POWER_TARGET', power_target: { watt: 3100 } },
        dps: { enabled: true, mode: 'DPS_MODE_BOOST', power_step: { watt: 200 }, shutdown_duration: { hours: 3 } },
        hashboard_config: {
          global_frequency: { hertz: 5.45e8 },
          hashboards: [{ id: '1', enabled: false, voltage: {} }],
        },
      }),
    ).toEqual({
      poolGroups: [],
      tuner: { enabled: false, mode: 'power', powerTargetW: 3100 },
      dps: { enabled: true, mode: 'boost', powerStepW: 200, shutdownDurationS: 10_800 },
      hashboards: { frequencyHz: 5.45e8, hashboards: [{ id: '1', enabled: false, voltageV: 0 }] },
    });
  });

  it('reads what the tuner does, in either mode', () => {
    const created = { seconds: 1_700_000_000 };
    expect(
      toTunerStatus({
        overall_tuner_state: 'TUNER_STATE_CONTINUOUS',
        power_target_mode_state: {
          current_target: { watt: 3100 },
          profile: { created, target: { watt: 3000 }, measured_hashrate: { gigahash_per_second: 101_000 } },
        },
      }),
    ).toEqual({
      state: 'continuous',
      mode: 'power',
      powerTargetW: 3100,
      powerProfile: { created: '2023-11-14T22:13:20.000Z', powerTargetW: 3000, measuredHashrateThs: 101 },
    });
    expect(toTunerStatus({ hashrate_target_mode_state: {} })).toEqual({ mode: 'hashrate' });
    expect(toTunerStatus({ overall_tuner_state: 99 })).toEqual({});
  });

  it.each<PerformanceMode>([
    { type: 'power-target', powerTargetW: 3250 },
    { type: 'power-target' },
    { type: 'hashrate-target', hashrateTargetThs: 95.5 },
    { type: 'manual', frequencyHz: 6e8, voltageV: 13.2, hashboards: [{ id: '2', frequencyHz: 5e8 }] },
  ])('is read as it was written: %j', (mode) => {
    expect(toPerformanceMode(overTheWire('braiins.bos.v1.PerformanceMode', wirePerformanceMode(mode)))).toEqual(mode);
  });

  it('says only what is to change of the scaling', () => {
    expect(wireDps({ enabled: false })).toEqual({ enable: false });
    expect(
      wireDps({
        mode: 'normal',
        target: { type: 'hashrate', hashrateStepThs: 5, minHashrateTargetThs: 60 },
        shutdownDurationS: 7200,
      }),
    ).toEqual({
      mode: 'DPS_MODE_NORMAL',
      target: {
        hashrate_target: {
          hashrate_step: { terahash_per_second: 5 },
          min_hashrate_target: { terahash_per_second: 60 },
        },
      },
      shutdown_duration: { hours: 2 },
    });
    expect(toChangedDps({ enabled: true, power_target: { power_step: {}, min_power_target: { watt: 900 } } })).toEqual({
      enabled: true,
      powerStepW: 0,
      minPowerTargetW: 900,
    });
  });

  it('reads the limits of a machine, and a zero among them', () => {
    expect(
      toConstraints({
        tuner_constraints: { power_target: { default: { watt: 3250 }, min: {}, max: { watt: 5000 } }, enabled: {} },
        cooling_constraints: { fan_speed_ratio: { max: 1 }, default_fan_pause_runtime: 'FAN_PAUSE_RUNTIME_LIMITED' },
        hashboards_constraints: { hashboard_ids: ['1', ''], quick_ramping_time_s: { default: 60, max: 600 } },
      }),
    ).toEqual({
      tuner: { powerTargetW: { default: 3250, min: 0, max: 5000 }, enabledByDefault: false },
      cooling: { fanSpeedRatio: { default: 0, min: 0, max: 1 }, defaultFanPauseRuntime: 'limited' },
      hashboards: { hashboardIds: ['1'], quickRampingS: { default: 60, min: 0, max: 600 } },
    });
  });

  it.each([Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY, 2 ** 33])('sends no power target of %s W', (value) => {
    expect(() => wireWatts('The power target', value)).toThrow(InvalidRequestError);
    expect(() => wireWatts('The power target', value)).toThrow(`and is ${value}.`);
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('sends no hashrate target of %s TH/s', (value) => {
    expect(() => wireTerahash('The hashrate target', value)).toThrow('The hashrate target in TH/s has to be a number');
  });

  it('sends no half hours and no negative ramps', () => {
    expect(() => wireDps({ shutdownDurationS: 1800 })).toThrow('The duration of a shutdown in hours');
    expect(() => wireQuickRamping({ upS: 60, downS: -1 })).toThrow('The time to ramp down in s');
  });
});

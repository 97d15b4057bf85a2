import { describe, expect, it } from 'vitest';
import { toCooling, toCoolingConfig, toCoolingMode, wireCoolingMode } from '../../../../src/braiins/mapping/cooling';
import type { CoolingMode } from '../../../../src/fleet/minerCooling';
import { overTheWire } from './wireArbitrary';

describe('cooling', () => {
  it('reads a fan without turns as one that stands still, and unknown properties as absent', () => {
    expect(
      toCooling({
        fans: [{ position: 0, rpm: 5400, target_speed_ratio: 0.9 }, {}],
        highest_temperature: { id: 3, location: 'SENSOR_LOCATION_PCB', temperature: { degree_c: 71.5 } },
      }),
    ).toEqual({
      fans: [{ position: 0, rpm: 5400, targetSpeedRatio: 0.9 }, { rpm: 0 }],
      highestTempC: 71.5,
      highestTempLocation: 'board',
      highestTempSensorId: 3,
    });
    expect(toCooling({ highest_temperature: { location: 9 } })).toEqual({ fans: [] });
  });

  it('reads what only older firmware has', () => {
    expect(toCoolingConfig({ disabled: { fan_speed_ratio: 1 } })).toEqual({ mode: 'disabled', fanSpeedRatio: 1 });
    expect(toCoolingConfig({ minimum_required_fans: 2, auto: {} })).toEqual({ mode: 'auto', minimumRequiredFans: 2 });
    expect(toCoolingConfig({ minimum_required_fans: 2, auto: { minimum_required_fans: 1 } })).toEqual({
      mode: 'auto',
      minimumRequiredFans: 1,
    });
    expect(toCoolingConfig({})).toBeUndefined();
    expect(toCoolingConfig(undefined)).toBeUndefined();
  });

  it.each<CoolingMode>([
    {
      mode: 'auto',
      targetTempC: 60,
      hotTempC: 80,
      dangerousTempC: 90.5,
      minFanSpeedPercent: 0,
      maxFanSpeedPercent: 100,
    },
    { mode: 'auto', minimumRequiredFans: 0, fanPause: { type: 'auto' } },
    { mode: 'manual', fanSpeedRatio: 0, fanPause: { type: 'manual', speedRatio: 0.5, runtime: 'indefinite' } },
    { mode: 'manual', targetTempC: 0, fanPause: { type: 'manual' } },
    { mode: 'immersion', hotTempC: -5 },
    { mode: 'hydro' },
  ])('is read as it was written: %j', (mode) => {
    expect(toCoolingMode(overTheWire('braiins.bos.v1.SetCoolingModeRequest', wireCoolingMode(mode)))).toEqual(mode);
  });

  it.each<[CoolingMode, string]>([
    [{ mode: 'auto', targetTempC: Number.NaN }, 'The target temperature in °C has to be a number'],
    [
      { mode: 'auto', maxFanSpeedPercent: 101 },
      'The greatest fan speed in per cent has to be a whole number from 0 to 100',
    ],
    [{ mode: 'manual', fanSpeedRatio: 60 }, 'The fan speed has to be a number from 0 to 1, and is 60.'],
  ])('refuses what no miner can take: %j', (mode, message) => {
    expect(() => wireCoolingMode(mode)).toThrow(message);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toJsonObject, wireStruct } from '../../../../src/braiins/mapping/json';
import { toNetworkConfig, toNetworkInfo, wireNetwork } from '../../../../src/braiins/mapping/network';
import { toAutoUpgradeStatus, toLicense, wireSchedule } from '../../../../src/braiins/mapping/system';
import type { WireStruct } from '../../../../src/braiins/proto/wire/advancedSettings';
import type { WireGetLicenseStateResponse } from '../../../../src/braiins/proto/wire/license';
import type { JsonObject, MinerLicense, UpgradeSchedule } from '../../../../src/fleet/minerSystem';
import { overTheWire } from './wireArbitrary';

describe('licence', () => {
  it.each<[WireGetLicenseStateResponse, MinerLicense]>([
    [{ none: { time_to_restricted: 60 } }, { state: 'none', timeToRestrictedS: 60 }],
    [{ limited: {} }, { state: 'limited' }],
    [
      { valid: { type: 'LICENSE_TYPE_CUSTOM', contract_name: 'c', dev_fee: { bsp: 250 } } },
      { state: 'valid', type: 'custom', contractName: 'c', devFeePercent: 2.5, timeToRestrictedS: 0 },
    ],
    [{ expired: { type: 77 } }, { state: 'expired' }],
    [{}, { state: 'unknown' }],
  ])('is read in each state: %j', (wire, license) => {
    expect(toLicense(wire)).toEqual(license);
  });
});

describe('automatic upgrades', () => {
  it.each<UpgradeSchedule>([
    { type: 'daily', time: { hours: 0, minutes: 0 } },
    { type: 'weekly', day: 'sunday', time: { hours: 3, minutes: 30, seconds: 0 } },
    { type: 'monthly', dayOfMonth: 31 },
    { type: 'monthly' },
  ])('have their schedule read as it was written: %j', (schedule) => {
    const wire = overTheWire('braiins.bos.v1.AutoUpgradeSchedule', wireSchedule(schedule));
    expect(toAutoUpgradeStatus({ schedule: wire })).toEqual({ enabled: false, schedule });
  });

  it('refuse a time that no day has', () => {
    expect(() => wireSchedule({ type: 'daily', time: { hours: 24, minutes: 0 } })).toThrow(
      'The hour has to be a whole number from 0 to 23, and is 24.',
    );
  });
});

describe('network', () => {
  it('is read as it was written', () => {
    const protocol = {
      type: 'static',
      address: '10.0.0.2',
      netmask: '255.0.0.0',
      gateway: '10.0.0.1',
      dnsServers: ['9.9.9.9'],
    } as const;
    const request = 'braiins.bos.v1.SetNetworkConfigurationRequest';
    expect(toNetworkConfig(overTheWire(request, wireNetwork({ protocol, hostname: 'rig' })))).toEqual({
      protocol,
      hostname: 'rig',
    });
    expect(toNetworkConfig(overTheWire(request, wireNetwork({ protocol: { type: 'dhcp' } })))).toEqual({
      protocol: { type: 'dhcp' },
    });
    // What is absent stays as it is, so it must not be sent.
    expect(Object.keys(wireNetwork({}))).toEqual([]);
  });

  it('is told as far as the miner tells it', () => {
    expect(
      toNetworkInfo({ name: 'eth0', protocol: 'NETWORK_PROTOCOL_STATIC', networks: [{ address: '10.0.0.2' }, {}] }),
    ).toEqual({
      name: 'eth0',
      protocol: 'static',
      dnsServers: [],
      networks: [{ address: '10.0.0.2' }, {}],
    });
  });
});

describe('advanced settings', () => {
  it('are read as they were written', () => {
    // No setting has that name, at any depth, and what has it is not read.
    const json = fc
      .dictionary(fc.string(), fc.jsonValue(), { maxKeys: 6 })
      .filter((settings) => !JSON.stringify(settings).includes('"__proto__":'));
    fc.assert(
      fc.property(json, (settings) => {
        // JSON knows no negative zero.
        const plain = JSON.parse(JSON.stringify(settings)) as JsonObject;
        expect(toJsonObject(wireStruct(plain))).toEqual(plain);
      }),
    );
  });

  it('go over the wire with all kinds of values', () => {
    const settings = { a: null, b: true, c: 1.5, d: 'x', e: [1, ['y'], {}], f: { g: false } };
    const wire = overTheWire('google.protobuf.Struct', wireStruct(settings)) as WireStruct;
    expect(toJsonObject(wire)).toEqual(settings);
  });

  it('are read as far as they are bounded', () => {
    let nested: WireStruct = { fields: { end: { stringValue: 'deep' } } };
    for (let depth = 0; depth < 5000; depth++) {
      nested = { fields: { next: { structValue: nested }, n: { numberValue: Number.NaN } } };
    }
    expect(JSON.stringify(toJsonObject(nested))).not.toContain('deep');
    const values = Array.from({ length: 100_000 }, () => ({ boolValue: true }));
    const { many } = toJsonObject({ fields: { many: { listValue: { values } } } });
    expect((many as readonly unknown[]).length).toBeLessThanOrEqual(20_000);
    expect(toJsonObject({ fields: { nothing: {} } })).toEqual({});
  });

  it('do not reach into the prototype', () => {
    const fields = JSON.parse('{"__proto__": {"structValue": {"fields": {"polluted": {"boolValue": true}}}}}');
    expect(toJsonObject({ fields })).toEqual({});
    expect({}).not.toHaveProperty('polluted');
  });

  it('refuse what is no JSON', () => {
    expect(() => wireStruct({ a: [Number.NaN] })).toThrow('The setting "a" has a value that is no JSON: NaN.');
    let deep: JsonObject = {};
    for (let depth = 0; depth < 40; depth++) {
      deep = { deep };
    }
    expect(() => wireStruct(deep)).toThrow('nested 32 deep');
  });
});

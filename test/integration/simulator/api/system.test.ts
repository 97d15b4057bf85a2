import { createHash } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { beforeEach, describe, expect, it } from 'vitest';
import { knownLogin, LOGIN } from '../../braiins/endpoints';
import { eventually, failure, newSource } from '../../braiins/sources';
import { failureOf } from '../rawClient';
import { type ObedientMiner, startMiner } from './obedientMiner';

let rig: ObedientMiner;

beforeEach(async () => {
  rig = await startMiner();
});

describe('the network', () => {
  it('is configured, and told as configured', async () => {
    const { system } = rig.source.control;
    expect(await rig.source.ask(rig.miner, 'network')).toEqual({ protocol: { type: 'dhcp' }, hostname: rig.miner.id });
    expect(await rig.source.ask(rig.miner, 'networkInfo')).toMatchObject({
      protocol: 'dhcp',
      networks: [{ address: rig.miner.host }],
    });
    const fixed = {
      type: 'static' as const,
      address: '10.1.2.3',
      netmask: '255.255.255.0',
      gateway: '10.1.2.1',
      dnsServers: ['10.1.2.1'],
    };
    expect(await system.setNetwork(rig.miner, { protocol: fixed })).toEqual({
      protocol: fixed,
      hostname: rig.miner.id,
    });
    expect(await system.setNetwork(rig.miner, { hostname: 'rig-7' })).toEqual({ protocol: fixed, hostname: 'rig-7' });
    expect(await rig.source.ask(rig.miner, 'networkInfo')).toMatchObject({
      protocol: 'static',
      hostname: 'rig-7',
      networks: [{ address: '10.1.2.3', netmask: '255.255.255.0' }],
      defaultGateway: '10.1.2.1',
    });
    expect((await rig.source.read(rig.miner, 'details')).hostname).toBe('rig-7');
  });

  it.each([
    [{ hostname: '-' }, 'hostname'],
    [{ static: { address: '10.0.0.300', netmask: '255.0.0.0', gateway: '10.0.0.1' } }, 'address "10.0.0.300"'],
    [{ static: { address: '10.0.0.3', netmask: '255.0.255.0', gateway: '10.0.0.1' } }, 'netmask "255.0.255.0"'],
    [
      { static: { address: '10.0.0.3', netmask: '255.0.0.0', gateway: '10.0.0.1', dns_servers: ['x'] } },
      'dns_servers "x"',
    ],
  ])('refuses %j', async (request, what) => {
    const error = await failureOf(rig.raw(({ network }) => network.SetNetworkConfiguration, request));
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringContaining(what) });
  });
});

describe('the licence', () => {
  it('becomes that of the contract whose key is applied', async () => {
    const { system } = rig.source.control;
    expect(await rig.source.ask(rig.miner, 'license')).toMatchObject({ state: 'valid', type: 'standard' });
    expect(await system.applyContractKey(rig.miner, 'no key')).toBe(false);
    expect(await system.applyContractKey(rig.miner, 'ABCD-1234-EFGH')).toBe(true);
    const license = await rig.source.ask(rig.miner, 'license');
    expect(license).toMatchObject({ state: 'valid', type: 'custom', devFeePercent: 1.5 });
    rig.clock.advance(3_600_000);
    const later = await rig.source.ask(rig.miner, 'license');
    expect((license.timeToRestrictedS ?? 0) - (later.timeToRestrictedS ?? 0)).toBe(3_600);
  });
});

describe('automatic upgrades', () => {
  it('come when they are scheduled', async () => {
    const { system } = rig.source.control;
    expect(await rig.source.ask(rig.miner, 'autoUpgrade')).toMatchObject({ enabled: false });
    const schedule = { type: 'weekly' as const, day: 'tuesday' as const, time: { hours: 4, minutes: 30 } };
    const { nextExecution } = await system.setAutoUpgrade(rig.miner, { enabled: true, schedule });
    const next = new Date(nextExecution ?? '');
    expect([next.getUTCDay(), next.getUTCHours(), next.getUTCMinutes()]).toEqual([2, 4, 30]);
    expect(next.getTime()).toBeGreaterThan(rig.clock.now());
    expect(next.getTime() - rig.clock.now()).toBeLessThanOrEqual(7 * 86_400_000);

    rig.clock.advance(7 * 86_400_000);
    const status = await rig.source.ask(rig.miner, 'autoUpgrade');
    expect(status).toMatchObject({ enabled: true, schedule, lastExecution: nextExecution });
    await system.setAutoUpgrade(rig.miner, { enabled: false });
    expect(await rig.source.ask(rig.miner, 'autoUpgrade')).toEqual({ enabled: false, schedule });
  });

  it('can be monthly, on a day that not every month has', async () => {
    const schedule = { type: 'monthly' as const, dayOfMonth: 31 };
    const { nextExecution } = await rig.source.control.system.setAutoUpgrade(rig.miner, { enabled: true, schedule });
    expect(new Date(nextExecution ?? '').getUTCDate()).toBe(31);
  });
});

describe('an upgrade with an image', () => {
  const image = Buffer.from('an image of the firmware');
  const metadata = { size: image.length, hash: createHash('sha256').update(image).digest('hex') };
  const send = (request: object) => rig.raw(({ upgrade }) => upgrade.SystemUpgrade, request);

  it('takes metadata, then data, and boots when it has all', async () => {
    expect(await send({ metadata })).toEqual({ successful: true });
    expect(await send({ data: image.subarray(0, 10) })).toEqual({ successful: true });
    expect(rig.clock.pending).toEqual([]);
    expect(await send({ data: image.subarray(10) })).toEqual({ successful: true });
    rig.clock.advance(1_000);
    await eventually(() => rig.simulated.isOnline).toBe(false);
    rig.clock.advance(10_000);
    await eventually(() => rig.simulated.isOnline).toBe(true);
  });

  it('fails when the image is not what was announced', async () => {
    await send({ metadata: { ...metadata, hash: '0'.repeat(64) } });
    expect(await send({ data: image })).not.toHaveProperty('successful', true);
    expect((await failureOf(send({ data: image }))).code).toBe(status.FAILED_PRECONDITION);
    expect((await failureOf(send({}))).code).toBe(status.INVALID_ARGUMENT);
    expect((await failureOf(send({ metadata: { size: 3, hash: 'x' } }))).code).toBe(status.INVALID_ARGUMENT);
  });

  it('to the stock firmware makes it boot', async () => {
    expect(await rig.raw(({ upgrade }) => upgrade.RestoreStock, {})).toEqual({ successful: true });
    rig.clock.advance(1_000);
    await eventually(() => rig.simulated.isOnline).toBe(false);
  });
});

describe('the advanced settings', () => {
  it('are set by their schema, and put back', async () => {
    const { system } = rig.source.control;
    const defaults = await rig.source.ask(rig.miner, 'allSettings');
    const { properties } = (await rig.source.ask(rig.miner, 'settingsSchema')) as { properties: object };
    expect(Object.keys(defaults).sort()).toEqual(Object.keys(properties).sort());

    const changed = { log_level: 'debug', web_interface: false, startup_delay_s: 0 };
    expect(await system.setSettings(rig.miner, changed)).toEqual(changed);
    expect(await rig.source.ask(rig.miner, 'settings')).toEqual(changed);
    expect(await rig.source.ask(rig.miner, 'allSettings')).toEqual({ ...defaults, ...changed });
    expect(await system.setSettings(rig.miner, { log_level: null })).toEqual({ log_level: 'info' });
    expect(await system.resetSettings(rig.miner)).toEqual(defaults);
    expect(await rig.source.ask(rig.miner, 'settings')).toEqual({});
  });

  it('refuse what their schema does not allow, and then change nothing', async () => {
    const { system } = rig.source.control;
    const refused = async (settings: Parameters<typeof system.setSettings>[1]) =>
      (await failure(system.setSettings(rig.miner, settings))).message;
    expect(await refused({ log_level: 'info', unheard_of: 1 })).toContain('no setting "unheard_of"');
    expect(await refused({ log_level: 'loud' })).toContain('one of error, warn, info, debug');
    expect(await refused({ startup_delay_s: 601 })).toContain('from 0 to 600, and is 601');
    expect(await refused({ startup_delay_s: '1' })).toContain('type integer');
    expect(await refused({ web_interface: [true] })).toContain('type boolean');
    expect(await rig.source.ask(rig.miner, 'settings')).toEqual({});
  });
});

describe('the password', () => {
  it('is changed for the next login', async () => {
    await rig.source.control.system.setPassword(rig.miner, 'a new one');
    expect((await failure(newSource().read(rig.miner, 'stats'))).failure).toBe('login-refused');
    const source = newSource({ credentials: knownLogin({ ...LOGIN, password: 'a new one' }) });
    expect(await source.read(rig.miner, 'stats')).toHaveProperty('powerW');
  });
});

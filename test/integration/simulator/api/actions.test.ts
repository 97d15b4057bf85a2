import { beforeEach, describe, expect, it } from 'vitest';
import type { MinerState } from '../../../../src/fleet/minerData';
import { eventually, failure } from '../../braiins/sources';
import { type ObedientMiner, startMiner } from './obedientMiner';

let rig: ObedientMiner;

beforeEach(async () => {
  rig = await startMiner();
});

const stats = () => rig.source.read(rig.miner, 'stats');
const details = () => rig.source.read(rig.miner, 'details');

/** Collects the states that the status stream tells until the test ends. */
function watch(): MinerState[] {
  const seen: MinerState[] = [];
  rig.source.watchStatus(rig.miner, { onStatus: ({ state }) => seen.push(state), onLost: () => {} });
  return seen;
}

describe('pausing', () => {
  it('stops the hashing at once, and resuming ramps up', async () => {
    const { actions } = rig.source.control;
    const states = watch();
    await eventually(() => states).toEqual(['normal']);
    const before = await stats();

    expect(await actions.pauseMining(rig.miner)).toEqual({ already: false });
    expect(await actions.pauseMining(rig.miner)).toEqual({ already: true });
    await eventually(() => states).toEqual(['normal', 'paused']);
    rig.clock.advance(10_000);
    const paused = await stats();
    expect(paused.hashrateThs?.last5s).toBe(0);
    expect(paused.powerW).toBeLessThan(100);
    const shares = paused.pool?.acceptedShares;
    rig.clock.advance(600_000);
    expect((await stats()).pool?.acceptedShares).toBe(shares);

    expect(await actions.resumeMining(rig.miner)).toEqual({ already: false });
    await eventually(() => states).toEqual(['normal', 'paused', 'normal']);
    rig.clock.advance(20_000);
    const ramping = await stats();
    rig.clock.advance(60_000);
    const full = await stats();
    expect(ramping.hashrateThs?.last5s).toBeGreaterThan(0);
    expect(ramping.hashrateThs?.last5s).toBeLessThan((full.hashrateThs?.last5s ?? 0) * 0.6);
    expect(ramping.powerW).toBeLessThan((full.powerW ?? 0) * 0.6);
    expect((full.powerW ?? 0) / (before.powerW ?? 1)).toBeCloseTo(1, 1);
    expect(await actions.resumeMining(rig.miner)).toEqual({ already: true });
  });

  it('is not possible while the mining software does not run', async () => {
    const { actions } = rig.source.control;
    await actions.stop(rig.miner);
    expect((await failure(actions.pauseMining(rig.miner))).message).toContain('does not run');
    expect((await failure(actions.resumeMining(rig.miner))).message).toContain('does not run');
  });
});

describe('the mining software', () => {
  it('stops and starts, and counts its uptime from then', async () => {
    const { actions } = rig.source.control;
    const system = (await details()).systemUptimeS ?? 0;
    expect(await actions.stop(rig.miner)).toEqual({ already: false });
    expect(await actions.stop(rig.miner)).toEqual({ already: true });
    expect(await details()).toMatchObject({ state: 'not-started', bosminerUptimeS: 0 });
    expect((await stats()).powerW).toBeLessThan(100);

    expect(await actions.start(rig.miner)).toEqual({ already: false });
    rig.clock.advance(5_000);
    expect(await details()).toMatchObject({ state: 'normal' });
    rig.clock.advance(60_000);
    expect(await details()).toMatchObject({ bosminerUptimeS: 60, systemUptimeS: system + 65 });
    expect(await actions.start(rig.miner)).toEqual({ already: true });
    // Averages are of the time since.
    const { hashrateThs } = await stats();
    expect(hashrateThs?.last24h).toBeLessThan((hashrateThs?.last5s ?? 0) * 0.7);
  });

  it('restarts: it is away for some seconds, and its counters begin anew', async () => {
    const { actions } = rig.source.control;
    const states = watch();
    await eventually(() => states).toEqual(['normal']);
    const before = await stats();
    expect(await actions.restart(rig.miner)).toEqual({ already: true });
    await eventually(() => states).toEqual(['normal', 'not-started']);
    rig.clock.advance(5_000);
    await eventually(() => states).toEqual(['normal', 'not-started', 'normal']);
    rig.clock.advance(120_000);
    expect(await details()).toMatchObject({ bosminerUptimeS: 120 });
    expect((await stats()).pool?.acceptedShares).toBeLessThan((before.pool?.acceptedShares ?? 0) / 10);
  });
});

describe('the control board', () => {
  it('reboots: the miner is away for some seconds, and comes back with new uptimes and no token', async () => {
    const { actions } = rig.source.control;
    await actions.locate(rig.miner, true);
    await actions.reboot(rig.miner);
    rig.clock.advance(1_000);
    await eventually(() => rig.simulated.isOnline).toBe(false);
    expect((await failure(rig.source.read(rig.miner, 'stats'))).failure).toBe('unreachable');

    rig.clock.advance(10_000);
    await eventually(() => rig.simulated.isOnline).toBe(true);
    rig.source.retryNow(rig.miner);
    const booting = await details();
    expect(booting.state).toBe('not-started');
    expect(booting.systemUptimeS).toBeLessThan(10);
    rig.clock.advance(60_000);
    const booted = await details();
    expect(booted.state).toBe('normal');
    expect(booted.systemUptimeS).toBeLessThan(70);
    expect(booted.bosminerUptimeS).toBeLessThan(booted.systemUptimeS ?? 0);
    expect(await rig.source.ask(rig.miner, 'locating')).toBe(false);
  });

  it('forgets all that was set in a factory reset', async () => {
    const { performance, system, pools } = rig.source.control;
    const config = await rig.source.read(rig.miner, 'config');
    await performance.setPowerTarget(rig.miner, 2_000);
    await pools.setGroups(rig.miner, []);
    await system.setNetwork(rig.miner, { hostname: 'renamed' });
    await system.setSettings(rig.miner, { log_level: 'debug' });
    await system.setAutoUpgrade(rig.miner, { enabled: true });
    expect(await rig.source.read(rig.miner, 'config')).not.toEqual(config);
    expect((await details()).hostname).toBe('renamed');

    await rig.raw(({ actions }) => actions.FactoryReset, {});
    rig.clock.advance(1_000);
    await eventually(() => rig.simulated.isOnline).toBe(false);
    rig.clock.advance(10_000);
    await eventually(() => rig.simulated.isOnline).toBe(true);
    rig.source.retryNow(rig.miner);

    expect(await rig.source.read(rig.miner, 'config')).toEqual(config);
    expect((await details()).hostname).toBe(rig.miner.id);
    expect(await rig.source.ask(rig.miner, 'settings')).toEqual({});
    expect((await rig.source.ask(rig.miner, 'autoUpgrade')).enabled).toBe(false);
  });

  it('tells whether its lamp blinks', async () => {
    const { actions } = rig.source.control;
    expect(await rig.source.ask(rig.miner, 'locating')).toBe(false);
    expect(await actions.locate(rig.miner, true)).toBe(true);
    expect(await rig.source.ask(rig.miner, 'locating')).toBe(true);
    expect(await actions.locate(rig.miner, false)).toBe(false);
    expect(await rig.source.ask(rig.miner, 'locating')).toBe(false);
  });
});

describe('a hashboard', () => {
  it('that is switched off hashes no more and draws no more', async () => {
    const { hashboards } = rig.source.control;
    const before = await stats();
    expect(await hashboards.disable(rig.miner, ['2'])).toEqual(new Map([['2', false]]));
    const boards = await rig.source.read(rig.miner, 'hashboards');
    expect(boards.map(({ enabled }) => enabled)).toEqual([true, false, true]);
    expect(boards[1]?.work?.hashrateThs?.last5s).toBe(0);
    expect((await stats()).powerW).toBeLessThan((before.powerW ?? 0) * 0.75);
    const { hashboards: config } = await rig.source.read(rig.miner, 'config');
    expect(config?.hashboards[1]?.enabled).toBe(false);

    await hashboards.enable(rig.miner, ['2'], { save: 'save' });
    expect((await rig.source.read(rig.miner, 'hashboards'))[1]?.enabled).toBe(false);
    const error = await failure(hashboards.enable(rig.miner, ['7']));
    expect(error.message).toContain('"7"');
  });
});

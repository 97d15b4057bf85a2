import { status } from '@grpc/grpc-js';
import { beforeEach, describe, expect, it } from 'vitest';
import type { MinerConstraints } from '../../../../src/fleet/minerConstraints';
import { failure } from '../../braiins/sources';
import { failureOf } from '../rawClient';
import { type ObedientMiner, startMiner } from './obedientMiner';

const MINUTE_MS = 60_000;

let rig: ObedientMiner;
let constraints: MinerConstraints;

beforeEach(async () => {
  rig = await startMiner();
  constraints = await rig.source.ask(rig.miner, 'constraints');
});

function limit(range: { readonly default?: number; readonly min?: number; readonly max?: number } | undefined) {
  const { default: usual = Number.NaN, min = Number.NaN, max = Number.NaN } = range ?? {};
  return { usual, min, max };
}

async function powerAndHashrate(): Promise<{ powerW: number; hashrateThs: number }> {
  const { powerW = Number.NaN, hashrateThs } = await rig.source.read(rig.miner, 'stats');
  return { powerW, hashrateThs: hashrateThs?.last5s ?? Number.NaN };
}

describe('a power target', () => {
  it('is reached by and by: power and hashrate go down together', async () => {
    const { usual, min } = limit(constraints.tuner?.powerTargetW);
    const { control } = rig.source;
    const before = await powerAndHashrate();
    expect(before.powerW / usual).toBeCloseTo(1, 1);

    expect(await control.performance.setPowerTarget(rig.miner, min)).toBe(min);
    rig.clock.advance(30_000);
    const half = await powerAndHashrate();
    rig.clock.advance(MINUTE_MS);
    const after = await powerAndHashrate();

    expect(half.powerW).toBeLessThan(before.powerW * 0.95);
    expect(half.powerW).toBeGreaterThan(after.powerW * 1.05);
    expect(after.powerW / min).toBeCloseTo(1, 1);
    expect(half.hashrateThs).toBeLessThan(before.hashrateThs * 0.95);
    expect(after.hashrateThs).toBeLessThan(half.hashrateThs * 0.95);
    // Less hard is more efficient.
    expect(after.powerW / after.hashrateThs).toBeLessThan(before.powerW / before.hashrateThs);
  });

  it('shows in what is configured and what the tuner works on', async () => {
    const { usual } = limit(constraints.tuner?.powerTargetW);
    const { control } = rig.source;
    expect(await control.performance.changePowerTarget(rig.miner, -200)).toBe(usual - 200);
    expect(await control.performance.changePowerTarget(rig.miner, 50)).toBe(usual - 150);
    expect((await rig.source.read(rig.miner, 'config')).tuner).toMatchObject({
      mode: 'power',
      powerTargetW: usual - 150,
    });

    const tuning = await rig.source.ask(rig.miner, 'tuner');
    expect(tuning).toMatchObject({ state: 'tuning', powerTargetW: usual - 150 });
    rig.clock.advance(10 * MINUTE_MS);
    expect(await rig.source.ask(rig.miner, 'tuner')).toMatchObject({ state: 'stable', powerTargetW: usual - 150 });
    const profiles = await rig.source.ask(rig.miner, 'tunedProfiles');
    expect(profiles.power.map(({ powerTargetW }) => powerTargetW)).toEqual([usual, usual - 150]);

    await control.performance.setDefaultPowerTarget(rig.miner);
    expect(await rig.source.ask(rig.miner, 'tuner')).toMatchObject({ state: 'stable', powerTargetW: usual });
    await control.performance.removeTunedProfiles(rig.miner);
    expect(await rig.source.ask(rig.miner, 'tuner')).toMatchObject({ state: 'tuning' });
    expect(await rig.source.ask(rig.miner, 'tunedProfiles')).toEqual({ power: [], hashrate: [] });
  });

  it('is refused outside of the constraints, with the range, and changes nothing', async () => {
    const { usual, min, max } = limit(constraints.tuner?.powerTargetW);
    const { performance } = rig.source.control;
    const range = `from ${min} W to ${max} W`;
    expect((await failure(performance.setPowerTarget(rig.miner, max + 1))).message).toContain(range);
    expect((await failure(performance.setPowerTarget(rig.miner, min - 1))).message).toContain(range);
    expect((await failure(performance.changePowerTarget(rig.miner, max))).message).toContain(range);
    expect((await rig.source.read(rig.miner, 'config')).tuner?.powerTargetW).toBe(usual);
  });

  it('in per cent is of what it is said to be of', async () => {
    const { usual, min, max } = limit(constraints.tuner?.powerTargetW);
    const { performance } = rig.source.control;
    expect(await performance.setRelativePowerTarget(rig.miner, 90, 'nominal')).toBe(Math.round(usual * 0.9));
    expect(await performance.setRelativePowerTarget(rig.miner, 100, 'current')).toBe(Math.round(usual * 0.9));
    expect(await performance.setRelativePowerTarget(rig.miner, 110, 'min')).toBe(Math.round(min * 1.1));
    expect(await performance.setRelativePowerTarget(rig.miner, 95, 'max')).toBe(Math.round(max * 0.95));
  });

  it('that is only saved waits for the next start', async () => {
    const { usual, min } = limit(constraints.tuner?.powerTargetW);
    const { performance, actions } = rig.source.control;
    await performance.setPowerTarget(rig.miner, min, { save: 'save' });
    rig.clock.advance(5 * MINUTE_MS);

    expect((await rig.source.read(rig.miner, 'config')).tuner?.powerTargetW).toBe(min);
    expect(await rig.source.ask(rig.miner, 'performanceMode')).toEqual({ type: 'power-target', powerTargetW: usual });
    expect((await powerAndHashrate()).powerW / usual).toBeCloseTo(1, 1);

    await actions.restart(rig.miner);
    rig.clock.advance(5 * MINUTE_MS);
    expect(await rig.source.ask(rig.miner, 'performanceMode')).toEqual({ type: 'power-target', powerTargetW: min });
    expect((await powerAndHashrate()).powerW / min).toBeCloseTo(1, 1);
  });

  it('has to say how far it goes, and what it is', async () => {
    const call = (request: object) => failureOf(rig.raw(({ performance }) => performance.SetPowerTarget, request));
    expect(await call({ power_target: { watt: 2_000 } })).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'save_action is missing.',
    });
    expect(await call({ save_action: 'SAVE_ACTION_SAVE' })).toMatchObject({ code: status.INVALID_ARGUMENT });
    const relative = failureOf(
      rig.raw(({ performance }) => performance.SetRelativePowerTarget, {
        save_action: 'SAVE_ACTION_SAVE',
        percentage: 90,
      }),
    );
    expect(await relative).toMatchObject({ code: status.INVALID_ARGUMENT, details: 'reference is missing.' });
  });
});

describe('a hashrate target', () => {
  it('is held, whatever the quality of the machine', async () => {
    const { usual, min, max } = limit(constraints.tuner?.hashrateTargetThs);
    const { performance } = rig.source.control;
    const target = Math.round((usual + min) / 2);
    expect(await performance.setHashrateTarget(rig.miner, target)).toBe(target);
    rig.clock.advance(2 * MINUTE_MS);
    const { hashrateThs } = await powerAndHashrate();
    expect(hashrateThs / target).toBeCloseTo(1, 1);

    expect(await rig.source.ask(rig.miner, 'performanceMode')).toEqual({
      type: 'hashrate-target',
      hashrateTargetThs: target,
    });
    expect(await performance.changeHashrateTarget(rig.miner, 2)).toBe(target + 2);
    expect(await performance.changeHashrateTarget(rig.miner, -1.5)).toBe(target + 0.5);
    expect(await performance.setRelativeHashrateTarget(rig.miner, 50, 'max')).toBe(max / 2);
    expect(await performance.setDefaultHashrateTarget(rig.miner)).toBe(usual);
    expect((await failure(performance.setHashrateTarget(rig.miner, max + 1))).message).toContain(`to ${max} TH/s`);
    rig.clock.advance(10 * MINUTE_MS);
    expect(await rig.source.ask(rig.miner, 'tuner')).toMatchObject({ mode: 'hashrate', state: 'stable' });
  });
});

describe('quick ramping', () => {
  it('decides how long a change takes', async () => {
    const { min } = limit(constraints.tuner?.powerTargetW);
    const { performance } = rig.source.control;
    expect(await performance.setQuickRamping(rig.miner, { upS: 300, downS: 10 })).toEqual({ upS: 300, downS: 10 });
    await performance.setPowerTarget(rig.miner, min);
    rig.clock.advance(11_000);
    expect((await powerAndHashrate()).powerW / min).toBeCloseTo(1, 1);

    await performance.setDefaultPowerTarget(rig.miner);
    rig.clock.advance(150_000);
    const half = await powerAndHashrate();
    rig.clock.advance(150_000);
    expect(half.powerW).toBeLessThan((await powerAndHashrate()).powerW * 0.9);

    const { usual, max } = limit(constraints.hashboards?.quickRampingS);
    expect(await performance.setDefaultQuickRamping(rig.miner)).toEqual({ upS: usual, downS: usual });
    const refused = await failure(performance.setQuickRamping(rig.miner, { upS: max + 1, downS: 10 }));
    expect(refused.message).toContain(`to ${max} s`);
  });
});

describe('frequency and voltage by hand', () => {
  it('are those of the boards, and switch the tuner off', async () => {
    const { min, usual } = limit(constraints.hashboards?.frequencyHz);
    const volts = limit(constraints.hashboards?.voltageV);
    const { performance } = rig.source.control;
    const mode = {
      type: 'manual' as const,
      frequencyHz: usual,
      voltageV: volts.usual,
      hashboards: [{ id: '2', frequencyHz: min }],
    };
    expect(await performance.setMode(rig.miner, mode)).toEqual(mode);
    rig.clock.advance(2 * MINUTE_MS);

    expect(await rig.source.ask(rig.miner, 'performanceMode')).toEqual(mode);
    expect(await rig.source.ask(rig.miner, 'tuner')).toMatchObject({ state: 'disabled' });
    const boards = await rig.source.read(rig.miner, 'hashboards');
    expect((boards[0]?.frequencyHz ?? 0) / usual).toBeCloseTo(1, 2);
    expect((boards[1]?.frequencyHz ?? 0) / min).toBeCloseTo(1, 2);
    expect(boards[1]?.work?.hashrateThs?.last5s).toBeLessThan((boards[0]?.work?.hashrateThs?.last5s ?? 0) * 0.6);
    expect((await rig.source.read(rig.miner, 'config')).hashboards?.hashboards[1]).toMatchObject({ frequencyHz: min });

    expect((await failure(performance.setMode(rig.miner, { ...mode, frequencyHz: 1 }))).message).toContain(' Hz');
    const unknown = await failure(performance.setMode(rig.miner, { ...mode, hashboards: [{ id: '9' }] }));
    expect(unknown.message).toContain('"9"');
    await performance.setMode(rig.miner, { type: 'power-target', powerTargetW: 2_000 });
    expect(await rig.source.ask(rig.miner, 'performanceMode')).toEqual({ type: 'power-target', powerTargetW: 2_000 });
  });
});

describe('dynamic scaling', () => {
  it('keeps what is set, and what is left out', async () => {
    const { performance } = rig.source.control;
    const before = (await rig.source.read(rig.miner, 'config')).dps;
    const answer = await performance.setDps(rig.miner, { enabled: true, mode: 'boost', shutdownDurationS: 7_200 });
    expect(answer).toMatchObject({ enabled: true, mode: 'boost', shutdownDurationS: 7_200, shutdownEnabled: false });
    await performance.setDps(rig.miner, { target: { type: 'power', powerStepW: 150, minPowerTargetW: 1_500 } });
    expect((await rig.source.read(rig.miner, 'config')).dps).toEqual({
      ...before,
      enabled: true,
      mode: 'boost',
      shutdownDurationS: 7_200,
      powerStepW: 150,
      minPowerTargetW: 1_500,
    });
    const { max } = limit(constraints.dps?.onStartTargetPercent);
    const refused = await failure(performance.setDps(rig.miner, { onStartTargetPercent: max + 1 }));
    expect(refused.message).toContain(`to ${max} %`);
  });
});

describe('the constraints', () => {
  it('hold all that is configured by default', async () => {
    const { tuner, dps, hashboards } = await rig.source.read(rig.miner, 'config');
    expect(tuner?.powerTargetW).toBe(limit(constraints.tuner?.powerTargetW).usual);
    expect(tuner?.hashrateTargetThs).toBe(limit(constraints.tuner?.hashrateTargetThs).usual);
    expect(dps?.minPowerTargetW).toBe(limit(constraints.dps?.minPowerTargetW).usual);
    expect(hashboards?.frequencyHz).toBe(limit(constraints.hashboards?.frequencyHz).usual);
    expect(hashboards?.hashboards.map(({ id }) => id)).toEqual(constraints.hashboards?.hashboardIds);
    const details = await rig.source.read(rig.miner, 'details');
    expect(tuner?.hashrateTargetThs).toBe(details.stickerHashrateThs);
  });

  it('frame the curve of what the machine can do', async () => {
    const points = await rig.source.ask(rig.miner, 'efficiencyProfile');
    const { min, max } = limit(constraints.tuner?.powerTargetW);
    expect(points[0]?.powerTargetW).toBe(min);
    expect(points.at(-1)?.powerTargetW).toBe(max);
    const perHash = points.map(({ powerW = 0, hashrateThs = 0 }) => powerW / hashrateThs);
    expect(perHash).toEqual([...perHash].sort((one, other) => one - other));
  });
});

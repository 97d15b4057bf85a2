import { status } from '@grpc/grpc-js';
import { beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../../braiins/sources';
import { failureOf } from '../rawClient';
import { type ObedientMiner, startMiner } from './obedientMiner';

let rig: ObedientMiner;

const cooling = () => rig.source.read(rig.miner, 'cooling');

describe('a machine in air', () => {
  beforeEach(async () => {
    rig = await startMiner();
  });

  it('turns its fans as told by hand, and runs hotter with less air', async () => {
    const { control } = rig.source;
    await control.cooling.setMode(rig.miner, { mode: 'manual', fanSpeedRatio: 0.9 });
    const fast = await cooling();
    expect(fast.fans.map(({ targetSpeedRatio }) => targetSpeedRatio)).toEqual([0.9, 0.9, 0.9, 0.9]);
    const answer = await control.cooling.setMode(rig.miner, { mode: 'manual', fanSpeedRatio: 0.2, hotTempC: 88 });
    expect(answer).toMatchObject({ mode: 'manual', fanSpeedRatio: 0.2, hotTempC: 88 });
    const slow = await cooling();
    expect(slow.fans[0]?.rpm).toBeLessThan((fast.fans[0]?.rpm ?? 0) / 3);
    expect(slow.highestTempC).toBeGreaterThan((fast.highestTempC ?? Number.NaN) + 3);
    expect((await rig.source.read(rig.miner, 'config')).cooling).toEqual(answer);
  });

  it('keeps its fans within the limits that it is given', async () => {
    await rig.source.control.cooling.setMode(rig.miner, { mode: 'auto', minFanSpeedPercent: 95 });
    expect((await cooling()).fans[0]?.targetSpeedRatio).toBeGreaterThanOrEqual(0.95);
    await rig.source.control.cooling.setMode(rig.miner, { mode: 'auto', maxFanSpeedPercent: 30 });
    expect((await cooling()).fans[0]?.targetSpeedRatio).toBeLessThanOrEqual(0.3);
  });

  it('turns its fans for a while after a pause, or for ever', async () => {
    const { control } = rig.source;
    const pausing = (runtime: 'limited' | 'indefinite') =>
      control.cooling.setMode(rig.miner, { mode: 'auto', fanPause: { type: 'manual', speedRatio: 0.5, runtime } });
    await pausing('limited');
    await control.actions.pauseMining(rig.miner);
    rig.clock.advance(120_000);
    expect((await cooling()).fans[0]?.targetSpeedRatio).toBe(0.5);
    rig.clock.advance(300_000);
    expect((await cooling()).fans[0]).toMatchObject({ rpm: 0, targetSpeedRatio: 0 });
    await pausing('indefinite');
    expect((await cooling()).fans[0]?.targetSpeedRatio).toBe(0.5);
  });

  it('has no fans in a bath, and gets them back', async () => {
    const { control } = rig.source;
    expect(await control.cooling.setImmersion(rig.miner, true)).toBe(true);
    expect((await cooling()).fans).toEqual([]);
    expect((await rig.source.read(rig.miner, 'config')).cooling?.mode).toBe('immersion');
    expect(await control.cooling.setImmersion(rig.miner, false)).toBe(false);
    expect((await cooling()).fans).toHaveLength(4);
    await control.cooling.setMode(rig.miner, { mode: 'immersion', targetTempC: 60 });
    expect((await rig.source.read(rig.miner, 'config')).cooling).toMatchObject({ mode: 'immersion', targetTempC: 60 });
  });

  it('refuses what it cannot do, with what it can', async () => {
    const { control } = rig.source;
    const { cooling: limits } = await rig.source.ask(rig.miner, 'constraints');
    const { min, max } = limits?.hotTempC ?? {};
    const hot = await failure(control.cooling.setMode(rig.miner, { mode: 'auto', hotTempC: (max ?? 0) + 1 }));
    expect(hot.message).toContain(`from ${min} °C to ${max} °C`);
    const order = await failure(control.cooling.setMode(rig.miner, { mode: 'auto', targetTempC: 80, hotTempC: 70 }));
    expect(order.message).toContain('go up from target over hot to dangerous');
    const fans = control.cooling.setMode(rig.miner, { mode: 'auto', minFanSpeedPercent: 60, maxFanSpeedPercent: 50 });
    expect((await failure(fans)).message).toContain('above max_fan_speed');
    expect((await failure(control.cooling.setMode(rig.miner, { mode: 'hydro' }))).message).toContain('cooled by air');
    const none = rig.raw((services) => services.cooling.SetCoolingMode, { save_action: 'SAVE_ACTION_SAVE' });
    expect(await failureOf(none)).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect((await rig.source.read(rig.miner, 'config')).cooling?.mode).toBe('auto');
  });
});

describe('a machine in water', () => {
  beforeEach(async () => {
    rig = await startMiner('water');
  });

  it('has no fans, and no other mode', async () => {
    const { control } = rig.source;
    expect((await cooling()).fans).toEqual([]);
    const { cooling: limits } = await rig.source.ask(rig.miner, 'constraints');
    expect(limits?.defaultMode).toBe('hydro');
    expect(limits).not.toHaveProperty('fanSpeedRatio');
    expect(await control.cooling.setMode(rig.miner, { mode: 'hydro', targetTempC: 50 })).toMatchObject({
      targetTempC: 50,
    });
    expect((await failure(control.cooling.setMode(rig.miner, { mode: 'auto' }))).message).toContain('cooled by water');
    expect((await failure(control.cooling.setImmersion(rig.miner, true))).message).toContain('cooled by water');
  });
});

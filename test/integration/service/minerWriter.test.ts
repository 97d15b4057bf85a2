import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Miner } from '../../../src/fleet/miner';
import type { MinerChange } from '../../../src/fleet/minerChange';
import type { MinerDatasets, MinerKind } from '../../../src/fleet/minerData';
import { InvalidRequestError } from '../../../src/fleet/minerSource';
import type { FleetServices } from '../../../src/service/fleetServices';
import { remaining } from '../../../src/service/fleetWriter';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';

/** So few that all have current firmware. */
const MINERS = 4;

describe('changes of simulated miners', () => {
  let test: TestFleet;
  let services: FleetServices;
  let other: FleetServices;
  let miner: Miner;

  beforeEach(async () => {
    test = await startTestFleet({ miners: MINERS, seed: 7 });
    services = await test.open();
    other = await test.open();
    miner = services.inventory.current.miners[0] as Miner;
  });

  afterEach(() => test.stop());

  const change = (what: MinerChange) => services.writer.change(miner, what);
  const read = async <K extends MinerKind>(kind: K, of = services): Promise<MinerDatasets[K]> =>
    (await of.reads.miner(miner, kind)).data;

  /** What another instance reads once it has heard of the change. */
  const seenElsewhere = <K extends MinerKind>(kind: K, check: (data: MinerDatasets[K]) => void) =>
    eventually(async () => check(await read(kind, other)));

  it('pause and resume, seen at once here and soon elsewhere', async () => {
    expect((await read('status', other)).state).toBe('normal');
    await change({ type: 'pause' });
    expect((await read('status')).state).toBe('paused');
    await seenElsewhere('status', ({ state }) => expect(state).toBe('paused'));
    await change({ type: 'resume' });
    expect((await read('status')).state).toBe('normal');
    await seenElsewhere('status', ({ state }) => expect(state).toBe('normal'));
  });

  it('take a power target within what the miner allows, and say what that is', async () => {
    const [problem] = await services.writer.problems(miner, { type: 'power-target', powerW: 1_000_000 });
    const [, min, max] = /takes (\d+) to (\d+) W\.$/.exec(problem ?? '')?.map(Number) ?? [];
    if (min === undefined || max === undefined) {
      throw new Error(`no range is named: ${problem}`);
    }
    expect(max).toBeGreaterThan(min);
    await expect(change({ type: 'power-target', powerW: max + 1 })).rejects.toThrow(InvalidRequestError);
    await expect(change({ type: 'power-target', powerW: max + 1 })).rejects.toThrow(`${min} to ${max} W`);
    await change({ type: 'power-target', powerW: min });
    expect((await read('config')).tuner?.powerTargetW).toBe(min);
    await seenElsewhere('config', ({ tuner }) => expect(tuner?.powerTargetW).toBe(min));
  });

  it('switch hashboards off and on, and know those that there are', async () => {
    const [board] = await read('hashboards');
    await expect(change({ type: 'hashboards', ids: ['no such board'], on: false })).rejects.toThrow('no such board');
    await change({ type: 'hashboards', ids: [board?.id ?? ''], on: false });
    expect((await read('hashboards'))[0]?.enabled).toBe(false);
    await change({ type: 'hashboards', ids: [board?.id ?? ''], on: true });
    expect((await read('hashboards'))[0]?.enabled).toBe(true);
  });

  it('replace the pools, whose passwords are kept nowhere', async () => {
    const pool = { url: 'stratum+tcp://pool.example:3333', user: 'fleet.worker', password: 'hunter2' };
    await change({ type: 'pool-groups', groups: [{ name: 'main', pools: [pool] }] });
    const groups = await read('pools');
    expect(groups.map(({ name, pools }) => [name, pools[0]?.url])).toEqual([['main', pool.url]]);
    expect(JSON.stringify([groups, await read('config')])).not.toContain('hunter2');
  });

  it('set the cooling', async () => {
    await change({ type: 'cooling', mode: { mode: 'auto', targetTempC: 55, hotTempC: 80, dangerousTempC: 90 } });
    expect((await read('config')).cooling).toMatchObject({ mode: 'auto', targetTempC: 55 });
  });

  it('void what is cached of a miner that is restarted', async () => {
    await read('details');
    await change({ type: 'restart' });
    expect((await services.reads.miner(miner, 'details')).origin).toBe('source');
  });

  it('of many miners: tell of each, and try those again that failed', async () => {
    const { miners } = services.inventory.current;
    const [gone] = miners as [Miner];
    await test.fleet.miner(gone.id).goOffline();
    const report = await services.fleetWriter.change(miners, { type: 'pause' });
    expect(report.changed).toHaveLength(MINERS - 1);
    expect(report.failed.map(({ miner: { id } }) => id)).toEqual([gone.id]);
    expect(report.failed[0]?.reason).toContain(gone.host);
    await test.fleet.miner(gone.id).goOnline();
    await eventually(async () => {
      const again = await services.fleetWriter.change(remaining(report), { type: 'pause' });
      expect(again.changed.map(({ id }) => id)).toEqual([gone.id]);
    }, 20_000);
  });
});

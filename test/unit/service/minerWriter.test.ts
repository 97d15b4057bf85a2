import { beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import type { EventHistory } from '../../../src/cache/eventHistory';
import type { Inventory } from '../../../src/fleet/inventory';
import type { Miner } from '../../../src/fleet/miner';
import type { MinerChange } from '../../../src/fleet/minerChange';
import type { MinerControl } from '../../../src/fleet/minerControl';
import { InvalidRequestError, type MinerSource, SourceError } from '../../../src/fleet/minerSource';
import { FleetReads } from '../../../src/service/fleetReads';
import { MinerWriter } from '../../../src/service/minerWriter';
import { Rig } from '../cache/rig';

const MINER: Miner = {
  id: 'm1',
  host: 'h',
  port: 1,
  tenant: 'north',
  tags: [],
  tls: false,
  credentials: 'default',
};

describe('MinerWriter', () => {
  let rig: Rig;
  let reads: FleetReads;
  let writer: MinerWriter;
  let told: object[];
  let recorded: object[];
  /** The state of the machine, what it was told, and what it does when it is told something, or asked. */
  let machine: { powerW: number; told: string[]; refuse?: Error; mute?: Error; constraints: object | Error };

  beforeEach(() => {
    rig = new Rig();
    machine = { powerW: 3_000, told: [], constraints: { tuner: { powerTargetW: { min: 1_000, max: 3_500 } } } };
    const source = {
      read: async (_: Miner, kind: string) => {
        if (machine.mute !== undefined) {
          throw machine.mute;
        }
        return kind === 'config'
          ? { poolGroups: [], tuner: { powerTargetW: machine.powerW } }
          : { state: machine.told.includes('pause') ? 'paused' : 'normal' };
      },
      ask: async () => {
        if (machine.constraints instanceof Error) {
          throw machine.constraints;
        }
        return machine.constraints;
      },
    } as unknown as MinerSource;
    const tell = async (what: string) => {
      if (machine.refuse !== undefined) {
        throw machine.refuse;
      }
      machine.told.push(what);
      return { already: false };
    };
    const control = {
      actions: { pauseMining: () => tell('pause'), reboot: () => tell('reboot') },
      performance: {
        setPowerTarget: async (_: Miner, powerW: number) => {
          await tell(`power ${powerW}`);
          machine.powerW = powerW;
          return powerW;
        },
      },
    } as unknown as MinerControl;
    const { cache } = rig.open('one');
    const bus = rig.server.openBus();
    told = [];
    bus.subscribeToShard('events:miner:m1:config', ({ text }) => void told.push(JSON.parse(text)));
    const inventory = { current: { miners: [MINER], problems: [] } } as unknown as Inventory;
    reads = new FleetReads(cache, source, inventory);
    const { clock } = rig;
    recorded = [];
    const history: EventHistory = {
      add: (kind, text) => void recorded.push({ kind, ...JSON.parse(text) }),
      latest: async () => [],
      after: async () => ({ events: [], isBroken: false }),
    };
    const common = { bus, history, clock, logger: silentLogger, instance: 'one', access: { require: async () => {} } };
    writer = new MinerWriter({ ...common, cache, reads, source, control });
  });

  const change = (what: MinerChange) => rig.ended(writer.change(MINER, what));
  const config = async () => {
    const result = await rig.ended(reads.miner(MINER, 'config'));
    return result.status === 'fulfilled' ? result.value : undefined;
  };

  it('tells the machine, and has what shows the change in the cache', async () => {
    expect((await config())?.data.tuner?.powerTargetW).toBe(3_000);
    expect(await change({ type: 'power-target', powerW: 2_500 })).toMatchObject({ status: 'fulfilled' });
    expect(machine.told).toEqual(['power 2500']);
    expect(recorded).toEqual([expect.objectContaining({ kind: 'config', change: 'power-target', by: 'one' })]);
    expect(told).toEqual([
      { minerId: 'm1', change: 'power-target', timestamp: expect.stringMatching(/^\d{4}-.*Z$/), by: 'one' },
    ]);
    const now = await config();
    expect(now?.data.tuner?.powerTargetW).toBe(2_500);
    expect(now?.origin).not.toBe('source');
  });

  it('says what the machine takes, and tells it nothing, when it cannot do that', async () => {
    const result = await change({ type: 'power-target', powerW: 9_000 });
    expect(result).toMatchObject({
      status: 'rejected',
      reason: new InvalidRequestError(
        'm1 cannot set the power target to 9000 W. The power target is 9000 W; this miner takes 1000 to 3500 W.',
      ),
    });
    expect([...machine.told, ...told, ...recorded]).toEqual([]);
  });

  it('leaves the judgement to firmware that does not tell its constraints', async () => {
    machine.constraints = new SourceError('unsupported', 'does not know GetConstraints');
    expect(await change({ type: 'power-target', powerW: 9_000 })).toMatchObject({ status: 'fulfilled' });
    machine.constraints = new SourceError('timeout', 'no answer');
    expect(await change({ type: 'power-target', powerW: 2_000 })).toMatchObject({ status: 'rejected' });
    expect(machine.told).toEqual(['power 9000']);
  });

  it('leaves the cache as it is when the machine refuses the login', async () => {
    await config();
    machine.refuse = new SourceError('login-refused', 'no');
    expect(await change({ type: 'power-target', powerW: 2_500 })).toMatchObject({ status: 'rejected' });
    expect((await config())?.origin).not.toBe('source');
  });

  it('voids what is cached when nobody knows whether the machine obeyed', async () => {
    await config();
    machine.refuse = new SourceError('timeout', 'no answer');
    expect(await change({ type: 'power-target', powerW: 2_500 })).toMatchObject({ status: 'rejected' });
    machine.powerW = 2_500;
    expect(await config()).toMatchObject({ origin: 'source', data: { tuner: { powerTargetW: 2_500 } } });
  });

  it('does not fail when only what shows the change cannot be read back, and voids what was cached', async () => {
    await config();
    machine.mute = new SourceError('timeout', 'no answer');
    expect(await change({ type: 'power-target', powerW: 2_500 })).toMatchObject({ status: 'fulfilled' });
    delete machine.mute;
    expect(await config()).toMatchObject({ origin: 'source', data: { tuner: { powerTargetW: 2_500 } } });
  });

  it('voids all that is cached of a machine that is rebooted', async () => {
    await config();
    expect(await change({ type: 'reboot' })).toMatchObject({ status: 'fulfilled' });
    expect((await config())?.origin).toBe('source');
  });

  it('shows a paused machine as paused at once', async () => {
    await rig.ended(reads.miner(MINER, 'status'));
    await change({ type: 'pause' });
    const status = await rig.ended(reads.miner(MINER, 'status'));
    expect(status).toMatchObject({ status: 'fulfilled', value: { data: { state: 'paused' } } });
  });
});

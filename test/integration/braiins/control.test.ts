import { status } from '@grpc/grpc-js';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BraiinsSource } from '../../../src/braiins/braiinsSource';
import type { Miner } from '../../../src/fleet/miner';
import { InvalidRequestError } from '../../../src/fleet/minerSource';
import { minerAt } from './endpoints';
import { wireTo } from './hostileServers';
import { failure, newSource } from './sources';
import { TestMiner } from './testMiner';

let server: TestMiner;
let source: BraiinsSource;
let miner: Miner;

beforeEach(async () => {
  server = await TestMiner.start();
  source = newSource();
  miner = server.miner;
});

/** Refuses a call, in the miner's own words. */
function refusal(code: status, details: string): Error {
  return Object.assign(new Error(details), { code, details });
}

describe('changing a miner', () => {
  it('tells what it answers, and says how far the change is to go', async () => {
    const requests: unknown[] = [];
    server.serve(
      ({ performance }) => performance.SetPowerTarget,
      (request) => {
        requests.push(request);
        return { power_target: { watt: 3100 } };
      },
    );
    expect(await source.control.performance.setPowerTarget(miner, 3200)).toBe(3100);
    await source.control.performance.setPowerTarget(miner, 3200, { save: 'force-apply' });
    await source.control.performance.setPowerTarget(miner, 3200, { save: 'save' });
    expect(requests).toEqual([
      { save_action: 'SAVE_ACTION_SAVE_AND_APPLY', power_target: { watt: 3200 } },
      { save_action: 'SAVE_ACTION_SAVE_AND_FORCE_APPLY', power_target: { watt: 3200 } },
      { save_action: 'SAVE_ACTION_SAVE', power_target: { watt: 3200 } },
    ]);
  });

  it('raises and lowers targets by the calls that the miner has for it', async () => {
    const changes: [string, number | undefined][] = [];
    server.serve(
      ({ performance }) => performance.IncrementPowerTarget,
      ({ power_target_increment }) => {
        changes.push(['up', power_target_increment?.watt]);
        return {};
      },
    );
    server.serve(
      ({ performance }) => performance.DecrementHashrateTarget,
      ({ hashrate_target_decrement }) => {
        changes.push(['down', hashrate_target_decrement?.terahash_per_second]);
        return { hashrate_target: { terahash_per_second: 90 } };
      },
    );
    expect(await source.control.performance.changePowerTarget(miner, 150)).toBeUndefined();
    expect(await source.control.performance.changeHashrateTarget(miner, -2.5)).toBe(90);
    expect(changes).toEqual([
      ['up', 150],
      ['down', 2.5],
    ]);
  });

  it('tells whether anything was to do', async () => {
    server.serve(
      ({ actions }) => actions.PauseMining,
      () => ({ already_paused: true }),
    );
    server.serve(
      ({ actions }) => actions.ResumeMining,
      () => ({}),
    );
    server.serve(
      ({ actions }) => actions.SetLocateDeviceStatus,
      ({ enable }) => (enable === undefined ? {} : { enabled: enable }),
    );
    const { actions } = source.control;
    expect(await actions.pauseMining(miner)).toEqual({ already: true });
    expect(await actions.resumeMining(miner)).toEqual({ already: false });
    expect(await actions.locate(miner, true)).toBe(true);
    expect(await actions.locate(miner, false)).toBe(false);
  });

  it('sets pools, and never answers with their passwords', async () => {
    server.serve(
      ({ pool }) => pool.SetPoolGroups,
      ({ pool_groups = [] }) => ({ pool_groups }),
    );
    const pools = [{ url: 'stratum+tcp://pool:3333', user: 'me.rig', password: 'pool-secret' }];
    const answer = await source.control.pools.setGroups(miner, [{ name: 'main', pools }]);
    expect(answer).toEqual([{ name: 'main', pools: [{ url: 'stratum+tcp://pool:3333', user: 'me.rig' }] }]);
  });

  it('never quotes a secret of the request, whatever the miner says', async () => {
    server.serve(
      ({ pool }) => pool.CreatePoolGroup,
      ({ group }) => {
        throw refusal(status.INVALID_ARGUMENT, `bad: ${JSON.stringify(group)}`);
      },
    );
    server.serve(
      ({ authentication }) => authentication.SetPassword,
      ({ password }) => {
        throw refusal(status.INVALID_ARGUMENT, `too weak: ${password}`);
      },
    );
    const pools = [{ url: 'stratum+tcp://me:url-secret@pool:1', user: 'me', password: 'pool-secret' }];
    const refused = await failure(source.control.pools.createGroup(miner, { name: 'main', pools }));
    expect(refused.message).toContain('stratum+tcp://me:***@pool:1');
    expect(refused.message).not.toMatch(/pool-secret|url-secret/);
    const weak = await failure(source.control.system.setPassword(miner, 'new-secret'));
    expect(weak.message).toContain('too weak: ***');
  });

  it('makes a call once only of which two do more than one, and says that it may have been done', async () => {
    const wire = await wireTo(server.port);
    server.serve(
      ({ actions }) => actions.Restart,
      () => {
        wire.cut();
        return {};
      },
    );
    const error = await failure(source.control.actions.restart(minerAt(wire.port)));
    expect(error.failure).toBe('unreachable');
    expect(error.message).toMatch(
      /lost the connection in the middle of the call.* It may have been done all the same\.$/,
    );
    expect(server.calls.Restart).toBe(1);
  });

  it('repeats a call of which two do the same as one', async () => {
    server.serve(
      ({ actions }) => actions.PauseMining,
      () => {
        if (server.calls.PauseMining === 1) {
          throw refusal(status.UNAVAILABLE, 'starting');
        }
        return {};
      },
    );
    expect(await source.control.actions.pauseMining(miner)).toEqual({ already: false });
    expect(server.calls.PauseMining).toBe(2);
  });

  it('does not ask a miner for what no miner can do', async () => {
    const { performance, pools, hashboards } = source.control;
    await expect(performance.setPowerTarget(miner, Number.NaN)).rejects.toThrow(InvalidRequestError);
    await expect(performance.setRelativePowerTarget(miner, -5, 'max')).rejects.toThrow('A target in per cent');
    await expect(pools.updateGroup(miner, { name: 'main', pools: [] })).rejects.toThrow('"main" has no uid');
    await expect(hashboards.enable(miner, [])).rejects.toThrow('No hashboard is named');
    expect(server.calls).toEqual({});
  });

  it('cannot reset a miner to the state of the factory', () => {
    const calls = Object.values(source.control).flatMap((group) =>
      Object.getOwnPropertyNames(Object.getPrototypeOf(group)),
    );
    expect(calls.filter((name) => /factory|stock|systemUpgrade/i.test(name))).toEqual([]);
  });
});

describe('asking a miner', () => {
  it('for what is not cached', async () => {
    server.serve(
      ({ configuration }) => configuration.GetConstraints,
      () => ({ tuner_constraints: { power_target: { min: { watt: 900 }, max: { watt: 5000 } } } }),
    );
    server.serve(
      ({ advancedSettings }) => advancedSettings.GetSettings,
      ({ include_default }) => ({ settings: { fields: { all: { boolValue: include_default === true } } } }),
    );
    server.serve(
      ({ actions }) => actions.GetLocateDeviceStatus,
      () => ({}),
    );
    expect(await source.ask(miner, 'constraints')).toEqual({ tuner: { powerTargetW: { min: 900, max: 5000 } } });
    expect(await source.ask(miner, 'settings')).toEqual({ all: false });
    expect(await source.ask(miner, 'allSettings')).toEqual({ all: true });
    expect(await source.ask(miner, 'locating')).toBe(false);
  });
});

import { status } from '@grpc/grpc-js';
import { beforeEach, describe, expect, it } from 'vitest';
import type { WirePoolGroupConfiguration } from '../../../../src/braiins/proto/wire/pool';
import type { PoolGroup, PoolGroupDraft } from '../../../../src/fleet/minerPools';
import { failure } from '../../braiins/sources';
import { failureOf } from '../rawClient';
import { type ObedientMiner, startMiner } from './obedientMiner';

const URL = 'stratum+tcp://pool.example.com:3333';
const DRAFT: PoolGroupDraft = {
  name: 'Second',
  share: { type: 'fixed-ratio', ratio: 0.25 },
  pools: [
    { url: URL, user: 'first.rig', password: 'not to be told', enabled: false },
    { url: 'stratum2+tcp://pool.example.com:3336', user: 'second.rig' },
  ],
};

let rig: ObedientMiner;

beforeEach(async () => {
  rig = await startMiner();
});

const groups = (): Promise<readonly PoolGroup[]> => rig.source.read(rig.miner, 'pools');

describe('pool groups', () => {
  it('are created, changed and removed, and keep their uids', async () => {
    const { pools } = rig.source.control;
    const [first] = await groups();
    const created = await pools.createGroup(rig.miner, DRAFT);
    expect(created).toMatchObject({ name: 'Second', share: { type: 'fixed-ratio', ratio: 0.25 } });
    expect(created.pools.map(({ user, enabled }) => [user, enabled])).toEqual([
      ['first.rig', false],
      ['second.rig', true],
    ]);
    const uids = [created.uid, ...created.pools.map(({ uid }) => uid)];
    expect(new Set(uids).size).toBe(3);

    const [kept] = created.pools;
    const changed = await pools.updateGroup(rig.miner, {
      uid: created.uid ?? '',
      name: 'Renamed',
      pools: [{ uid: kept?.uid ?? '', url: URL, user: 'other.rig' }],
    });
    expect(changed).toEqual({
      uid: created.uid,
      name: 'Renamed',
      share: created.share,
      pools: [{ uid: kept?.uid, url: URL, user: 'other.rig', enabled: false }],
    });
    expect((await rig.source.read(rig.miner, 'config')).poolGroups[1]).toEqual(changed);
    // What is left out of a pool that stays is kept, its password too.
    const { pool_groups } = await rig.raw(({ configuration }) => configuration.GetMinerConfiguration, {});
    expect(pool_groups?.[1]?.pools?.[0]?.password).toBe('not to be told');

    await pools.removeGroup(rig.miner, created.uid ?? '');
    expect((await groups()).map(({ uid }) => uid)).toEqual([first?.uid]);
  });

  it('share the work by fixed ratios and quotas; their first enabled pool is at work', async () => {
    const { pools } = rig.source.control;
    await pools.createGroup(rig.miner, DRAFT);
    const [first, second] = await groups();
    expect(second?.pools.map(({ active, alive }) => [alive, active])).toEqual([
      [false, false],
      [true, true],
    ]);
    const all = (await rig.source.read(rig.miner, 'stats')).pool?.acceptedShares ?? 0;
    expect((second?.pools[1]?.stats?.acceptedShares ?? 0) / all).toBeCloseTo(0.25, 3);
    expect((first?.pools[0]?.stats?.acceptedShares ?? 0) / all).toBeCloseTo(0.75, 3);

    await rig.source.control.actions.pauseMining(rig.miner);
    expect((await groups()).flatMap((group) => group.pools).some(({ active }) => active)).toBe(false);
  });

  it('are replaced all at once', async () => {
    const { pools } = rig.source.control;
    const [before] = await groups();
    const set = await pools.setGroups(rig.miner, [
      { ...DRAFT, name: 'New' },
      { uid: before?.uid ?? '', name: 'Kept', share: { type: 'quota', quota: 3 }, pools: [] },
    ]);
    expect(set.map(({ name }) => name)).toEqual(['New', 'Kept']);
    expect(set[1]).toMatchObject({ uid: before?.uid, share: { type: 'quota', quota: 3 } });
    expect((await groups()).map(({ uid }) => uid)).toEqual(set.map(({ uid }) => uid));
  });

  it('that do not exist are not found', async () => {
    const { pools } = rig.source.control;
    expect((await failure(pools.updateGroup(rig.miner, { ...DRAFT, uid: 'gone' }))).message).toContain('"gone"');
    expect((await failure(pools.removeGroup(rig.miner, 'gone'))).message).toContain('"gone"');
    const remove = rig.raw(({ pool }) => pool.RemovePoolGroup, { save_action: 'SAVE_ACTION_SAVE', uid: 'gone' });
    expect((await failureOf(remove)).code).toBe(status.NOT_FOUND);
  });

  it.each<[string, WirePoolGroupConfiguration | undefined, RegExp]>([
    ['no group', undefined, /group is missing/],
    ['no name', { pools: [] }, /name .* is empty/],
    ['the name of another group', { name: 'Default' }, /same name/],
    ['a uid of its own', { uid: 'mine', name: 'New' }, /leave it out/],
    ['a quota of nothing', { name: 'New', quota: {} }, /quota has to be at least 1/],
    ['more than all of the work', { name: 'New', fixed_share_ratio: { value: 1.5 } }, /at most 1, and is 1.5/],
    ['a pool without user', { name: 'New', pools: [{ url: URL }] }, /user of a pool is empty/],
    ['a pool at no URL', { name: 'New', pools: [{ url: 'pool.example.com', user: 'a' }] }, /stratum\+tcp:/],
    [
      'nine pools',
      { name: 'New', pools: Array.from({ length: 9 }, () => ({ url: URL, user: 'a' })) },
      /8 are the most/,
    ],
  ])('are refused with %s', async (_what, group, message) => {
    const request = { save_action: 'SAVE_ACTION_SAVE_AND_APPLY' as const, ...(group !== undefined && { group }) };
    const error = await failureOf(rig.raw(({ pool }) => pool.CreatePoolGroup, request));
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(error.details).toMatch(message);
    expect(await groups()).toHaveLength(1);
  });

  it('are refused without a save action', async () => {
    const error = await failureOf(rig.raw(({ pool }) => pool.SetPoolGroups, { pool_groups: [] }));
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, details: 'save_action is missing.' });
  });
});

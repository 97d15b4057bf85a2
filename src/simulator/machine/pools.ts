import type {
  WireGetPoolGroupsResponse,
  WirePoolGroupConfiguration,
  WirePoolGroupRequest,
  WirePoolGroupResponse,
  WirePoolStats,
  WireRemovePoolGroupRequest,
  WireSetPoolGroupsRequest,
  WireSetPoolGroupsResponse,
} from '../../braiins/proto/wire/pool';
import type { WireSaveAction } from '../../braiins/proto/wire/units';
import { invalid, notFound } from '../refusal';
import {
  checkGroups,
  groupAtWork,
  groupConfiguration,
  type PoolGroupSettings,
  partsOf,
  toGroup,
  uidOf,
} from './poolGroups';
import type { SettingsStore } from './settingsStore';

/** The groups of pools that a machine works for. */
export class Pools {
  /** Uids given so far, so that none comes twice. */
  private given = 0;

  constructor(
    private readonly seed: number,
    private readonly store: SettingsStore,
  ) {}

  /** @param stats of the whole machine */
  atWork(stats: WirePoolStats, isMining: boolean): WireGetPoolGroupsResponse {
    const { pools } = this.store.applied;
    const parts = partsOf(pools);
    return { pool_groups: pools.map((group, index) => groupAtWork(group, stats, parts[index] ?? 0, isMining)) };
  }

  create({ save_action, group }: WirePoolGroupRequest): WirePoolGroupResponse {
    const wire = present(group);
    if (wire.uid) {
      throw invalid('A new pool group gets its uid from the miner: leave it out.');
    }
    const created = this.toNew(wire);
    this.write(save_action, [...this.groups, created]);
    return { group: groupConfiguration(created) };
  }

  update({ save_action, group }: WirePoolGroupRequest): WirePoolGroupResponse {
    const updated = this.toKnown(present(group));
    this.write(
      save_action,
      this.groups.map((other) => (other.uid === updated.uid ? updated : other)),
    );
    return { group: groupConfiguration(updated) };
  }

  remove({ save_action, uid = '' }: WireRemovePoolGroupRequest): void {
    this.known(uid);
    this.write(
      save_action,
      this.groups.filter((group) => group.uid !== uid),
    );
  }

  /** Replaces all groups; those with a uid take the place of the ones that have it. */
  setAll({ save_action, pool_groups = [] }: WireSetPoolGroupsRequest): WireSetPoolGroupsResponse {
    const groups = pool_groups.map((wire) => (wire.uid ? this.toKnown(wire) : this.toNew(wire)));
    if (new Set(groups.map(({ uid }) => uid)).size < groups.length) {
      throw invalid('Two pool groups have the same uid.');
    }
    this.write(save_action, groups);
    return { pool_groups: groups.map(groupConfiguration) };
  }

  private get groups(): readonly PoolGroupSettings[] {
    return this.store.saved.pools;
  }

  private write(action: WireSaveAction | undefined, groups: readonly PoolGroupSettings[]): void {
    checkGroups(groups);
    this.store.change(action, () => ({ pools: groups }));
  }

  private toNew(wire: WirePoolGroupConfiguration): PoolGroupSettings {
    return toGroup(wire, undefined, this.nextUid(), () => this.nextUid());
  }

  private toKnown(wire: WirePoolGroupConfiguration): PoolGroupSettings {
    const before = this.known(wire.uid ?? '');
    return toGroup(wire, before, before.uid, () => this.nextUid());
  }

  private known(uid: string): PoolGroupSettings {
    const found = this.groups.find((group) => group.uid === uid);
    if (found === undefined) {
      throw notFound(`There is no pool group "${uid}".`);
    }
    return found;
  }

  private nextUid(): string {
    this.given += 1;
    return uidOf(this.seed, 'given', this.given);
  }
}

function present(group: WirePoolGroupConfiguration | undefined): WirePoolGroupConfiguration {
  if (group === undefined) {
    throw invalid('group is missing.');
  }
  return group;
}

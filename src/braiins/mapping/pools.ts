import type {
  Pool,
  PoolConfig,
  PoolDraft,
  PoolGroup,
  PoolGroupConfig,
  PoolGroupDraft,
  PoolGroupShare,
} from '../../fleet/minerPools';
import type {
  WireGetPoolGroupsResponse,
  WirePool,
  WirePoolConfiguration,
  WirePoolGroup,
  WirePoolGroupConfiguration,
} from '../proto/wire/pool';
import { checkedInteger, checkedText, optional, wireRatio } from './requests';
import { flag, known, list, text, unit } from './values';
import { toPoolStats } from './work';

export function toPoolGroups(wire: WireGetPoolGroupsResponse): PoolGroup[] {
  return list(wire.pool_groups, toPoolGroup);
}

function toPoolGroup(wire: WirePoolGroup): PoolGroup {
  return known<PoolGroup>({
    uid: text(wire.uid),
    name: text(wire.name),
    share: toShare(wire),
    pools: list(wire.pools, toPool),
  });
}

/** Whether a pool is enabled, alive and active is of the first version, and proto3 does not send `false`. */
function toPool(wire: WirePool): Pool {
  return known<Pool>({
    uid: text(wire.uid),
    url: withoutPassword(wire.url),
    user: text(wire.user),
    enabled: wire.enabled === true,
    alive: wire.alive === true,
    active: wire.active === true,
    stats: toPoolStats(wire.stats),
  });
}

/** Without the pools' passwords: what this returns is cached and shown. */
export function toPoolGroupConfig(wire: WirePoolGroupConfiguration): PoolGroupConfig {
  return known<PoolGroupConfig>({
    uid: text(wire.uid),
    name: text(wire.name),
    share: toShare(wire),
    pools: list(wire.pools, toPoolConfig),
  });
}

function toPoolConfig(wire: WirePoolConfiguration): PoolConfig {
  return known<PoolConfig>({
    uid: text(wire.uid),
    url: withoutPassword(wire.url),
    user: text(wire.user),
    enabled: flag(wire.enabled),
  });
}

function toShare(wire: Pick<WirePoolGroup, 'quota' | 'fixed_share_ratio'>): PoolGroupShare | undefined {
  const quota = unit(wire.quota, ({ value }) => value);
  const ratio = unit(wire.fixed_share_ratio, ({ value }) => value);
  if (quota !== undefined) {
    return { type: 'quota', quota };
  }
  return ratio === undefined ? undefined : { type: 'fixed-ratio', ratio };
}

/** The parts of `stratum+tcp://user:password@host`; the password goes as far as it may, up to the last `@`. */
const LOGIN_IN_URL = /^((?:[^/]*\/\/)?[^:/?#@]*):([^/?#]*)@/;

/** `stratum+tcp://user@host` of `stratum+tcp://user:password@host`. */
function withoutPassword(url: string | undefined): string | undefined {
  return text(url?.replace(LOGIN_IN_URL, '$1@'));
}

/** The password that stands in a pool's URL, if one does. */
export function passwordIn(url: string): string | undefined {
  return LOGIN_IN_URL.exec(url)?.[2];
}

export function wirePoolGroup(group: PoolGroupDraft): WirePoolGroupConfiguration {
  return known<WirePoolGroupConfiguration>({
    uid: group.uid,
    name: checkedText('The name of a pool group', group.name),
    quota:
      group.share?.type === 'quota'
        ? { value: checkedInteger('The quota of a pool group', group.share.quota) }
        : undefined,
    fixed_share_ratio:
      group.share?.type === 'fixed-ratio'
        ? { value: wireRatio('The fixed ratio of a pool group', group.share.ratio) }
        : undefined,
    pools: group.pools.map(wirePool),
  });
}

function wirePool(pool: PoolDraft): WirePoolConfiguration {
  return known<WirePoolConfiguration>({
    uid: pool.uid,
    url: checkedText('The URL of a pool', pool.url),
    user: checkedText('The user of a pool', pool.user),
    password: optional(pool.password, (password) => password),
    enabled: pool.enabled,
  });
}

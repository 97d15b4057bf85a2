import type {
  WirePoolConfiguration,
  WirePoolGroup,
  WirePoolGroupConfiguration,
  WirePoolStats,
} from '../../braiins/proto/wire/pool';
import type { MinerProfile } from '../profile';
import { hash } from '../random';
import { invalid, notFound } from '../refusal';

export interface PoolSettings {
  readonly uid: string;
  readonly url: string;
  readonly user: string;
  readonly password: string | undefined;
  readonly enabled: boolean;
}

export interface PoolGroupSettings {
  readonly uid: string;
  readonly name: string;
  readonly share: { readonly quota: number } | { readonly ratio: number };
  readonly pools: readonly PoolSettings[];
}

const MAX_GROUPS = 8;
const MAX_POOLS = 8;
const MAX_TEXT = 512;
const POOL_URL = /^(stratum2?\+(tcp|ssl|tls|udp)|drain):\/\/[^\s/:]+(:\d{1,5})?(\/\S*)?$/;

export function defaultPoolGroups(profile: MinerProfile): PoolGroupSettings[] {
  const user = `${profile.tenant}.${profile.id}`;
  const pools = ['pool', 'backup'].map((name, index) => ({
    uid: uidOf(profile.seed, 'pool', index),
    url: `stratum+tcp://${name}.example.com:3333`,
    user,
    password: undefined,
    enabled: true,
  }));
  return [{ uid: uidOf(profile.seed, 'group', 0), name: 'Default', share: { quota: 1 }, pools }];
}

export function uidOf(seed: number, kind: string, number: number): string {
  const part = (index: number) => hash(seed, 'uid', kind, number, index).toString(16).padStart(8, '0');
  return `${part(0)}${part(1)}`;
}

/**
 * What a request makes of a group.
 *
 * @param before the group that it replaces; what the request leaves out of a pool that stays comes from there
 * @param nextUid makes the uid of a pool that is new
 * @throws {Refusal} when the group makes no sense, or names a pool that `before` does not have.
 */
export function toGroup(
  wire: WirePoolGroupConfiguration,
  before: PoolGroupSettings | undefined,
  uid: string,
  nextUid: () => string,
): PoolGroupSettings {
  const { name = '', pools = [] } = wire;
  checkText('The name of a pool group', name);
  if (pools.length > MAX_POOLS) {
    throw invalid(`The pool group "${name}" has ${pools.length} pools; ${MAX_POOLS} are the most.`);
  }
  return {
    uid,
    name,
    share: toShare(wire, before),
    pools: pools.map((pool) => toPool(pool, before, nextUid)),
  };
}

function toShare(wire: WirePoolGroupConfiguration, before: PoolGroupSettings | undefined): PoolGroupSettings['share'] {
  if (wire.fixed_share_ratio !== undefined) {
    const { value: ratio = 0 } = wire.fixed_share_ratio;
    if (!(ratio > 0 && ratio <= 1)) {
      throw invalid(`fixed_share_ratio has to be above 0 and at most 1, and is ${ratio}.`);
    }
    return { ratio };
  }
  if (wire.quota !== undefined) {
    const { value: quota = 0 } = wire.quota;
    if (quota < 1) {
      throw invalid(`quota has to be at least 1, and is ${quota}.`);
    }
    return { quota };
  }
  return before?.share ?? { quota: 1 };
}

function toPool(
  wire: WirePoolConfiguration,
  group: PoolGroupSettings | undefined,
  nextUid: () => string,
): PoolSettings {
  const { url = '', user = '' } = wire;
  if (url.length > MAX_TEXT || !POOL_URL.test(url)) {
    // Not quoted: people put passwords into URLs.
    throw invalid('The URL of a pool has to be like stratum+tcp://host:port.');
  }
  checkText('The user of a pool', user);
  const before = wire.uid ? group?.pools.find((pool) => pool.uid === wire.uid) : undefined;
  if (wire.uid && before === undefined) {
    throw notFound(`There is no pool "${wire.uid}" in the group.`);
  }
  return {
    uid: before?.uid ?? nextUid(),
    url,
    user,
    password: wire.password ?? before?.password,
    enabled: wire.enabled ?? before?.enabled ?? true,
  };
}

function checkText(what: string, text: string): void {
  if (text === '' || text.length > MAX_TEXT) {
    throw invalid(text === '' ? `${what} is empty.` : `${what} is longer than ${MAX_TEXT} characters.`);
  }
}

/** @throws {Refusal} when the groups cannot stand beside each other. */
export function checkGroups(groups: readonly PoolGroupSettings[]): void {
  if (groups.length > MAX_GROUPS) {
    throw invalid(`${groups.length} pool groups are too many; ${MAX_GROUPS} are the most.`);
  }
  const names = new Set(groups.map(({ name }) => name));
  if (names.size < groups.length) {
    throw invalid('Two pool groups have the same name.');
  }
  const ratios = groups.reduce((sum, { share }) => sum + ('ratio' in share ? share.ratio : 0), 0);
  if (ratios > 1) {
    throw invalid(`The fixed share ratios of all pool groups add up to ${ratios}; 1 is the most.`);
  }
}

/** A group as it is configured. */
export function groupConfiguration(group: PoolGroupSettings): WirePoolGroupConfiguration {
  return {
    uid: group.uid,
    name: group.name,
    ...wireShare(group.share),
    pools: group.pools.map(({ uid, url, user, password, enabled }) => ({
      uid,
      url,
      user,
      ...(password !== undefined && { password }),
      enabled,
    })),
  };
}

/**
 * A group at work: its first enabled pool has all of its shares.
 *
 * @param stats of the whole machine
 * @param part of all work that is the group's, from 0 to 1
 */
export function groupAtWork(
  group: PoolGroupSettings,
  stats: WirePoolStats,
  part: number,
  isMining: boolean,
): WirePoolGroup {
  const active = group.pools.findIndex(({ enabled }) => enabled);
  return {
    uid: group.uid,
    name: group.name,
    ...wireShare(group.share),
    pools: group.pools.map(({ uid, url, user, enabled }, index) => ({
      uid,
      url,
      user,
      enabled,
      alive: enabled,
      active: isMining && index === active,
      stats: index === active ? partOf(stats, part) : { last_difficulty: stats.last_difficulty ?? 0 },
    })),
  };
}

/** What each group gets of all work: first those with a fixed ratio, then the others by their quotas. */
export function partsOf(groups: readonly PoolGroupSettings[]): number[] {
  const fixed = groups.reduce((sum, { share }) => sum + ('ratio' in share ? share.ratio : 0), 0);
  const quotas = groups.reduce((sum, { share }) => sum + ('quota' in share ? share.quota : 0), 0);
  return groups.map(({ share }) => ('ratio' in share ? share.ratio : ((1 - fixed) * share.quota) / quotas));
}

function partOf(stats: WirePoolStats, part: number): WirePoolStats {
  const of = (count: number | undefined) => Math.floor((count ?? 0) * part);
  return {
    ...stats,
    accepted_shares: of(stats.accepted_shares),
    rejected_shares: of(stats.rejected_shares),
    stale_shares: of(stats.stale_shares),
    generated_work: of(stats.generated_work),
  };
}

function wireShare(share: PoolGroupSettings['share']) {
  return 'quota' in share ? { quota: { value: share.quota } } : { fixed_share_ratio: { value: share.ratio } };
}

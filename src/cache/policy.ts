import { ConfigurationError } from '../base/errors';
import type { MinerEvent } from './keys';

/**
 * How long data of a kind stays useful:
 * - `EPHEMERAL`: changes all the time, seconds;
 * - `MODERATE`: changes now and then, minutes;
 * - `STABLE`: hardly changes, up to half a day;
 * - `EVENT_DRIVEN`: stays until an event voids it, the TTL being the safety net;
 * - `NO_CACHE`: always fetched.
 */
export type Strategy = 'EPHEMERAL' | 'MODERATE' | 'STABLE' | 'EVENT_DRIVEN' | 'NO_CACHE';

export type Dataset =
  | 'miner:status'
  | 'miner:stats'
  | 'miner:errors'
  | 'miner:cooling'
  | 'miner:hashboards'
  | 'miner:config'
  | 'miner:details'
  | 'miner:pools'
  | 'fleet:summary'
  | 'firmware:versions'
  | 'pool:urls';

/** How one dataset is cached. */
export interface Policy {
  readonly strategy: Strategy;
  /** Seconds that data counts as fresh. */
  readonly ttlS: number;
  /** Seconds after the TTL in which data is still served, labelled as stale, when the source cannot be read. */
  readonly graceS: number;
  /**
   * The miner's events that void it: `status` when a status message comes, `config` when the configuration was changed,
   * `system` when the firmware was changed or the machine restarted. A write to the miner voids all that is cached of it.
   */
  readonly invalidateOn: readonly MinerEvent[];
}

export type Policies = Readonly<Record<Dataset, Policy>>;

/** What a user may set a TTL to, in seconds, for each strategy that has one. */
const BANDS: Readonly<Record<Exclude<Strategy, 'NO_CACHE'>, { readonly minS: number; readonly maxS: number }>> = {
  EPHEMERAL: { minS: 5, maxS: 30 },
  MODERATE: { minS: 60, maxS: 300 },
  STABLE: { minS: 600, maxS: 43_200 },
  EVENT_DRIVEN: { minS: 60, maxS: 43_200 },
};

export const DEFAULT_POLICIES: Policies = {
  'miner:status': { strategy: 'EPHEMERAL', ttlS: 10, graceS: 60, invalidateOn: ['status'] },
  'miner:stats': { strategy: 'EPHEMERAL', ttlS: 10, graceS: 60, invalidateOn: ['status'] },
  'miner:errors': { strategy: 'EPHEMERAL', ttlS: 10, graceS: 60, invalidateOn: ['status'] },
  'miner:cooling': { strategy: 'EPHEMERAL', ttlS: 10, graceS: 60, invalidateOn: ['status'] },
  'miner:hashboards': { strategy: 'EPHEMERAL', ttlS: 30, graceS: 60, invalidateOn: [] },
  'fleet:summary': { strategy: 'EPHEMERAL', ttlS: 30, graceS: 0, invalidateOn: [] },
  'miner:config': { strategy: 'EVENT_DRIVEN', ttlS: 300, graceS: 600, invalidateOn: ['config'] },
  'miner:details': { strategy: 'MODERATE', ttlS: 300, graceS: 600, invalidateOn: ['system'] },
  'miner:pools': { strategy: 'EVENT_DRIVEN', ttlS: 300, graceS: 600, invalidateOn: ['config'] },
  'firmware:versions': { strategy: 'STABLE', ttlS: 3_600, graceS: 3_600, invalidateOn: ['system'] },
  'pool:urls': { strategy: 'STABLE', ttlS: 43_200, graceS: 3_600, invalidateOn: ['config'] },
};

/**
 * The default policies with a user's TTLs. What cannot be used leaves the default in place and is reported.
 *
 * @param ttls seconds by dataset, as a person wrote them.
 */
export function policiesWithTtls(ttls: Readonly<Record<string, unknown>>): {
  readonly policies: Policies;
  readonly problems: readonly ConfigurationError[];
} {
  const policies: Record<Dataset, Policy> = { ...DEFAULT_POLICIES };
  const problems: ConfigurationError[] = [];
  for (const [name, ttl] of Object.entries(ttls)) {
    if (!isDataset(name)) {
      const known = Object.keys(DEFAULT_POLICIES).join(', ');
      problems.push(new ConfigurationError(`There is no dataset "${name}" to set a TTL for. Datasets are: ${known}.`));
      continue;
    }
    const policy = DEFAULT_POLICIES[name];
    const band = policy.strategy === 'NO_CACHE' ? undefined : BANDS[policy.strategy];
    if (band === undefined || typeof ttl !== 'number' || !(ttl >= band.minS && ttl <= band.maxS)) {
      const allowed = band === undefined ? 'no TTL' : `a number of seconds from ${band.minS} to ${band.maxS}`;
      problems.push(
        new ConfigurationError(`TTL of ${name} is ${JSON.stringify(ttl)}; ${policy.strategy} data takes ${allowed}.`),
      );
      continue;
    }
    policies[name] = { ...policy, ttlS: ttl };
  }
  return { policies, problems };
}

function isDataset(name: string): name is Dataset {
  return Object.hasOwn(DEFAULT_POLICIES, name);
}

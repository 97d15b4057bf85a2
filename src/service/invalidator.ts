import { settleBounded } from '../base/concurrency';
import { throwIfCancelled } from '../base/errors';
import type { CacheService } from '../cache/cacheService';
import type { Invalidation } from '../cache/invalidations';
import {
  FIRMWARE_VERSIONS_KEY,
  generationKeys,
  type MinerEvent,
  type MinerKeyKind,
  minerKey,
  POOL_URLS_KEY,
  summaryKey,
} from '../cache/keys';
import { DEFAULT_POLICIES } from '../cache/policy';
import { StoreError } from '../cache/store';
import type { Inventory } from '../fleet/inventory';
import { GLOBAL_TENANT, type Miner } from '../fleet/miner';
import type { MinerStatus } from '../fleet/minerData';
import { describeScope, type FleetScope, minersInScope } from '../fleet/scope';
import type { FleetReads } from './fleetReads';
import type { WarmTask } from './warmReport';
import type { WriteAccess } from './writeAccess';

/** What an invalidation would do. */
export interface InvalidationPlan {
  readonly scope: FleetScope;
  readonly miners: number;
  /** Entries of the scope's miners that are cached and valid now; `undefined` when Redis cannot be asked. */
  readonly entries: number | undefined;
  /** Those entries, for who fetches them again; none when they are not known. */
  readonly cached: readonly WarmTask[];
}

/** All that may be cached of a miner, by this version or by another that shares the Redis. */
const ALL_KINDS: readonly MinerKeyKind[] = [
  'status',
  'stats',
  'details',
  'config',
  'hashboards',
  'pools',
  'cooling',
  'errors',
];

const PLAN_CONCURRENCY = 32;

/** Up to this many miners their keys are also removed one by one; the generations alone void any number. */
const MAX_UNLINKED_MINERS = 250;

/** Voids what is cached of a miner, a tenant or the fleet, for all instances. */
export class Invalidator {
  constructor(
    private readonly cache: CacheService,
    private readonly reads: FleetReads,
    private readonly inventory: Inventory,
    private readonly access: Pick<WriteAccess, 'require'>,
  ) {}

  /**
   * Counts what {@link invalidate} would void. Changes nothing.
   *
   * @throws {CancelledError}
   */
  async plan(scope: FleetScope, signal?: AbortSignal): Promise<InvalidationPlan> {
    const miners = minersInScope(this.inventory.current.miners, scope);
    const looks = await settleBounded(miners, PLAN_CONCURRENCY, (miner) => this.validOf(miner), signal);
    throwIfCancelled(signal);
    const cached: WarmTask[] = [];
    for (const look of looks) {
      if (look.status === 'rejected' && look.reason instanceof StoreError) {
        // What cannot be counted can be invalidated all the same: it is made good when Redis is back.
        return { scope, miners: miners.length, entries: undefined, cached: [] };
      }
      if (look.status === 'rejected') {
        throw look.reason;
      }
      cached.push(...look.value);
    }
    return { scope, miners: miners.length, entries: cached.length, cached };
  }

  /**
   * Voids the scope's entries and the summaries that they are part of, because somebody wants it. No read of this instance that
   * starts after this resolved returns anything that was fetched before.
   *
   * @param cause why, in a few words for people.
   * @returns `deferred` when Redis could not be reached: it is made good before Redis is read again.
   * @throws {ReadOnlyError}
   */
  async invalidate(scope: FleetScope, cause: string): Promise<{ readonly deferred: boolean }> {
    await this.access.require(`invalidate ${describeScope(scope)}`);
    return this.void(scope, cause);
  }

  /** As {@link invalidate} of a miner whose address is another machine's now; the cache does so on its own account. */
  async noteMoved(miner: Miner): Promise<{ readonly deferred: boolean }> {
    return this.void({ type: 'miner', miner }, 'the address in the inventory changed');
  }

  /**
   * Voids the figures over the whole fleet and over the tenants: machines have joined or left.
   *
   * @returns as {@link invalidate} does.
   */
  async noteMembers(tenants: Iterable<string>): Promise<{ readonly deferred: boolean }> {
    const summaries = [...new Set([...tenants, GLOBAL_TENANT])].map((name) => generationKeys.summary(name));
    const scopes = [...summaries, ...figureGenerations()];
    return this.cache.invalidate({ scopes, cause: 'the inventory changed' });
  }

  /**
   * Voids what the policies say that an event of a miner voids, and the figures over it: the tenant's and the fleet's.
   *
   * @returns as {@link invalidate} does.
   */
  async noteEvent(miner: Miner, event: MinerEvent): Promise<{ readonly deferred: boolean }> {
    return this.cache.invalidate(eventOf(miner, event));
  }

  /** As {@link noteEvent} of a status that the miner has just told: it is the next entry as well. */
  async writeStatus(miner: Miner, status: MinerStatus): Promise<void> {
    await this.reads.write(miner, 'status', { ...eventOf(miner, 'status'), apply: () => Promise.resolve(status) });
  }

  private async validOf(miner: Miner): Promise<readonly WarmTask[]> {
    const inspections = await this.reads.inspectMiner(miner);
    return [...inspections].filter(([, { state }]) => state === 'valid').map(([kind]) => ({ miner, kind }));
  }

  private void(scope: FleetScope, cause: string): Promise<{ readonly deferred: boolean }> {
    const miners = minersInScope(this.inventory.current.miners, scope);
    const known = miners.length > MAX_UNLINKED_MINERS ? [] : miners.flatMap(({ id }) => minerKeys(id));
    const keys = [
      ...known,
      summaryKey(GLOBAL_TENANT),
      FIRMWARE_VERSIONS_KEY,
      POOL_URLS_KEY,
      ...(scope.type === 'fleet' ? [] : miners.map(({ tenant }) => summaryKey(tenant))),
    ];
    return this.cache.invalidate({ scopes: generationsOf(scope, miners), keys: [...new Set(keys)], cause });
  }
}

function eventOf(miner: Miner, event: MinerEvent): Invalidation {
  return { scopes: eventGenerations(miner, event), cause: `miner:${event}:updated` };
}

/** Of what an event of a miner voids, and the figures over it. */
export function eventGenerations(miner: Miner, event: MinerEvent): readonly string[] {
  return [generationKeys.minerEvent(miner.id, event), ...summaryGenerations(miner), ...figureGenerations(event)];
}

function minerKeys(minerId: string): readonly string[] {
  return ALL_KINDS.map((kind) => minerKey(minerId, kind));
}

/** The generations that void the entries of the scope's miners, and the summaries over them. */
function generationsOf(scope: FleetScope, miners: readonly Miner[]): readonly string[] {
  switch (scope.type) {
    case 'fleet':
      return [generationKeys.all];
    case 'tenant':
      return [generationKeys.fleet(scope.tenant), generationKeys.summary(GLOBAL_TENANT), ...figureGenerations()];
    case 'tag':
    case 'miner':
      return [...new Set(miners.flatMap(minerGenerations))];
  }
}

/** Of all that may be cached of a miner, and of the figures over it: what a write to it voids. */
export function minerGenerations(miner: Miner): readonly string[] {
  return [generationKeys.miner(miner.id), ...summaryGenerations(miner), ...figureGenerations()];
}

/** The cascade: a miner's change is one of its tenant's summary, and of the whole fleet's. */
function summaryGenerations({ tenant }: Miner): readonly string[] {
  return [...new Set([tenant, GLOBAL_TENANT])].map((name) => generationKeys.summary(name));
}

/** Of the figures over the whole fleet, those that an event of a miner voids; all of them when anything may have changed. */
function figureGenerations(event?: MinerEvent): readonly string[] {
  const figures = [
    [DEFAULT_POLICIES['firmware:versions'], generationKeys.firmwareVersions],
    [DEFAULT_POLICIES['pool:urls'], generationKeys.poolUrls],
  ] as const;
  return figures
    .filter(([{ invalidateOn }]) => event === undefined || invalidateOn.includes(event))
    .map(([, generation]) => generation);
}

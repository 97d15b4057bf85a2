import type { Clock } from '../base/clock';
import { FleetCacheError } from '../base/errors';
import { decodeCacheEvent } from '../cache/cacheEvents';
import type { CacheService } from '../cache/cacheService';
import type { RecordedEvent } from '../cache/eventHistory';
import { compileGlob } from '../cache/glob';
import type { Inspection } from '../cache/inspector';
import { datasetOf, generationOf, readMinerKey, readScope } from '../cache/keyNames';
import { FIRMWARE_VERSIONS_SCOPES, minerScopes, POOL_URLS_SCOPES, summaryScopes } from '../cache/keys';
import { type Dataset, DEFAULT_POLICIES, type Policies, type Policy } from '../cache/policy';
import { StoreError } from '../cache/store';
import type { StoreEvictions, StoreGauge } from '../cache/storeGauge';
import type { Inventory } from '../fleet/inventory';
import { GLOBAL_TENANT } from '../fleet/miner';
import { judge, type Verdict } from './entryVerdict';
import type { EventLog, LoggedEvent } from './eventLog';

export interface EntryHistoryOptions {
  readonly cache: Pick<CacheService, 'inspect'>;
  readonly events: Pick<EventLog, 'search'>;
  readonly gauge: Pick<StoreGauge, 'evictions'>;
  readonly inventory: Pick<Inventory, 'find'>;
  readonly policies: Policies;
  readonly clock: Clock;
}

/** What is known of how an entry came to be as it is. */
export interface EntryStory {
  readonly key: string;
  readonly dataset: Dataset;
  readonly policy: Policy;
  /** In ms since the epoch. */
  readonly at: number;
  readonly inspection: Inspection;
  /** What voided the entry, what happened to its miner, and where events are missing; the oldest first. */
  readonly events: readonly LoggedEvent[];
  /** `undefined` where the login may not ask. */
  readonly evictions: StoreEvictions | undefined;
  readonly verdict: Verdict;
}

/** The latest events of one entry that are shown. */
const MOST_EVENTS = 200;

/** Finds out why an entry is not there, or not served any more. Changes nothing, and reads no miner. */
export class EntryHistory {
  constructor(private readonly options: EntryHistoryOptions) {}

  /**
   * @throws {FleetCacheError} when the key is no entry's.
   * @throws {StoreError} when Redis cannot be asked.
   * @throws {CancelledError}
   */
  async explain(key: string, signal?: AbortSignal): Promise<EntryStory> {
    const { cache, events, gauge, policies, clock } = this.options;
    const dataset = datasetOf(key);
    if (dataset === undefined) {
      throw new FleetCacheError(`${key} is no entry of the cache, so nothing is known of what became of it.`);
    }
    const scopes = this.scopesOf(key, dataset);
    const [inspection, found, evictions] = await Promise.all([
      cache.inspect({ key, scopes }),
      events.search(concerns(key, scopes), MOST_EVENTS, signal),
      gauge.evictions().catch(ignoreStoreError),
    ]);
    const policy = policies[dataset];
    const at = clock.now();
    const verdict = judge({ inspection, policy, events: found, evictions, now: at });
    return { key, dataset, policy, at, inspection, events: found, evictions, verdict };
  }

  /** The scopes that an entry is read under (`FleetReads`). */
  private scopesOf(key: string, dataset: Dataset): readonly string[] {
    const named = readMinerKey(key);
    if (named !== undefined) {
      const tenant = this.options.inventory.find(named.minerId)?.tenant ?? GLOBAL_TENANT;
      return minerScopes(named.minerId, tenant, DEFAULT_POLICIES[dataset].invalidateOn);
    }
    if (dataset === 'firmware:versions') {
      return FIRMWARE_VERSIONS_SCOPES;
    }
    const summary = readScope(generationOf(key) ?? '');
    return summary?.type === 'summary' ? summaryScopes(summary.tenant) : POOL_URLS_SCOPES;
  }
}

/** Whether an event voided the entry, is one of its miner, or says that events are missing. */
function concerns(key: string, scopes: readonly string[]): (recorded: RecordedEvent, logged: LoggedEvent) => boolean {
  const minerId = readMinerKey(key)?.minerId;
  return ({ text }, logged) => {
    switch (logged.kind) {
      case 'gap':
        return true;
      case 'status':
      case 'config':
        return minerId !== undefined && logged.minerId === minerId;
      case 'invalidated': {
        const { scopes: voided = [], patterns = [] } = decodeCacheEvent(text) ?? {};
        return voided.some((scope) => scopes.includes(scope)) || patterns.some((pattern) => compileGlob(pattern)(key));
      }
      default:
        return false;
    }
  };
}

function ignoreStoreError(error: unknown): undefined {
  if (!(error instanceof StoreError)) {
    throw error;
  }
  return undefined;
}

import type { Clock } from '../base/clock';
import { describeError } from '../base/errors';
import type { Inspection } from '../cache/inspector';
import { type Dataset, DEFAULT_POLICIES } from '../cache/policy';
import { StoreError } from '../cache/store';
import { GLOBAL_TENANT, type Miner } from '../fleet/miner';
import type { MinerKind } from '../fleet/minerData';
import type { EventLog, LoggedEvent } from './eventLog';
import type { FleetMonitor } from './fleetMonitor';
import type { FleetReads } from './fleetReads';
import type { PolicyFigures } from './policyFigures';

/** Data whose age somebody wonders about: one dataset of a miner, or the summary of a tenant (`global`: of all). */
export type StalenessTarget =
  | { readonly type: 'miner'; readonly miner: Miner; readonly kind: MinerKind }
  | { readonly type: 'summary'; readonly tenant: string };

/** Why cached data is as it is. Made without reading the source, and without counting. */
export interface StalenessReport {
  readonly dataset: Dataset;
  /** As `Inspection.state`; `unknown` when Redis cannot be asked. */
  readonly state: Inspection['state'] | 'unknown';
  /** What is stored, if an entry of ours is. */
  readonly entry: Inspection['entry'];
  readonly key: string | undefined;
  readonly sizeBytes: number;
  readonly strategy: PolicyFigures['strategy'];
  readonly ttlS: number;
  /** Seconds after the TTL in which it is still served, labelled as stale, when the source cannot be read. */
  readonly graceS: number;
  /** Events of a miner that void the dataset, besides every write to the miner. */
  readonly voidedBy: readonly string[];
  /** What voided it of late, the newest last. */
  readonly invalidations: readonly LoggedEvent[];
  /** Why the miner could not be read, the newest last: what this instance found, and what was told. */
  readonly sourceErrors: readonly string[];
  /** Why Redis cannot be asked. */
  readonly storeError: string | undefined;
}

export interface StalenessOptions {
  readonly reads: Pick<FleetReads, 'inspect' | 'inspectSummary'>;
  readonly events: Pick<EventLog, 'recent'>;
  readonly monitor: Pick<FleetMonitor, 'view'>;
  readonly clock: Clock;
  policyFigures(): readonly PolicyFigures[];
}

const SEARCHED_EVENTS = 1_000;
const SHOWN_EVENTS = 5;

/** Finds out why data is stale, missing or void. */
export class StalenessExplainer {
  constructor(private readonly options: StalenessOptions) {}

  async explain(target: StalenessTarget): Promise<StalenessReport> {
    const { reads, events, policyFigures } = this.options;
    const dataset: Dataset = target.type === 'miner' ? `miner:${target.kind}` : 'fleet:summary';
    const looked =
      target.type === 'miner' ? reads.inspect(target.miner, target.kind) : reads.inspectSummary(target.tenant);
    const [inspection, recent] = await Promise.all([looked.catch(keepStoreError), events.recent(SEARCHED_EVENTS)]);
    const policy = DEFAULT_POLICIES[dataset];
    const ttlS = policyFigures().find((figures) => figures.dataset === dataset)?.ttlS ?? policy.ttlS;
    const found = inspection instanceof StoreError ? undefined : inspection;
    return {
      dataset,
      state: found?.state ?? 'unknown',
      entry: found?.entry,
      key: found?.key,
      sizeBytes: found?.sizeBytes ?? 0,
      strategy: policy.strategy,
      ttlS,
      graceS: policy.graceS,
      voidedBy: policy.invalidateOn,
      invalidations: recent.filter((event) => concerns(event, target)).slice(-SHOWN_EVENTS),
      sourceErrors: target.type === 'miner' ? this.sourceErrors(target.miner, recent) : [],
      storeError: inspection instanceof StoreError ? describeError(inspection) : undefined,
    };
  }

  private sourceErrors({ id }: Miner, recent: readonly LoggedEvent[]): readonly string[] {
    const told = recent
      .filter(({ kind, minerId, heard }) => kind === 'status' && minerId === id && heard?.state === 'offline')
      .map(({ text }) => text);
    const view = this.options.monitor.view(id);
    return [...new Set([...told, ...(view.type === 'failed' ? [view.reason] : [])])].slice(-SHOWN_EVENTS);
  }
}

/** Whether an event voided data of the target: its own, its tenant's or everybody's. */
function concerns({ kind, minerId, tenant }: LoggedEvent, target: StalenessTarget): boolean {
  if (kind !== 'invalidated') {
    return false;
  }
  const isOfAll = minerId === undefined && tenant === undefined;
  if (target.type === 'miner') {
    return isOfAll || minerId === target.miner.id || (minerId === undefined && tenant === target.miner.tenant);
  }
  // A miner's change is one of its tenant's figures, and of the whole fleet's.
  return isOfAll || target.tenant === GLOBAL_TENANT || tenant === target.tenant;
}

function keepStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) {
    return error;
  }
  throw error;
}

import { describeError } from '../base/errors';
import type { Inspection } from '../cache/inspector';
import { minerKey, summaryKey } from '../cache/keys';
import { type Dataset, DEFAULT_POLICIES } from '../cache/policy';
import { StoreError } from '../cache/store';
import type { Miner } from '../fleet/miner';
import type { MinerKind } from '../fleet/minerData';
import type { EntryHistory } from './entryHistory';
import type { LoggedEvent } from './eventLog';
import type { FleetMonitor } from './fleetMonitor';
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
  readonly key: string;
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
  /** What else may be the reason, each in a sentence for people. */
  readonly doubts: readonly string[];
  /** Why Redis cannot be asked. */
  readonly storeError: string | undefined;
}

export interface StalenessOptions {
  readonly entryHistory: Pick<EntryHistory, 'explain'>;
  readonly monitor: Pick<FleetMonitor, 'view'>;
  policyFigures(): readonly PolicyFigures[];
}

const SHOWN_EVENTS = 5;

/** Finds out why data is stale, missing or void: the entry's history, and what is known of the miner and the policy besides. */
export class StalenessExplainer {
  constructor(private readonly options: StalenessOptions) {}

  async explain(target: StalenessTarget): Promise<StalenessReport> {
    const { entryHistory, policyFigures } = this.options;
    const dataset: Dataset = target.type === 'miner' ? `miner:${target.kind}` : 'fleet:summary';
    const key = target.type === 'miner' ? minerKey(target.miner.id, target.kind) : summaryKey(target.tenant);
    const found = await entryHistory.explain(key).catch(keepStoreError);
    const story = found instanceof StoreError ? undefined : found;
    const policy = DEFAULT_POLICIES[dataset];
    const ttlS = policyFigures().find((figures) => figures.dataset === dataset)?.ttlS ?? policy.ttlS;
    const events = story?.events ?? [];
    return {
      dataset,
      state: story?.inspection.state ?? 'unknown',
      entry: story?.inspection.entry,
      key,
      sizeBytes: story?.inspection.sizeBytes ?? 0,
      strategy: policy.strategy,
      ttlS,
      graceS: policy.graceS,
      voidedBy: policy.invalidateOn,
      invalidations: events.filter(({ kind }) => kind === 'invalidated').slice(-SHOWN_EVENTS),
      sourceErrors: target.type === 'miner' ? this.sourceErrors(target.miner, events) : [],
      doubts: story?.verdict.doubts ?? [],
      storeError: found instanceof StoreError ? describeError(found) : undefined,
    };
  }

  private sourceErrors({ id }: Miner, events: readonly LoggedEvent[]): readonly string[] {
    const told = events.filter(({ heard }) => heard?.state === 'offline').map(({ text }) => text);
    const view = this.options.monitor.view(id);
    return [...new Set([...told, ...(view.type === 'failed' ? [view.reason] : [])])].slice(-SHOWN_EVENTS);
  }
}

function keepStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) {
    return error;
  }
  throw error;
}

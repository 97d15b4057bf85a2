import { Emitter, type Event } from '../base/emitter';
import { describeError } from '../base/errors';
import { type Disposable, DisposableStore } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import { type InvalidationEvent, MOST_TOLD_SCOPES } from '../cache/cacheEvents';
import type { CacheService } from '../cache/cacheService';
import type { EventBus } from '../cache/eventBus';
import { type NamedScope, readScope } from '../cache/keyNames';
import { MINER_KINDS, type MinerKind } from '../fleet/minerData';
import { kindsVoidedBy } from './fleetReads';

/** What is not known any more, whoever voided it, and has to be read anew. */
export type VoidedData =
  | { readonly type: 'everything' }
  /** All of a tenant's miners, and the figures over them. */
  | { readonly type: 'tenant'; readonly tenant: string }
  | { readonly type: 'miner'; readonly minerId: string; readonly kinds: readonly MinerKind[] }
  /** The figures over a tenant's miners; over all miners where the tenant is `global`. */
  | { readonly type: 'summary'; readonly tenant: string };

export interface VoidedDataOptions {
  readonly cache: Pick<CacheService, 'onDidChange'>;
  readonly bus: Pick<EventBus, 'onDidMiss'>;
  readonly logger: Logger;
}

/** Tells who keeps data what of it is void, through this instance or another. */
export class VoidedDataFeed implements Disposable {
  private readonly voided: Emitter<readonly VoidedData[]>;
  private readonly disposables = new DisposableStore();

  /** After a time in which nobody could tell, everything is. */
  readonly onDidVoid: Event<readonly VoidedData[]>;

  constructor({ cache, bus, logger }: VoidedDataOptions) {
    this.voided = new Emitter((error) => logger.error(`A listener to voided data failed: ${describeError(error)}`));
    this.onDidVoid = this.voided.event;
    this.disposables.add(this.voided);
    this.disposables.add(bus.onDidMiss(() => this.voided.fire([{ type: 'everything' }])));
    this.disposables.add(
      cache.onDidChange((change) => {
        if (change.type === 'invalidated') {
          this.tell(change);
        }
      }),
    );
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private tell({ scopes, patterns }: InvalidationEvent): void {
    // Of so many, another instance does not tell all; and what a pattern matched, nobody wrote down.
    const voided: readonly VoidedData[] =
      scopes.length >= MOST_TOLD_SCOPES || patterns !== undefined
        ? [{ type: 'everything' }]
        : scopes.flatMap((scope) => dataOf(readScope(scope)));
    if (voided.length > 0) {
      this.voided.fire(voided);
    }
  }
}

function dataOf(scope: NamedScope | undefined): readonly VoidedData[] {
  switch (scope?.type) {
    case 'all':
      return [{ type: 'everything' }];
    case 'tenant':
    case 'summary':
      return [{ type: scope.type, tenant: scope.tenant }];
    case 'miner': {
      const { minerId, event } = scope;
      return [{ type: 'miner', minerId, kinds: event === undefined ? MINER_KINDS : kindsVoidedBy(event) }];
    }
    default:
      return [];
  }
}

import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { CacheService } from '../cache/cacheService';
import type { Inventory } from '../fleet/inventory';
import type { Miner } from '../fleet/miner';
import type { MinerSource, SourceError } from '../fleet/minerSource';
import type { FleetReads } from './fleetReads';
import type { InstanceRegistry } from './instanceRegistry';
import { hashText, memberOf, ownerOf } from './rendezvous';
import type { StatusEvents } from './statusEvents';
import { StatusStreams } from './statusStreams';
import { digestOf, makeOffer } from './watchOffer';

export interface FleetWatcherOptions {
  readonly source: MinerSource;
  readonly inventory: Inventory;
  readonly instances: InstanceRegistry;
  readonly events: StatusEvents;
  readonly reads: FleetReads;
  readonly cache: CacheService;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Resolves when what somebody waits for has been read: the first streams are opened only then. Never fails. */
  firstReading(): Promise<void>;
}

/**
 * So long after the start a view has begun to read, if there is one, in ms. A window that comes up would otherwise connect to all
 * of its miners twice at the same time, for the view and for the streams.
 */
const START_PAUSE_MS = 1_000;

/** Streams of one instance. What it leaves, nobody watches; views and caches read it as if nobody watched anything. */
const MOST_WATCHED = 10_000;

/** A miner with what its owner is reckoned from. */
interface Watchable {
  readonly miner: Miner;
  readonly digest: string;
  readonly hash: number;
}

/**
 * Watches this instance's share of the fleet: all instances that list a miner agree on the one that follows its status stream.
 *
 * While nobody knows who the others are (Redis is away), an instance keeps the miners that it watches, and takes no others: what
 * it cannot be told of, another may be watching, and each miner would get a stream from every instance.
 */
export class FleetWatcher implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly streams: StatusStreams;
  private watchable: readonly Watchable[] = [];
  /** Miners that refused the login, by the key of their status. */
  private readonly refused = new Map<string, string>();
  private share: ReadonlyMap<string, Miner> = new Map();
  private isLeavingSome = false;
  private hasBegun = false;

  constructor(private readonly options: FleetWatcherOptions) {
    const { source, inventory, instances, events, cache, clock } = options;
    this.streams = this.disposables.add(
      new StatusStreams({
        source,
        clock,
        onStatus: (miner, status) => events.noteStatus(miner, status),
        onLost: (miner, error) => this.noteLost(miner, error),
      }),
    );
    this.disposables.add(inventory.onDidChange(() => this.followInventory()));
    this.disposables.add(instances.onDidChange(() => this.reshare()));
    this.disposables.add(
      cache.onDidChange((change) => {
        if (change.type === 'fill') {
          this.retryRefused(change.key);
        }
      }),
    );
    this.disposables.add(clock.setTimeout(() => void this.begin(), START_PAUSE_MS));
  }

  /** Miners that this instance watches. */
  get watched(): ReadonlySet<string> {
    return new Set(this.share.keys());
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private async begin(): Promise<void> {
    await this.options.firstReading();
    this.hasBegun = true;
    // Only now do the others leave it its share.
    this.followInventory();
  }

  private followInventory(): void {
    if (!this.hasBegun) {
      return;
    }
    const { inventory, instances } = this.options;
    const { miners } = inventory.current;
    this.watchable = miners.map((miner) => ({ miner, digest: digestOf(miner.id), hash: hashText(miner.id) }));
    instances.setOffer(makeOffer(miners.map(({ id }) => id)));
    this.reshare();
  }

  private reshare(): void {
    const { instances, events, reads, logger } = this.options;
    const share = this.ownShare();
    const former = this.share;
    this.share = share;
    this.streams.set(share);
    instances.watched = share.size;
    for (const id of former.keys()) {
      if (!share.has(id)) {
        events.forget(id);
        this.refused.delete(reads.keyOf(id, 'status'));
      }
    }
    if (share.size !== former.size) {
      logger.debug(`Watching ${share.size} of ${this.watchable.length} miners.`);
    }
  }

  private ownShare(): ReadonlyMap<string, Miner> {
    const { watchers, id: self } = this.options.instances;
    if (watchers === undefined) {
      const kept = this.watchable.filter(({ miner }) => this.share.has(miner.id));
      return new Map(kept.map(({ miner }) => [miner.id, miner]));
    }
    const members = [...watchers].map(([id, digests]) => ({ ...memberOf(id), digests }));
    const isOwn = ({ digest, hash }: Watchable) => {
      // The others may not have heard yet of what this instance lists.
      const listing = members.filter(({ id, digests }) => id === self || digests.has(digest));
      return ownerOf(hash, listing)?.id === self;
    };
    const own = this.watchable.filter(isOwn);
    this.noteLimit(own.length);
    return new Map(own.slice(0, MOST_WATCHED).map(({ miner }) => [miner.id, miner]));
  }

  private noteLimit(count: number): void {
    const isLeavingSome = count > MOST_WATCHED;
    if (isLeavingSome && !this.isLeavingSome) {
      this.options.logger.warn(
        `${count - MOST_WATCHED} miners are not watched: one instance follows at most ${MOST_WATCHED}. Run another one, such as server.js with --watch.`,
      );
    }
    this.isLeavingSome = isLeavingSome;
  }

  private noteLost(miner: Miner, error: SourceError): void {
    if (error.failure === 'login-refused') {
      this.refused.set(this.options.reads.keyOf(miner.id, 'status'), miner.id);
    }
    this.options.events.noteLost(miner, error);
  }

  /** A miner that refused the login has just been read: there is a login that it takes. */
  private retryRefused(key: string): void {
    const minerId = this.refused.get(key);
    if (minerId !== undefined) {
      this.refused.delete(key);
      this.streams.reopen(minerId);
    }
  }
}

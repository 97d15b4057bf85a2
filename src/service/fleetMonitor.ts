import type { Clock } from '../base/clock';
import { Emitter } from '../base/emitter';
import { CancelledError, describeError } from '../base/errors';
import { type Disposable, DisposableStore } from '../base/lifecycle';
import type { Reading, ReadOptions } from '../cache/reading';
import type { Inventory } from '../fleet/inventory';
import type { Miner } from '../fleet/miner';
import type { MinerStats, MinerStatus } from '../fleet/minerData';
import { type MinerSource, SourceError, type SourceFailure } from '../fleet/minerSource';
import type { FleetReads } from './fleetReads';
import type { Result } from './summaries';

/** What is known of one machine now. A machine that failed has no figures: never the last ones, never zeros. */
export type MinerView =
  | { readonly type: 'unread' }
  | { readonly type: 'online'; readonly status: Reading<MinerStatus>; readonly stats: Reading<MinerStats> | undefined }
  | { readonly type: 'failed'; readonly failure: SourceFailure | 'other'; readonly reason: string };

export interface RefreshOptions extends Pick<ReadOptions, 'background' | 'refresh' | 'signal'> {
  onProgress?(done: number, total: number): void;
}

/** Of reads, two for each miner. */
const CONCURRENCY = 128;

/**
 * Changes are told together, and at once when a refresh has ended: a fleet that comes in repaints a view a few times, and not
 * so often that the repainting takes the time that the reading needs. When a refresh seems to end within the same time, its end
 * is waited for, once: VS Code holds back a change that comes soon after another.
 */
const NOTIFY_DELAY_MS = 400;

/** A refresh that runs. */
interface Progress {
  /** `Clock.monotonic`. */
  readonly startedAt: number;
  readonly total: number;
  done: number;
}

/** Which refresh something was learned in: later ones have greater numbers. */
interface Round {
  readonly number: number;
  /** In ms since the epoch. */
  readonly begunAt: number;
}

interface Known {
  readonly view: MinerView;
  readonly round: Round;
}

const UNREAD: MinerView = { type: 'unread' };

/** Keeps what was last read of each machine, for views. It reads only when it is asked to. */
export class FleetMonitor implements Disposable {
  private readonly known = new Map<string, Known>();
  private readonly changed = new Set<string>();
  private readonly changes = new Emitter<ReadonlySet<string>>();
  private readonly disposables = new DisposableStore();
  private notification: Disposable | undefined;
  private readonly running = new Set<Promise<void>>();
  private progress: Progress | undefined;
  private rounds = 0;

  /** Ids of machines whose view changed. */
  readonly onDidChange = this.changes.event;

  constructor(
    private readonly reads: FleetReads,
    private readonly source: MinerSource,
    private readonly inventory: Inventory,
    private readonly clock: Clock,
  ) {
    this.disposables.add(this.changes);
    this.disposables.add(inventory.onDidChange(() => this.forgetRemoved()));
  }

  view(minerId: string): MinerView {
    return this.known.get(minerId)?.view ?? UNREAD;
  }

  /**
   * Reads status and stats of the miners through the cache. With `refresh`, past the cache, and with another try where
   * the login was refused or the miner is left alone because it did not answer. Failures become views; only a cancelled signal ends it early.
   */
  async refresh(miners: readonly Miner[], options: RefreshOptions = {}): Promise<void> {
    if (options.refresh) {
      for (const miner of miners) {
        this.source.retryNow(miner);
      }
    }
    const progress = { startedAt: this.clock.monotonic(), total: miners.length, done: 0 };
    this.progress = progress;
    const round = { number: ++this.rounds, begunAt: this.clock.now() };
    const reading = this.reads
      .statusAndStats(miners, CONCURRENCY, options, (miner, status, stats) => {
        this.note(round, miner, status, stats);
        if (stats !== undefined) {
          progress.done++;
          options.onProgress?.(progress.done, progress.total);
        }
      })
      .catch(ignoreCancellation);
    this.running.add(reading);
    try {
      await reading;
    } finally {
      this.running.delete(reading);
    }
    this.notify();
  }

  /** Resolves when the refreshes that run now have ended, at the latest after `maxMs` milliseconds. */
  async refreshed(maxMs: number): Promise<void> {
    let timer: Disposable | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = this.clock.setTimeout(resolve, maxMs);
    });
    await Promise.race([Promise.allSettled(this.running), timeout]);
    timer?.dispose();
  }

  dispose(): void {
    this.notification?.dispose();
    this.disposables.dispose();
  }

  private note(round: Round, miner: Miner, status: Result<'status'>, stats: Result<'stats'> | undefined): void {
    const failure = status.status === 'rejected' ? status.reason : status.value.failure;
    if ([failure, stats?.status === 'rejected' && stats.reason].some((error) => error instanceof CancelledError)) {
      return;
    }
    if (stats === undefined && this.view(miner.id).type === 'online') {
      // Its figures are on the way: they are not taken from the view for so short a time.
      return;
    }
    if (status.status === 'fulfilled' && status.value.origin !== 'stale') {
      const figures = stats?.status === 'fulfilled' && stats.value.fresh ? stats.value : undefined;
      this.set(round, miner, { type: 'online', status: status.value, stats: figures });
    } else {
      const kind = failure instanceof SourceError ? failure.failure : 'other';
      this.set(round, miner, { type: 'failed', failure: kind, reason: describeError(failure) });
    }
  }

  private set(round: Round, miner: Miner, view: MinerView): void {
    // The inventory may have changed while the miner was read.
    if (this.disposables.isDisposed || this.inventory.find(miner.id) === undefined) {
      return;
    }
    const former = this.known.get(miner.id);
    const next = { view, round };
    if (former !== undefined && isOvertaken(next, former)) {
      return;
    }
    this.known.set(miner.id, next);
    if (isSame(former?.view, view)) {
      return;
    }
    this.changed.add(miner.id);
    this.notification ??= this.clock.setTimeout(() => this.notifySoon(), NOTIFY_DELAY_MS);
  }

  private notifySoon(): void {
    if (this.isAboutToEnd()) {
      this.notification = this.clock.setTimeout(() => this.notify(), NOTIFY_DELAY_MS);
    } else {
      this.notify();
    }
  }

  /** Whether the refresh that runs will have ended before the next notification, if the rest goes as what was done. */
  private isAboutToEnd(): boolean {
    if (this.progress === undefined || this.progress.done === 0) {
      return false;
    }
    const { startedAt, done, total } = this.progress;
    const left = ((this.clock.monotonic() - startedAt) / done) * (total - done);
    return left > 0 && left < NOTIFY_DELAY_MS;
  }

  private notify(): void {
    this.notification?.dispose();
    this.notification = undefined;
    if (this.changed.size > 0) {
      const changed = new Set(this.changed);
      this.changed.clear();
      this.changes.fire(changed);
    }
  }

  private forgetRemoved(): void {
    for (const minerId of this.known.keys()) {
      if (this.inventory.find(minerId) === undefined) {
        this.known.delete(minerId);
      }
    }
  }
}

/**
 * Whether a later refresh, such as one after an event, brought `known` before an earlier one brought `next`: what was read first may
 * come last, as a miner answers slowly.
 */
function isOvertaken(next: Known, known: Known): boolean {
  return next.round.number < known.round.number && asOf(next) < asOf(known);
}

/** From when on it may be true, in ms since the epoch. */
function asOf({ view, round }: Known): number {
  return view.type === 'online' ? view.status.fetchedAt : round.begunAt;
}

/** Whether a view shows the same: the same fetches, or the same failure. */
function isSame(former: MinerView | undefined, view: MinerView): boolean {
  if (former?.type === 'online' && view.type === 'online') {
    const isSameStatus =
      former.status.fetchedAt === view.status.fetchedAt && former.status.origin === view.status.origin;
    return isSameStatus && former.stats?.fetchedAt === view.stats?.fetchedAt;
  }
  return former?.type === 'failed' && view.type === 'failed' && former.reason === view.reason;
}

function ignoreCancellation(error: unknown): void {
  if (!(error instanceof CancelledError)) {
    throw error;
  }
}

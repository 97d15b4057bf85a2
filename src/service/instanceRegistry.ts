import type { Clock } from '../base/clock';
import { Emitter } from '../base/emitter';
import { describeError } from '../base/errors';
import { type Disposable, DisposableStore } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { InstanceDirectory, InstanceRecord, InstanceSighting, Offer, Roll } from '../cache/instanceDirectory';
import type { InstanceFigures } from '../cache/instanceFigures';
import { StoreError } from '../cache/store';
import { NO_OFFER, readOffer } from './watchOffer';

export interface InstanceRegistryOptions {
  readonly directory: InstanceDirectory;
  readonly self: Omit<InstanceRecord, 'watched' | 'figures'>;
  /** Of this instance's lookups, for the others to sum up. */
  figures(): InstanceFigures;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The instances that are alive and watch miners, this one among them, with the digests of the miners that each could watch. */
export type Watchers = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * From the beginning of one to the next. Four heartbeats may be lost before an instance counts as dead (`RedisInstances`): of one
 * that was killed, the others know after 5.5 s at the latest.
 */
const BEAT_MS = 1_000;
/** From one telling of figures to the next. */
const FIGURES_EVERY_MS = 5_000;
/** After a heartbeat that failed. */
const RETRY_MS = 500;
/**
 * So long after the last heartbeat that was heard what is known still holds: a server that is slow for a moment has not lost
 * anybody, and nobody has given this instance up yet.
 */
const KNOWN_MS = 3_500;
/** After the first heartbeat, to the second: instances that start together find each other before they act. */
const START_SETTLE_MS = BEAT_MS / 2;
/** After Redis was away, or lost the roll: the others come back within their back-off and a heartbeat. */
const LOSS_SETTLE_MS = 5_000;

/** Tells the other instances that this one is alive, and knows who they are. */
export class InstanceRegistry implements Disposable {
  private readonly changes: Emitter<Watchers | undefined>;
  private readonly disposables = new DisposableStore();
  /** By instance; kept while it is on the roll. */
  private readonly offers = new Map<string, { readonly fingerprint: string; readonly digests: ReadonlySet<string> }>();
  private offer: Offer = NO_OFFER;
  private current: Watchers | undefined;
  /** When what the roll says may be relied upon (`Clock.monotonic`). */
  private settledAt = 0;
  /** When figures were told last (`Clock.monotonic`), if those who have the directory may still have them. */
  private figuresToldAt: number | undefined;
  /** When the last heartbeat was heard, if one was. */
  private heardAt: number | undefined;
  /** Whether a heartbeat failed since then; else it was this process that was slow, and the others are on the roll. */
  private hasFailed = false;
  private beating: Promise<void> = Promise.resolve();
  private timer: Disposable | undefined;

  /** Miners that this instance watches, for the others to see. */
  watched = 0;

  /** Fired when {@link watchers} changes. */
  readonly onDidChange;

  constructor(private readonly options: InstanceRegistryOptions) {
    this.changes = new Emitter((error) =>
      options.logger.error(`A listener to the instances failed: ${describeError(error)}`),
    );
    this.onDidChange = this.changes.event;
    this.disposables.add(this.changes);
  }

  get id(): string {
    return this.options.self.id;
  }

  /** Who shares the miners; `undefined` while nobody knows: Redis is away, or has been back for too short a time. */
  get watchers(): Watchers | undefined {
    return this.current;
  }

  /** Begins to give heartbeats. */
  start(): void {
    this.beat();
  }

  /** Tells, with the next heartbeat, what this instance could watch. */
  setOffer(offer: Offer): void {
    this.offer = offer;
  }

  /** All instances that are alive. @throws {StoreError} */
  list(): Promise<readonly InstanceRecord[]> {
    return this.options.directory.list();
  }

  /** As {@link list}, with those that fell silent within the last minute. @throws {StoreError} */
  sightings(): Promise<readonly InstanceSighting[]> {
    return this.options.directory.sightings();
  }

  /** Ends the heartbeats and takes leave. Resolves when the others can know, or when Redis did not answer. */
  async leave(): Promise<void> {
    this.dispose();
    await this.beating;
    await this.options.directory.remove(this.id).catch((error: unknown) => this.logFailure(error));
  }

  /** Ends the heartbeats without a farewell. */
  dispose(): void {
    this.timer?.dispose();
    this.disposables.dispose();
  }

  private beat(): void {
    const { clock } = this.options;
    const startedAt = clock.monotonic();
    this.beating = this.beatOnce()
      .catch((error: unknown) => {
        this.options.logger.error(`A heartbeat failed: ${describeError(error)}`);
        return false;
      })
      .then((wasHeard) => {
        if (!this.disposables.isDisposed) {
          const pauseMs = wasHeard ? Math.max(0, BEAT_MS - (clock.monotonic() - startedAt)) : RETRY_MS;
          this.timer = clock.setTimeout(() => this.beat(), pauseMs);
        }
      });
  }

  private async beatOnce(): Promise<boolean> {
    const { directory, self, clock, figures } = this.options;
    try {
      const { offer } = this;
      const now = clock.monotonic();
      const areDue = this.figuresToldAt === undefined || now - this.figuresToldAt >= FIGURES_EVERY_MS;
      const record = { ...self, watched: this.watched, ...(areDue ? { figures: figures() } : {}) };
      const roll = await directory.beat(record, offer);
      if (areDue) {
        this.figuresToldAt = now;
      } else if (!roll.wasKnown) {
        this.figuresToldAt = undefined;
      }
      // What this instance offers it knows best: its record may be on a master that is away.
      const live = new Map(roll.live).set(self.id, offer.fingerprint);
      await this.readOffers(live);
      this.take(live, roll.wasKnown);
      return true;
    } catch (error) {
      this.logFailure(error);
      this.hasFailed = true;
      if (!this.isRecent()) {
        this.change(undefined);
      }
      return false;
    }
  }

  /** Reads the offers that are new. One that cannot be read for now stays as it was. */
  private async readOffers(live: Roll['live']): Promise<void> {
    for (const id of this.offers.keys()) {
      if (!live.has(id)) {
        this.offers.delete(id);
      }
    }
    const isNew = ([id, fingerprint]: [string, string | undefined]) =>
      fingerprint !== undefined && fingerprint !== this.offers.get(id)?.fingerprint;
    await Promise.all([...live].filter(isNew).map(([id, fingerprint]) => this.readOffer(id, fingerprint as string)));
  }

  private async readOffer(id: string, fingerprint: string): Promise<void> {
    const twin = [...this.offers.values()].find((each) => each.fingerprint === fingerprint);
    if (twin !== undefined) {
      this.offers.set(id, twin);
      return;
    }
    const offer =
      fingerprint === '' ? NO_OFFER : id === this.id ? this.offer : await this.options.directory.offerOf(id);
    // It may have been replaced meanwhile, and is read with the next heartbeat then.
    if (offer?.fingerprint === fingerprint) {
      this.offers.set(id, { fingerprint, digests: readOffer(offer) });
    }
  }

  /**
   * Believes the roll once it is whole. When Redis comes back without its data, or with a replica's:
   *
   * 1. A and B watch half of the miners each;
   * 2. Redis comes back, and A is the first to give a heartbeat;
   * 3. the roll names nobody but A, which would take B's half as well;
   * 4. B comes back a moment later.
   */
  private take(live: Roll['live'], wasKnown: boolean): void {
    const now = this.options.clock.monotonic();
    if (this.heardAt === undefined) {
      this.settledAt = now + START_SETTLE_MS;
    } else if (!wasKnown || (this.hasFailed && !this.isRecent())) {
      this.settledAt = now + LOSS_SETTLE_MS;
    }
    this.heardAt = now;
    this.hasFailed = false;
    if (now < this.settledAt) {
      this.change(undefined);
      return;
    }
    const watching = [...live.keys()].flatMap((id) => {
      const digests = this.offers.get(id)?.digests;
      return digests === undefined || digests.size === 0 ? [] : [[id, digests] as const];
    });
    this.change(new Map(watching));
  }

  /** Whether what was heard last still holds. */
  private isRecent(): boolean {
    return this.heardAt !== undefined && this.options.clock.monotonic() - this.heardAt <= KNOWN_MS;
  }

  private change(watchers: Watchers | undefined): void {
    if (!this.disposables.isDisposed && !isSame(this.current, watchers)) {
      this.current = watchers;
      this.changes.fire(watchers);
    }
  }

  private logFailure(error: unknown): void {
    if (!(error instanceof StoreError)) {
      throw error;
    }
    // The store reports its own health.
    this.options.logger.debug(`The other instances cannot be seen: ${error.message}`);
  }
}

function isSame(a: Watchers | undefined, b: Watchers | undefined): boolean {
  if (a === undefined || b === undefined) {
    return a === b;
  }
  return a.size === b.size && [...a].every(([id, digests]) => b.get(id) === digests);
}

import { type Disposable, DisposableStore } from '../base/lifecycle';
import { GLOBAL_TENANT, type Miner } from '../fleet/miner';
import type { VoidedData } from '../service/voidedData';
import { FollowedDatum } from './followedDatum';
import { GATHER_MS, MAX_SUBSCRIPTIONS } from './limits';
import { parseUri, type ResourceAddress } from './resources/addresses';
import { findMiner, requireMiner, requireTenant } from './resources/content';
import type { ServerContext } from './serverContext';

/** One resource that a client follows. */
interface Subscription {
  readonly address: ResourceAddress;
  /** For data that has a source, which may change without anybody telling. */
  readonly datum: FollowedDatum | undefined;
}

/** The client follows as many resources as one may. */
export class TooManySubscriptionsError extends Error {}

/**
 * What one client follows. Nothing is asked for, and no event is followed, on behalf of a client that follows nothing.
 *
 * An update is told when an event voids the data, whoever caused it; and when the data, read again at the end of its TTL, is
 * other data: of a miner that no instance watches nobody tells.
 */
export class Subscriptions implements Disposable {
  private readonly byUri = new Map<string, Subscription>();
  private readonly changed = new Set<string>();
  private readonly disposables = new DisposableStore();
  /** What belongs to the time in which anything is followed. */
  private following: DisposableStore | undefined;
  private eventsFollowed: Disposable | undefined;
  private timer: Disposable | undefined;

  /** @param tell called with each URI whose content is another one now. */
  constructor(
    private readonly context: ServerContext,
    private readonly tell: (uri: string) => void,
  ) {}

  get size(): number {
    return this.byUri.size;
  }

  /**
   * Follows a resource. Twice the same is once.
   *
   * @throws {TooManySubscriptionsError} @throws {McpError} when there is no such miner or tenant.
   * @returns whether the URI names one of our resources.
   */
  subscribe(uri: string): boolean {
    const address = parseUri(uri);
    if (address === undefined) {
      return false;
    }
    if (this.disposables.isDisposed || this.byUri.has(uri)) {
      return true;
    }
    if (this.byUri.size >= MAX_SUBSCRIPTIONS) {
      throw new TooManySubscriptionsError(
        `This client follows ${MAX_SUBSCRIPTIONS} resources already. Unsubscribe from some, or follow a summary instead.`,
      );
    }
    const datum = this.follow(uri, address);
    this.byUri.set(uri, { address, datum });
    this.begin();
    return true;
  }

  unsubscribe(uri: string): void {
    this.byUri.get(uri)?.datum?.dispose();
    this.byUri.delete(uri);
    this.changed.delete(uri);
    if (this.byUri.size === 0) {
      this.end();
    } else if (!this.followsEvents()) {
      this.unfollowEvents();
    }
  }

  dispose(): void {
    for (const uri of [...this.byUri.keys()]) {
      this.unsubscribe(uri);
    }
    this.disposables.dispose();
  }

  private follow(uri: string, address: ResourceAddress): FollowedDatum | undefined {
    const { clock, services } = this.context;
    const { inventory, reads } = services;
    const note = () => this.note(uri);
    if (address.type === 'miner') {
      const { minerId, kind } = address;
      requireMiner(inventory, minerId);
      return new FollowedDatum(clock, note, async (signal) => {
        const miner = findMiner(inventory, minerId);
        return miner && reads.miner(miner, kind, { background: true, signal });
      });
    }
    if (address.type === 'summary') {
      const tenant = requireTenant(inventory, address.tenant);
      return new FollowedDatum(clock, note, (signal) => reads.summary(tenant, { background: true, signal }));
    }
    if (address.type === 'miner-events') {
      requireMiner(inventory, address.minerId);
    }
    return undefined;
  }

  private begin(): void {
    if (this.following === undefined) {
      const { voidedData, history, instances, audit } = this.context.services;
      this.following = this.disposables.add(new DisposableStore());
      this.following.add(voidedData.onDidVoid((voided) => this.noteVoided(voided)));
      this.following.add(instances.onDidChange(() => this.notePart('instances')));
      this.following.add(audit.onDidAdd(() => this.notePart('audit')));
      this.following.add(history.onDidSample(() => this.noteSample()));
    }
    if (this.eventsFollowed === undefined && this.followsEvents()) {
      const { events } = this.context.services;
      const store = this.disposables.add(new DisposableStore());
      store.add(events.follow());
      store.add(events.onDidLog((logged) => this.noteEvents(new Set(logged.map(({ minerId }) => minerId)))));
      this.eventsFollowed = store;
    }
  }

  private end(): void {
    if (this.following !== undefined) {
      this.disposables.release(this.following);
      this.following = undefined;
    }
    this.unfollowEvents();
    this.timer?.dispose();
    this.timer = undefined;
  }

  private unfollowEvents(): void {
    if (this.eventsFollowed !== undefined) {
      this.disposables.release(this.eventsFollowed);
      this.eventsFollowed = undefined;
    }
  }

  private followsEvents(): boolean {
    return [...this.byUri.values()].some(({ address }) => address.type === 'miner-events');
  }

  private noteVoided(voided: readonly VoidedData[]): void {
    const { inventory } = this.context.services;
    for (const [uri, { address, datum }] of this.byUri) {
      if (datum !== undefined && voided.some((each) => isVoided(address, each, (id) => findMiner(inventory, id)))) {
        this.note(uri);
        datum.noteVoid();
      }
    }
  }

  private noteEvents(minerIds: ReadonlySet<string | undefined>): void {
    const { inventory } = this.context.services;
    for (const [uri, { address }] of this.byUri) {
      if (address.type === 'miner-events' && minerIds.has(findMiner(inventory, address.minerId)?.id)) {
        this.note(uri);
      }
    }
  }

  private noteSample(): void {
    this.notePart('stats');
    this.notePart('policies');
  }

  private notePart(part: (ResourceAddress & { type: 'cache' })['part']): void {
    for (const [uri, { address }] of this.byUri) {
      if (address.type === 'cache' && address.part === part) {
        this.note(uri);
      }
    }
  }

  /** What changes at once is told once for each resource. */
  private note(uri: string): void {
    this.changed.add(uri);
    this.timer ??= this.context.clock.setTimeout(() => {
      this.timer = undefined;
      const uris = [...this.changed];
      this.changed.clear();
      for (const each of uris) {
        this.tell(each);
      }
    }, GATHER_MS);
  }
}

function isVoided(address: ResourceAddress, voided: VoidedData, find: (minerId: string) => Miner | undefined): boolean {
  if (voided.type === 'everything') {
    return true;
  }
  if (address.type === 'summary') {
    return voided.type !== 'miner' && voided.tenant === address.tenant;
  }
  if (address.type !== 'miner') {
    return false;
  }
  const miner = find(address.minerId);
  return voided.type === 'miner'
    ? voided.minerId === miner?.id && voided.kinds.includes(address.kind)
    : voided.type === 'tenant' && (voided.tenant === miner?.tenant || voided.tenant === GLOBAL_TENANT);
}

import type { Clock } from '../../base/clock';
import { Emitter, type Event } from '../../base/emitter';
import { describeError } from '../../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../../base/lifecycle';
import type { Logger } from '../../base/logger';
import type { Miner } from '../../fleet/miner';
import type { MinerState } from '../../fleet/minerData';
import type { DashboardLayout, Head, MinerCell, PolicyRow, Rest, Sample, Snapshot } from '../../protocol/dashboard';
import type { LoggedEvent } from '../../service/eventLog';
import type { FleetServices } from '../../service/fleetServices';
import type { SessionState } from '../fleetSession';
import { availabilityOf } from './availability';
import { EMPTY_HEAD, makeHead, type Overview } from './head';
import { type HeardOf, HeardStates } from './heardStates';
import { policyRowOf } from './policyRow';
import { compareIds, RecentEvents } from './recentEvents';
import { cellOf, eventRowOf, onlineStateOf, sampleOf } from './rows';
import { columnsOfSamples } from './sampleColumns';
import { TemperatureRounds } from './temperatureRounds';

/** Something that a page which shows the dashboard has to be told. */
export type DashboardChange =
  /** All of it: another fleet, or none. */
  | { readonly type: 'everything' }
  /** Events of before, which come late: a page would take them for news, and only a whole list has a place for them. */
  | { readonly type: 'past' }
  | { readonly type: 'head' }
  | { readonly type: 'policies' }
  | { readonly type: 'sample'; readonly sample: Sample }
  /** Miners that are shown otherwise, new, or gone. */
  | { readonly type: 'miners'; readonly ids: Iterable<string> }
  /** New ones, the oldest first, with what they tell of miners. */
  | ({ readonly type: 'events'; readonly events: readonly LoggedEvent[] } & HeardOf);

export interface DashboardSourceOptions {
  readonly session: { readonly state: SessionState; readonly onDidChange: Event<unknown> };
  /** Has the fleet read for as long as somebody looks; see `LiveFleet`. */
  readonly liveFleet: { look(): Disposable };
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Events that are kept, and shown first. */
export const EVENTS = 500;

const HEAD_MS = 1_000;
/** Between two questions to Redis, which are the same for all pages. */
const OVERVIEW_MS = 5_000;
/** The longest that the first snapshot waits for what Redis knows. */
const HYDRATION_MS = 500;

/** Clocks of machines differ by less, in ms. */
const LATE_MS = 5_000;

/** What runs while somebody looks at a running fleet. */
interface Following extends Disposable {
  readonly services: FleetServices;
  /** Resolves when there is all that the first snapshot should have, or it has been waited for long enough. */
  readonly hydrated: Promise<void>;
}

/**
 * What the dashboard shows, for all of its pages. While nobody looks, it listens to nothing but the session, and asks nobody
 * anything.
 */
export class DashboardSource implements Disposable {
  private readonly changes: Emitter<DashboardChange>;
  private readonly disposables = new DisposableStore();
  private readonly events = new RecentEvents<LoggedEvent>(EVENTS);
  private readonly heard = new HeardStates();
  /** By id, the tenants of the miners that pages know. */
  private tenants = new Map<string, string>();
  private following: Following | undefined;
  private readonly viewers: Record<DashboardLayout, number> = { panel: 0, compact: 0 };
  private temperatureRounds: TemperatureRounds | undefined;
  /** Whether the events of before are among {@link events}. */
  private hasRecalled = false;
  private overview: Overview | undefined;
  private head: Head = EMPTY_HEAD;

  readonly onDidChange: Event<DashboardChange>;

  constructor(private readonly options: DashboardSourceOptions) {
    this.changes = this.disposables.add(
      new Emitter((error) => options.logger.error(`The dashboard was not told of a change: ${describeError(error)}`)),
    );
    this.onDidChange = this.changes.event;
    this.disposables.add(options.session.onDidChange(() => this.restart()));
    this.disposables.add(toDisposable(() => this.following?.dispose()));
    this.disposables.add(toDisposable(() => this.temperatureRounds?.dispose()));
  }

  /** Follows the fleet until disposed. @param layout a compact page shows no temperatures, and none are read for it. */
  look(layout: DashboardLayout): Disposable {
    this.viewers[layout]++;
    if (this.viewers.panel + this.viewers.compact === 1) {
      this.restart();
    } else {
      this.followTemperatures();
    }
    return toDisposable(() => {
      this.viewers[layout]--;
      if (this.viewers.panel + this.viewers.compact === 0) {
        this.restart();
      } else {
        this.followTemperatures();
      }
    });
  }

  /** How many miners {@link rest} tells of. */
  get minerCount(): number {
    return this.following?.services.inventory.current.miners.length ?? 0;
  }

  /** Resolves when there is what Redis knows, at the latest after half a second. */
  async hydrated(): Promise<void> {
    await this.following?.hydrated;
  }

  /** What there is to show now, but for the {@link rest}. */
  snapshot(): Snapshot {
    return {
      availability: availabilityOf(this.options.session.state),
      head: this.currentHead(),
      samples: columnsOfSamples(this.following?.services.history.samples().map(sampleOf) ?? []),
    };
  }

  rest(): Rest {
    const services = this.following?.services;
    return {
      miners: services?.inventory.current.miners.map((miner) => this.cellIn(services, miner)) ?? [],
      events: this.events.all.map(eventRowOf),
      policies: this.policies(),
    };
  }

  currentHead(): Head {
    return this.head;
  }

  policies(): readonly PolicyRow[] {
    return this.following?.services.policyFigures().map(policyRowOf) ?? [];
  }

  /** `undefined` for a miner that is not listed. */
  cell(minerId: string): MinerCell | undefined {
    const services = this.following?.services;
    const miner = services?.inventory.find(minerId);
    return services && miner && this.cellIn(services, miner);
  }

  /** As {@link cell} has it; `undefined` for a miner that is not online or not listed. */
  onlineState(minerId: string): MinerState | undefined {
    const view = this.following?.services.monitor.view(minerId);
    return view && onlineStateOf(view, this.heard.of(minerId));
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private restart(): void {
    this.following?.dispose();
    this.following = undefined;
    this.events.clear();
    this.heard.clear();
    this.hasRecalled = false;
    this.overview = undefined;
    this.head = EMPTY_HEAD;
    const { state } = this.options.session;
    if (this.viewers.panel + this.viewers.compact > 0 && state.type === 'running' && !this.disposables.isDisposed) {
      this.follow(state.services);
    }
    this.followTemperatures();
    this.changes.fire({ type: 'everything' });
  }

  private followTemperatures(): void {
    const services = this.viewers.panel > 0 ? this.following?.services : undefined;
    if (this.temperatureRounds?.services !== services) {
      this.temperatureRounds?.dispose();
      this.temperatureRounds = services && new TemperatureRounds(services, this.options.clock, this.options.logger);
    }
  }

  private follow(services: FleetServices): void {
    const { clock, liveFleet } = this.options;
    const { inventory, monitor, temperatures, history, events, cache } = services;
    const store = new DisposableStore();
    const isOver = () => store.isDisposed;
    const since = clock.now();
    store.add(liveFleet.look());
    store.add(monitor.onDidChange((ids) => this.changes.fire({ type: 'miners', ids })));
    store.add(temperatures.onDidChange((ids) => this.changes.fire({ type: 'miners', ids })));
    store.add(inventory.onDidChange(() => this.relist(services)));
    store.add(history.onDidSample((sample) => this.changes.fire({ type: 'sample', sample: sampleOf(sample) })));
    store.add(
      cache.onDidChangeStoreHealth(({ state }) => {
        this.updateHead(services);
        if (state === 'up' && !this.hasRecalled) {
          void this.recallEvents(services, isOver);
        }
      }),
    );
    // First the new ones, then those of before: what comes in between is in both, and is taken once.
    store.add(events.onDidLog((logged) => this.noteEvents(services, logged, since)));
    store.add(events.follow());
    const asked = Promise.all([this.recallEvents(services, isOver), this.askOverview(services, isOver)]);
    const hydrated = new Promise<void>((resolve) => {
      store.add(clock.setTimeout(resolve, HYDRATION_MS));
      store.add(toDisposable(resolve));
      void asked.then(() => resolve());
    });
    this.repeat(store, HEAD_MS, async () => this.updateHead(services));
    this.repeat(store, OVERVIEW_MS, async () => {
      this.changes.fire({ type: 'policies' });
      // One answer that comes too late does not make Redis one that cannot be reached.
      const recalled = this.hasRecalled ? undefined : this.recallEvents(services, isOver);
      await Promise.all([recalled, this.askOverview(services, isOver)]);
    });
    this.following = { services, hydrated, dispose: () => store.dispose() };
    this.tenants = tenantsOf(services);
    this.updateHead(services);
  }

  /** Runs the task again and again, each time so long after it ended. */
  private repeat(store: DisposableStore, pauseMs: number, task: () => Promise<void>): void {
    const timer: Disposable = this.options.clock.setTimeout(() => {
      store.release(timer);
      void task().finally(() => {
        if (!store.isDisposed) {
          this.repeat(store, pauseMs, task);
        }
      });
    }, pauseMs);
    store.add(timer);
  }

  private async recallEvents({ events }: FleetServices, isOver: () => boolean): Promise<void> {
    try {
      const recalled = await events.recent(EVENTS);
      if (isOver()) {
        return;
      }
      this.hasRecalled = true;
      if (this.events.add(recalled).length > 0) {
        this.changes.fire({ type: 'past' });
      }
    } catch (error) {
      this.options.logger.debug(`The history of events cannot be read: ${describeError(error)}`);
    }
  }

  private async askOverview(services: FleetServices, isOver: () => boolean): Promise<void> {
    const overview = await services.overview.all().catch((error: unknown) => {
      this.options.logger.debug(`The figures of all instances cannot be read: ${describeError(error)}`);
      return undefined;
    });
    if (!isOver()) {
      this.overview = overview;
      this.updateHead(services);
    }
  }

  private updateHead(services: FleetServices): void {
    const head = makeHead(services, this.overview);
    if (JSON.stringify(head) !== JSON.stringify(this.head)) {
      this.head = head;
      this.changes.fire({ type: 'head' });
    }
  }

  private noteEvents({ inventory }: FleetServices, logged: readonly LoggedEvent[], followedSince: number): void {
    const latest = this.events.all.at(-1)?.id;
    const events = this.events.add(logged);
    const told = this.heard.note(logged, (minerId) => inventory.find(minerId) !== undefined);
    const isLate = ({ id, at }: LoggedEvent) =>
      at < followedSince - LATE_MS || (latest !== undefined && compareIds(id, latest) < 0);
    if (events.some(isLate)) {
      this.changes.fire({ type: 'past' });
    } else if (events.length > 0) {
      this.changes.fire({ type: 'events', events, ...told });
    }
  }

  private cellIn({ monitor, temperatures }: FleetServices, miner: Miner): MinerCell {
    const { id } = miner;
    return cellOf(miner, monitor.view(id), temperatures.of(id), this.heard.of(id));
  }

  private relist(services: FleetServices): void {
    const former = this.tenants;
    this.tenants = tenantsOf(services);
    this.heard.retain((minerId) => this.tenants.has(minerId));
    const ids = new Set<string>();
    for (const [id, tenant] of [...former, ...this.tenants]) {
      if (former.get(id) !== tenant || this.tenants.get(id) !== tenant) {
        ids.add(id);
      }
    }
    if (ids.size > 0) {
      this.changes.fire({ type: 'miners', ids });
    }
  }
}

function tenantsOf({ inventory }: FleetServices): Map<string, string> {
  return new Map(inventory.current.miners.map(({ id, tenant }) => [id, tenant]));
}

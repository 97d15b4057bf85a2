import { Emitter } from '../../../../src/base/emitter';
import { silentLogger } from '../../../../src/base/logger';
import { CacheMetrics } from '../../../../src/cache/metrics';
import { DEFAULT_POLICIES } from '../../../../src/cache/policy';
import type { Miner } from '../../../../src/fleet/miner';
import type { MinerDatasets, MinerKind } from '../../../../src/fleet/minerData';
import type { MinerSource } from '../../../../src/fleet/minerSource';
import { DashboardChannel, type DashboardPage } from '../../../../src/host/dashboard/dashboardChannel';
import { DashboardSource } from '../../../../src/host/dashboard/dashboardSource';
import type { SessionState } from '../../../../src/host/fleetSession';
import type { DashboardLayout, HostMessage, Request, Rest, Snapshot, Update } from '../../../../src/protocol/dashboard';
import type { LoggedEvent } from '../../../../src/service/eventLog';
import { FleetMonitor } from '../../../../src/service/fleetMonitor';
import { FleetReads } from '../../../../src/service/fleetReads';
import type { FleetServices } from '../../../../src/service/fleetServices';
import type { HistorySample } from '../../../../src/service/metricsHistory';
import { MinerTemperatures } from '../../../../src/service/minerTemperatures';
import { policyFigures } from '../../../../src/service/policyFigures';
import { ManualClock } from '../../../fixtures/manualClock';
import { Rig, turn } from '../../cache/rig';

const NO_COUNTS = new CacheMetrics(new ManualClock()).counts('start');

export function minerOf(id: string, tenant = 'north'): Miner {
  return { id, host: '127.0.0.1', port: 50_051, tenant, tags: [], tls: false, credentials: 'default' };
}

export function eventOf(sequence: number, kind: LoggedEvent['kind'] = 'status'): LoggedEvent {
  return { id: `1800000000000-${sequence}`, at: 1_800_000_000_000, kind, minerId: 'm1', text: `event ${sequence}` };
}

export function sampleAt(at: number, lookups = 0): HistorySample {
  const total = { ...NO_COUNTS, lookups, l1Hits: lookups };
  const datasets = new Map([['miner:status', total] as const]);
  return { at, spanMs: 5_000, total, datasets, invalidations: 0, evictions: 0, redisWasDown: false };
}

/** A page that takes and draws messages when the test lets it. */
export class TestPage implements DashboardPage {
  private readonly visibility = new Emitter<void>();
  private readonly received = new Emitter<unknown>();
  readonly messages: HostMessage[] = [];
  isVisible = true;
  /** What becomes of a message. */
  take: (message: HostMessage) => Promise<boolean> = async () => true;
  /** Whether it draws what it takes, and says so. */
  draws = true;

  readonly onDidChangeVisibility = this.visibility.event;
  readonly onDidReceive = this.received.event;

  async post(message: HostMessage): Promise<boolean> {
    // As VS Code does: what is not JSON does not get there.
    this.messages.push(JSON.parse(JSON.stringify(message)));
    const isTaken = await this.take(message);
    if (isTaken && this.draws) {
      this.sayDrawn(message);
    }
    return isTaken;
  }

  /** Draws a message; the last one where none is given. */
  sayDrawn(message: HostMessage | undefined = this.messages.at(-1)): void {
    if (message?.type === 'snapshot' || message?.type === 'rest' || message?.type === 'update') {
      this.say({ type: 'drawn', number: message.number });
    }
  }

  setVisible(isVisible: boolean): void {
    this.isVisible = isVisible;
    this.visibility.fire();
  }

  say(message: unknown): void {
    this.received.fire(message);
  }

  /** Those that are whole, as they are of a small fleet. */
  get snapshots(): readonly (Snapshot & Rest)[] {
    return this.messages.flatMap((message) => {
      const whole = message.type === 'snapshot' && message.snapshot.miners !== undefined;
      return whole ? [message.snapshot as Snapshot & Rest] : [];
    });
  }

  get updates(): readonly Update[] {
    return this.messages.flatMap((message) => (message.type === 'update' ? [message.update] : []));
  }
}

/** A dashboard on services whose events, history and overview are the test's; cache and monitor are the real ones. */
export class DashboardStand {
  readonly rig = new Rig();
  readonly clock = this.rig.clock;
  readonly inventoryChanges = new Emitter<{ miners: readonly Miner[]; problems: readonly [] }>();
  readonly logged = new Emitter<readonly LoggedEvent[]>();
  readonly sampled = new Emitter<HistorySample>();
  readonly sessionChanges = new Emitter<void>();
  readonly handled: Request[] = [];
  /** Who looks at what now. */
  readonly looking = { fleet: 0, events: 0 };
  miners: readonly Miner[] = [minerOf('m1'), minerOf('m2'), minerOf('m3', 'south')];
  samples: HistorySample[] = [];
  powerW = 3_000;
  tempC = 61;
  /** What the miners were asked for. */
  readonly asked: string[] = [];
  recent: (limit: number) => Promise<readonly LoggedEvent[]> = async () => [];
  overview: FleetServices['overview']['all'] = async () => ({ redis: {} });
  overviews = 0;
  handle: (request: Request) => Promise<void> = async () => {};
  readonly services: FleetServices;
  readonly source: DashboardSource;
  state: SessionState;
  readonly store;

  constructor() {
    const { clock } = this;
    const { cache, store } = this.rig.open('a');
    this.store = store;
    const stand = this;
    const source = {
      read: async <K extends MinerKind>({ id }: Miner, kind: K) => {
        this.asked.push(`${id} ${kind}`);
        return this.answers()[kind as 'status'] as MinerDatasets[K];
      },
      retryNow() {},
    } as unknown as MinerSource;
    const inventory = {
      path: '/fleet.json',
      file: 'fleet.json',
      get current() {
        return { miners: stand.miners, problems: [] as const };
      },
      find: (id: string) => this.miners.find((miner) => miner.id === id),
      onDidChange: this.inventoryChanges.event,
      reload: async () => {},
    };
    const reads = new FleetReads(cache, source, inventory);
    const monitor = new FleetMonitor(reads, source, inventory, clock);
    this.services = {
      cache,
      inventory,
      monitor,
      temperatures: new MinerTemperatures(reads),
      history: { onDidSample: this.sampled.event, samples: () => this.samples },
      events: {
        onDidLog: this.logged.event,
        follow: () => this.look('events'),
        recent: (limit: number) => this.recent(limit),
      },
      overview: {
        all: () => {
          this.overviews++;
          return this.overview();
        },
      },
      policyFigures: () => policyFigures(cache, DEFAULT_POLICIES),
    } as unknown as FleetServices;
    this.state = { type: 'running', services: this.services };
    const session = {
      get state() {
        return stand.state;
      },
      onDidChange: this.sessionChanges.event,
    };
    const liveFleet = { look: () => this.look('fleet') };
    this.source = new DashboardSource({ session, liveFleet, clock, logger: silentLogger });
  }

  open(page: TestPage, layout: DashboardLayout = 'panel'): DashboardChannel {
    const { source, clock } = this;
    const handle = async (request: Request) => {
      this.handled.push(request);
      await this.handle(request);
    };
    return new DashboardChannel({ page, layout, source, handle, clock, logger: silentLogger });
  }

  /** A page that has been told all there is. */
  async openHydrated(): Promise<{ page: TestPage; channel: DashboardChannel }> {
    const page = new TestPage();
    const channel = this.open(page);
    page.say({ type: 'ready' });
    await turn();
    return { page, channel };
  }

  async setState(state: SessionState): Promise<void> {
    this.state = state;
    this.sessionChanges.fire();
    await turn();
  }

  /** Reads the miners, as somebody who looks at them does. */
  async readMiners(): Promise<void> {
    await this.rig.ended(this.services.monitor.refresh(this.miners, { refresh: true }));
  }

  private answers() {
    const [powerW, highestTempC] = [this.powerW, this.tempC];
    return { status: { state: 'normal' }, stats: { powerW }, cooling: { fans: [], highestTempC } } as const;
  }

  private look(at: 'fleet' | 'events') {
    this.looking[at]++;
    return { dispose: () => void this.looking[at]-- };
  }
}

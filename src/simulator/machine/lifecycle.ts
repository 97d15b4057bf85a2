import type { Clock } from '../../base/clock';
import type {
  WireLocateDeviceStatusResponse,
  WirePauseMiningResponse,
  WireRestartResponse,
  WireResumeMiningResponse,
  WireSetLocateDeviceStatusRequest,
  WireStartResponse,
  WireStopResponse,
} from '../../braiins/proto/wire/actions';
import { notNow } from '../refusal';
import type { SimulatedState } from './ownWays';
import type { SettingsStore } from './settingsStore';
import type { StatusFeed } from './statusFeed';
import type { StateTimeline } from './timeline';

/** How long the network is away while the control board boots, and the mining software while it starts. */
const DURATION_MS = { boot: 8_000, start: 5_000, startAfterBoot: 20_000 };

/** What a machine is told to do at once. */
export class Lifecycle {
  private locating = false;

  /** @param onReboot hears how long the machine will be gone, in ms */
  constructor(
    private readonly clock: Clock,
    private readonly timeline: StateTimeline,
    private readonly feed: StatusFeed,
    private readonly store: SettingsStore,
    private readonly onReboot: (downMs: number) => void,
  ) {}

  pause(): WirePauseMiningResponse {
    const already = this.state === 'paused';
    this.refuseUnlessRunning();
    if (!already) {
      this.change((now) => this.timeline.override('paused', now));
    }
    return { already_paused: already };
  }

  resume(): WireResumeMiningResponse {
    const already = this.state !== 'paused';
    this.refuseUnlessRunning();
    if (!already) {
      this.change((now) => this.timeline.resume(now, this.rampUpMs));
    }
    return { already_mining: already };
  }

  start(): WireStartResponse {
    const already = this.state !== 'not-started';
    if (!already) {
      this.restartMining();
    }
    return { already_running: already };
  }

  stop(): WireStopResponse {
    const already = this.state === 'not-started';
    // Also while it starts, which it then gives up.
    this.change((now) => this.timeline.override('not-started', now));
    return { already_stopped: already };
  }

  restart(): WireRestartResponse {
    const already = this.state !== 'not-started';
    this.restartMining();
    return { already_running: already };
  }

  reboot(): void {
    this.store.apply();
    this.locating = false;
    this.change((now) => {
      const bootedAt = now + DURATION_MS.boot;
      this.timeline.reboot(now, bootedAt, bootedAt + DURATION_MS.startAfterBoot, this.rampUpMs);
    });
    this.onReboot(DURATION_MS.boot);
  }

  /** The control board has just booted: the power was away, and is back. */
  boot(): void {
    this.store.apply();
    this.locating = false;
    this.change((now) => this.timeline.reboot(now, now, now + DURATION_MS.startAfterBoot, this.rampUpMs));
  }

  locate({ enable = false }: WireSetLocateDeviceStatusRequest): WireLocateDeviceStatusResponse {
    this.locating = enable;
    return { enabled: enable };
  }

  isLocating(): WireLocateDeviceStatusResponse {
    return { enabled: this.locating };
  }

  /** A valid licence came: what held the machine back is gone. */
  liftRestriction(): void {
    if (this.state === 'restricted') {
      this.change((now) => this.timeline.override('normal', now));
    }
  }

  private restartMining(): void {
    // The mining software reads its configuration as it starts.
    this.store.apply();
    this.change((now) => this.timeline.restart(now, now + DURATION_MS.start, this.rampUpMs));
  }

  private refuseUnlessRunning(): void {
    if (this.state === 'not-started') {
      throw notNow('The mining software does not run. Start it first.');
    }
  }

  private get state(): SimulatedState {
    return this.timeline.stateAt(this.clock.now());
  }

  private get rampUpMs(): number {
    return this.store.applied.ramping.upS * 1_000;
  }

  private change(intervene: (now: number) => void): void {
    intervene(this.clock.now());
    this.feed.refresh();
  }
}

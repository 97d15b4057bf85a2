import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/lifecycle';
import type {
  WireGetConstraintsResponse,
  WireGetMinerConfigurationResponse,
} from '../../braiins/proto/wire/configuration';
import type { WireGetCoolingStateResponse } from '../../braiins/proto/wire/cooling';
import type { WireApplyContractKeyRequest, WireApplyContractKeyResponse } from '../../braiins/proto/wire/license';
import type {
  WireGetErrorsResponse,
  WireGetHashboardsResponse,
  WireGetLogRequest,
  WireGetMinerDetailsResponse,
  WireGetMinerStatsResponse,
  WireGetSupportArchiveRequest,
  WireSetHashboardsRequest,
  WireSetHashboardsResponse,
} from '../../braiins/proto/wire/miner';
import type { WireGetPoolGroupsResponse } from '../../braiins/proto/wire/pool';
import type {
  WireRestoreStockResponse,
  WireSystemUpgradeRequest,
  WireSystemUpgradeResponse,
} from '../../braiins/proto/wire/upgrade';
import type { WireApiVersion } from '../../braiins/proto/wire/version';
import { chunksOf, logText, supportArchive } from '../files';
import { coolingMessage, detailsMessage, hashboardsMessage, statsMessage } from '../messages';
import { minerErrors } from '../minerErrors';
import type { MinerProfile } from '../profile';
import { notFound } from '../refusal';
import { AdvancedSettings } from './advancedSettings';
import { AutoUpgrade } from './autoUpgrade';
import { BoardHistory } from './boardHistory';
import { boardId } from './boardId';
import { configurationMessage, constraintsMessage } from './configuration';
import { Cooling } from './cooling';
import { DynamicScaling } from './dynamicScaling';
import { FirmwareImage } from './firmwareImage';
import { License } from './license';
import { Lifecycle } from './lifecycle';
import { Network } from './network';
import { boardOperations, levelOf } from './operation';
import { isMining, type SimulatedState } from './ownWays';
import { PerformanceModes } from './performanceModes';
import { type Measurement, measure } from './physics';
import { Pools } from './pools';
import type { Settings } from './settings';
import { SettingsStore } from './settingsStore';
import { StatusFeed } from './statusFeed';
import { Targets } from './targets';
import { StateTimeline } from './timeline';
import { Tuning } from './tuning';

/** What a machine has around it. */
export interface Surroundings {
  /** Where it listens. */
  readonly address: string;
  /** The control board boots: the machine is away for so long. */
  onReboot(downMs: number): void;
  /** The login becomes the one that the machine left the factory with. */
  onFactoryReset(): void;
}

/** A mining machine without its network: what it is, how it is set up, what state it is in, and what it answers. */
export class Machine implements Disposable {
  readonly targets: Targets;
  readonly modes: PerformanceModes;
  readonly scaling: DynamicScaling;
  readonly tuning: Tuning;
  readonly pools: Pools;
  readonly coolingControl: Cooling;
  readonly network: Network;
  readonly license: License;
  readonly autoUpgrade = new AutoUpgrade();
  readonly advancedSettings = new AdvancedSettings();
  readonly lifecycle: Lifecycle;
  private readonly image = new FirmwareImage();
  private readonly store: SettingsStore;
  private readonly timeline: StateTimeline;
  private readonly history: BoardHistory;
  private readonly feed: StatusFeed;

  constructor(
    readonly profile: MinerProfile,
    private readonly clock: Clock,
    private readonly surroundings: Surroundings,
  ) {
    this.timeline = new StateTimeline(profile);
    this.history = new BoardHistory(this.timeline, profile.model.boards);
    this.feed = new StatusFeed(this.timeline, clock);
    this.store = new SettingsStore(profile, (settings) => this.takeUp(settings));
    this.targets = new Targets(this.store);
    this.modes = new PerformanceModes(this.store, this.targets);
    this.scaling = new DynamicScaling(this.store);
    this.tuning = new Tuning(profile, this.store);
    this.pools = new Pools(profile.seed, this.store);
    this.coolingControl = new Cooling(profile.model, this.store);
    this.network = new Network(profile, surroundings.address);
    this.license = new License(profile);
    this.lifecycle = new Lifecycle(clock, this.timeline, this.feed, this.store, surroundings.onReboot);
  }

  get now(): number {
    return this.clock.now();
  }

  get state(): SimulatedState {
    return this.timeline.stateAt(this.now);
  }

  /** Puts the machine into a state; `undefined` hands it back to its own ways. */
  setState(state: SimulatedState | undefined): void {
    this.timeline.override(state, this.now);
    this.feed.refresh();
  }

  /** The control board has just booted. */
  boot(): void {
    this.lifecycle.boot();
  }

  followState(listener: (state: SimulatedState) => void): Disposable {
    return this.feed.follow(listener);
  }

  apiVersion(): WireApiVersion {
    return { ...this.profile.firmware.api };
  }

  details(): WireGetMinerDetailsResponse {
    return detailsMessage(this.profile, this.network.hostname, this.measure());
  }

  stats(): WireGetMinerStatsResponse {
    return statsMessage(this.measure());
  }

  hashboards(): WireGetHashboardsResponse {
    return hashboardsMessage(this.profile, this.measure());
  }

  cooling(): WireGetCoolingStateResponse {
    return coolingMessage(this.measure());
  }

  poolGroups(): WireGetPoolGroupsResponse {
    return this.pools.atWork(this.stats().pool_stats ?? {}, isMining(this.state));
  }

  errors(): WireGetErrorsResponse {
    return { errors: minerErrors(this.profile, this.now) };
  }

  configuration(): WireGetMinerConfigurationResponse {
    return configurationMessage(this.store.saved);
  }

  constraints(): WireGetConstraintsResponse {
    return constraintsMessage(this.profile.model, this.store.limits);
  }

  log(request: WireGetLogRequest): Buffer[] {
    return chunksOf(Buffer.from(logText(this.profile, request, this.now)));
  }

  supportArchive(request: WireGetSupportArchiveRequest): Buffer[] {
    return chunksOf(supportArchive(this.profile, request, this.now));
  }

  /** Switches hashboards on or off. */
  switchBoards({ save_action, hashboard_ids: ids = [] }: WireSetHashboardsRequest, on: boolean) {
    const { boardsEnabled } = this.store.saved;
    const unknown = ids.find((id) => !boardsEnabled.some((_, index) => boardId(index) === id));
    if (unknown !== undefined) {
      throw notFound(`There is no hashboard "${unknown}".`);
    }
    this.store.change(save_action, (saved) => ({
      boardsEnabled: saved.boardsEnabled.map((enabled, index) => (ids.includes(boardId(index)) ? on : enabled)),
    }));
    const response: WireSetHashboardsResponse = { hashboards: ids.map((id) => ({ id, is_enabled: on })) };
    return response;
  }

  applyContractKey(request: WireApplyContractKeyRequest): WireApplyContractKeyResponse {
    const response = this.license.apply(request);
    if (response.successful) {
      this.lifecycle.liftRestriction();
    }
    return response;
  }

  /** Takes a piece of an image of the firmware, and boots when it has all of them. The firmware stays what it is. */
  upgrade(request: WireSystemUpgradeRequest): WireSystemUpgradeResponse {
    const { successful, install } = this.image.receive(request);
    if (install?.discardSettings) {
      this.resetAll();
    }
    if (install !== undefined) {
      this.lifecycle.reboot();
    }
    return { successful };
  }

  /** Says yes and boots: what comes up is still this firmware, because there is no other to simulate. */
  restoreStock(): WireRestoreStockResponse {
    this.lifecycle.reboot();
    return { successful: true };
  }

  /** Forgets all that was set, and boots. */
  factoryReset(): void {
    this.resetAll();
    this.lifecycle.reboot();
  }

  dispose(): void {
    this.feed.dispose();
  }

  private resetAll(): void {
    this.store.reset();
    this.network.reset();
    this.license.reset();
    this.autoUpgrade.reset();
    this.advancedSettings.reset();
    this.surroundings.onFactoryReset();
  }

  private takeUp(settings: Settings): void {
    const level = levelOf(this.profile, settings);
    const before = this.timeline.aimAt(this.now);
    if (level !== before) {
      const seconds = level > before ? settings.ramping.upS : settings.ramping.downS;
      this.timeline.aim(level, this.now, seconds * 1_000);
    }
    this.history.divide(
      boardOperations(settings).map(({ enabled, share }) => (enabled ? share : 0)),
      this.now,
    );
    this.tuning.aim(settings, this.now);
  }

  private measure(): Measurement {
    return measure(this.profile, this.timeline, this.history, this.store.applied, this.now);
  }
}

import type { Clock } from '../base/clock';
import type { Disposable } from '../base/lifecycle';
import type { WireGetCoolingStateResponse } from '../braiins/proto/wire/cooling';
import type {
  WireGetErrorsResponse,
  WireGetHashboardsResponse,
  WireGetLogRequest,
  WireGetMinerDetailsResponse,
  WireGetMinerStatsResponse,
  WireGetSupportArchiveRequest,
  WireHashboardEnableState,
} from '../braiins/proto/wire/miner';
import type { WireApiVersion } from '../braiins/proto/wire/version';
import { chunksOf, logText, supportArchive } from './files';
import { boardId, coolingMessage, detailsMessage, hashboardsMessage, statsMessage } from './messages';
import { minerErrors } from './minerErrors';
import { type Measurement, measure } from './physics';
import type { MinerProfile } from './profile';
import { StatusFeed } from './statusFeed';
import { type SimulatedState, StateTimeline } from './timeline';

/** A mining machine without its network: what it is, what state it is in, and what it answers. */
export class Machine implements Disposable {
  private readonly timeline: StateTimeline;
  private readonly feed: StatusFeed;
  private readonly enabled: boolean[];

  constructor(
    readonly profile: MinerProfile,
    private readonly clock: Clock,
  ) {
    this.timeline = new StateTimeline(profile);
    this.feed = new StatusFeed(this.timeline, clock);
    this.enabled = Array.from({ length: profile.model.boards }, () => true);
  }

  get state(): SimulatedState {
    return this.timeline.stateAt(this.clock.now());
  }

  /** Puts the machine into a state; `undefined` hands it back to its own ways. */
  setState(state: SimulatedState | undefined): void {
    this.timeline.override(state, this.clock.now());
    this.feed.refresh();
  }

  followState(listener: (state: SimulatedState) => void): Disposable {
    return this.feed.follow(listener);
  }

  apiVersion(): WireApiVersion {
    return { ...this.profile.firmware.api };
  }

  details(): WireGetMinerDetailsResponse {
    return detailsMessage(this.profile, this.measure());
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

  errors(): WireGetErrorsResponse {
    return { errors: minerErrors(this.profile, this.clock.now()) };
  }

  log(request: WireGetLogRequest): Buffer[] {
    return chunksOf(Buffer.from(logText(this.profile, request, this.clock.now())));
  }

  supportArchive(request: WireGetSupportArchiveRequest): Buffer[] {
    return chunksOf(supportArchive(this.profile, request, this.clock.now()));
  }

  /** Of the ids given, the first that is no hashboard of this machine. */
  unknownBoard(ids: readonly string[]): string | undefined {
    return ids.find((id) => !this.enabled.some((_, index) => boardId(index) === id));
  }

  /** Switches hashboards on or off. @returns their state afterwards */
  switchBoards(ids: readonly string[], on: boolean): WireHashboardEnableState[] {
    for (const index of this.enabled.keys()) {
      if (ids.includes(boardId(index))) {
        this.enabled[index] = on;
      }
    }
    return ids.map((id) => ({ id, is_enabled: on }));
  }

  dispose(): void {
    this.feed.dispose();
  }

  private measure(): Measurement {
    return measure(this.profile, this.timeline, this.enabled, this.clock.now());
  }
}

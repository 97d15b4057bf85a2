import type { Miner } from './miner';
import type { CoolingMode } from './minerCooling';
import type { NetworkConfig } from './minerNetwork';
import type { DpsChange, DpsConfig, PerformanceMode, QuickRamping, TargetReference } from './minerPerformance';
import type { PoolGroupConfig, PoolGroupDraft } from './minerPools';
import type { AutoUpgradeStatus, JsonObject, UpgradeSchedule } from './minerSystem';

/**
 * Changes miners. Each call answers what the miner answered, and voids nothing that is cached: the caller does.
 *
 * All calls throw `SourceError` when the miner does not answer, refuses, or answers what cannot be used, `CancelledError` when
 * `signal` is aborted, and `InvalidRequestError` for values that no miner can take, without asking the miner. A call that got no
 * answer may have been obeyed all the same; its message says so.
 */
export interface MinerControl {
  readonly actions: ActionsControl;
  readonly pools: PoolsControl;
  readonly cooling: CoolingControl;
  readonly performance: PerformanceControl;
  readonly hashboards: HashboardsControl;
  readonly system: SystemControl;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

/**
 * How far a change of the configuration goes: `save` writes it only; `apply`, the default, also takes it up; `force-apply` does
 * so even if mining has to restart for it.
 */
export type SaveAction = 'save' | 'apply' | 'force-apply';

export interface SaveOptions extends CallOptions {
  readonly save?: SaveAction;
}

/** Whether the miner was already what it was told to become. */
export interface ActionResult {
  readonly already: boolean;
}

export interface ActionsControl {
  pauseMining(miner: Miner, options?: CallOptions): Promise<ActionResult>;
  resumeMining(miner: Miner, options?: CallOptions): Promise<ActionResult>;
  /** Starts the mining software. */
  start(miner: Miner, options?: CallOptions): Promise<ActionResult>;
  /** Stops the mining software. */
  stop(miner: Miner, options?: CallOptions): Promise<ActionResult>;
  /** Restarts the mining software; `already` when it was running. */
  restart(miner: Miner, options?: CallOptions): Promise<ActionResult>;
  /** Restarts the control board. */
  reboot(miner: Miner, options?: CallOptions): Promise<void>;
  /** Has the lamp blink, or not, by which a person finds the machine. Resolves to whether it blinks now. */
  locate(miner: Miner, on: boolean, options?: CallOptions): Promise<boolean>;
}

export interface PoolsControl {
  createGroup(miner: Miner, group: PoolGroupDraft, options?: SaveOptions): Promise<PoolGroupConfig>;
  /** Replaces the group of the draft's `uid`. */
  updateGroup(miner: Miner, group: PoolGroupDraft, options?: SaveOptions): Promise<PoolGroupConfig>;
  removeGroup(miner: Miner, uid: string, options?: SaveOptions): Promise<void>;
  /** Replaces all groups at once. */
  setGroups(
    miner: Miner,
    groups: readonly PoolGroupDraft[],
    options?: SaveOptions,
  ): Promise<readonly PoolGroupConfig[]>;
}

export interface CoolingControl {
  /** Resolves to the mode that stands now; `undefined` when the miner names one that this version does not know. */
  setMode(miner: Miner, mode: CoolingMode, options?: SaveOptions): Promise<CoolingMode | undefined>;
  /** The way of older firmware; {@link setMode} says it too. Resolves to whether the machine counts as immersed now. */
  setImmersion(miner: Miner, on: boolean, options?: SaveOptions): Promise<boolean>;
}

/** All setters of a target resolve to the target that stands now; `undefined` when the miner does not say. */
export interface PerformanceControl {
  setPowerTarget(miner: Miner, powerW: number, options?: SaveOptions): Promise<number | undefined>;
  /** By so many watts more than now, or less. */
  changePowerTarget(miner: Miner, byPowerW: number, options?: SaveOptions): Promise<number | undefined>;
  setRelativePowerTarget(
    miner: Miner,
    percent: number,
    of: TargetReference,
    options?: SaveOptions,
  ): Promise<number | undefined>;
  setDefaultPowerTarget(miner: Miner, options?: SaveOptions): Promise<number | undefined>;
  setHashrateTarget(miner: Miner, hashrateThs: number, options?: SaveOptions): Promise<number | undefined>;
  /** By so many TH/s more than now, or less. */
  changeHashrateTarget(miner: Miner, byHashrateThs: number, options?: SaveOptions): Promise<number | undefined>;
  setRelativeHashrateTarget(
    miner: Miner,
    percent: number,
    of: TargetReference,
    options?: SaveOptions,
  ): Promise<number | undefined>;
  setDefaultHashrateTarget(miner: Miner, options?: SaveOptions): Promise<number | undefined>;
  setDps(miner: Miner, change: DpsChange, options?: SaveOptions): Promise<DpsConfig>;
  setMode(miner: Miner, mode: PerformanceMode, options?: SaveOptions): Promise<PerformanceMode | undefined>;
  setQuickRamping(miner: Miner, ramping: QuickRamping, options?: SaveOptions): Promise<QuickRamping>;
  setDefaultQuickRamping(miner: Miner, options?: SaveOptions): Promise<QuickRamping>;
  /** Forgets what the tuner found, so that it starts anew. */
  removeTunedProfiles(miner: Miner, options?: CallOptions): Promise<void>;
}

/** Whether boards are switched on, by their ids. */
export type HashboardSwitches = ReadonlyMap<string, boolean>;

export interface HashboardsControl {
  enable(miner: Miner, hashboardIds: readonly string[], options?: SaveOptions): Promise<HashboardSwitches>;
  disable(miner: Miner, hashboardIds: readonly string[], options?: SaveOptions): Promise<HashboardSwitches>;
}

export interface SystemControl {
  /**
   * Changes the password of the user who is logged in; none means a login without. The login that is known here has to be
   * changed by the caller.
   */
  setPassword(miner: Miner, password: string | undefined, options?: CallOptions): Promise<void>;
  /** What is absent stays as it is. The miner may be out of reach afterwards. */
  setNetwork(miner: Miner, network: NetworkConfig, options?: CallOptions): Promise<NetworkConfig>;
  /** Resolves to whether the key was taken. */
  applyContractKey(miner: Miner, contractKey: string, options?: CallOptions): Promise<boolean>;
  /** An absent schedule leaves the one that stands. */
  setAutoUpgrade(
    miner: Miner,
    config: { readonly enabled: boolean; readonly schedule?: UpgradeSchedule },
    options?: CallOptions,
  ): Promise<Pick<AutoUpgradeStatus, 'enabled' | 'nextExecution'>>;
  /** Changes the advanced settings that are named, and resolves to those that were taken up. */
  setSettings(miner: Miner, settings: JsonObject, options?: CallOptions): Promise<JsonObject>;
  /** Puts all advanced settings back to their defaults, and resolves to them. */
  resetSettings(miner: Miner, options?: CallOptions): Promise<JsonObject>;
}

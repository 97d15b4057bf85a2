/** Where a sensor sits: in a chip, or on the board beside the chips. */
export type SensorLocation = 'chip' | 'board';

export interface Fan {
  readonly position?: number;
  /** Turns per minute; 0 is a fan that stands still. */
  readonly rpm: number;
  /** Part of full speed that it is asked for, from 0 to 1. */
  readonly targetSpeedRatio?: number;
}

/** What the fans do now, and how warm it is. */
export interface MinerCooling {
  /** None on a miner that is cooled by water or immersed. */
  readonly fans: readonly Fan[];
  readonly highestTempC?: number;
  readonly highestTempLocation?: SensorLocation;
  readonly highestTempSensorId?: number;
}

/** How long the fans turn after mining was paused. */
export type FanPauseRuntime = 'limited' | 'indefinite';

/** What the fans of a paused miner do. */
export type FanPause =
  | { readonly type: 'auto' }
  | { readonly type: 'manual'; readonly speedRatio?: number; readonly runtime?: FanPauseRuntime };

export type CoolingModeName = 'auto' | 'manual' | 'disabled' | 'immersion' | 'hydro';

interface CoolingTemperatures {
  readonly targetTempC?: number;
  readonly hotTempC?: number;
  /** Above it mining stops. */
  readonly dangerousTempC?: number;
}

/** The fans follow the temperature. */
export interface AutoCooling extends CoolingTemperatures {
  readonly mode: 'auto';
  readonly minFanSpeedPercent?: number;
  readonly maxFanSpeedPercent?: number;
  readonly minimumRequiredFans?: number;
  readonly fanPause?: FanPause;
}

/** The fans turn as told. */
export interface ManualCooling extends CoolingTemperatures {
  readonly mode: 'manual';
  /** Part of full speed, from 0 to 1. */
  readonly fanSpeedRatio?: number;
  readonly minimumRequiredFans?: number;
  readonly fanPause?: FanPause;
}

/** Cooling without fans: in a bath, or by water. */
export interface LiquidCooling extends CoolingTemperatures {
  readonly mode: 'immersion' | 'hydro';
}

/** Old firmware only: no temperature is watched. It can be read and not be set. */
export interface DisabledCooling {
  readonly mode: 'disabled';
  readonly fanSpeedRatio?: number;
}

/** What cooling can be set to. */
export type CoolingMode = AutoCooling | ManualCooling | LiquidCooling;

/** How cooling is configured. */
export type CoolingConfig = CoolingMode | DisabledCooling;

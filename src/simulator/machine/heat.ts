import type { MinerProfile } from '../profile';
import { hash, noise, unit } from '../random';
import { FANS, LIMITED_FAN_RUNTIME_S } from './limits';
import { round } from './rounding';
import type { CoolingSettings } from './settings';

export interface BoardTemperatures {
  readonly boardC: number;
  readonly chipC: number;
  /** Air, or water of a hydro model. */
  readonly inletC: number;
  readonly outletC: number;
}

export interface FanMeasurement {
  readonly rpm: number;
  /** Part of full speed that the fan is asked for, from 0 to 1. */
  readonly speedRatio: number;
}

const FULL_FAN_RPM = 6_150;
const IDLE_FAN_RATIO = 0.15;
const DAY_S = 86_400;

/**
 * Temperatures of a board.
 *
 * @param load how much it worked lately; 1 at its usual level
 * @param blown how much more air than usual it gets
 */
export function measureTemperatures(
  profile: MinerProfile,
  seed: number,
  load: number,
  blown: number,
  nowS: number,
): BoardTemperatures {
  const outside = ambientC(profile, nowS);
  const wobble = 0.8 * noise(hash(seed, 'temperature'), nowS / 90);
  const inletC = profile.model.hydro ? 30 + 0.2 * outside : outside + 1.5;
  const outletC = inletC + ((profile.model.hydro ? 9 : 22) * load) / blown + wobble / 2;
  const boardC = outletC + (6 + 4 * unit(seed, 'place')) * load + wobble;
  return {
    inletC: round(inletC, 1),
    outletC: round(outletC, 1),
    boardC: round(boardC, 1),
    chipC: round(boardC + 2 + 9 * load, 1),
  };
}

/** How much more air the boards get than they would by the fans' own rules; 1 without fans. */
export function airflow(profile: MinerProfile, cooling: CoolingSettings, load: number, nowS: number): number {
  const { manual } = cooling;
  if (manual === undefined || load === 0) {
    return 1;
  }
  const usual = usualRatio(profile, load, nowS);
  return Math.min(1.6, Math.max(0.5, Math.sqrt((manual.fan_speed_ratio ?? usual) / usual)));
}

/**
 * What the fans do: by their own rules they turn faster the more the miner hashes and the warmer its air is. None in a bath or
 * in water.
 *
 * @param mined work per time in the last so many seconds; 1 at the usual level
 */
export function measureFans(
  profile: MinerProfile,
  cooling: CoolingSettings,
  mined: (spanS: number) => number,
  nowS: number,
): FanMeasurement[] {
  if (cooling.auto === undefined && cooling.manual === undefined) {
    return [];
  }
  const speedRatio = round(askedRatio(profile, cooling, mined, nowS), 2);
  return Array.from({ length: FANS }, (_, position) => {
    const seed = hash(profile.seed, 'fan', position);
    const wear = 1 - 0.04 * unit(seed, 'wear');
    return { speedRatio, rpm: Math.round(FULL_FAN_RPM * speedRatio * wear * (1 + 0.006 * noise(seed, nowS / 10))) };
  });
}

function askedRatio(
  profile: MinerProfile,
  { auto, manual }: CoolingSettings,
  mined: (spanS: number) => number,
  nowS: number,
): number {
  const load = mined(60);
  const pause = (auto ?? manual)?.pause_mode?.manual;
  if (load === 0 && pause !== undefined) {
    const goesOn = pause.fan_pause_runtime === 'FAN_PAUSE_RUNTIME_INDEFINITE' || mined(LIMITED_FAN_RUNTIME_S) > 0;
    return goesOn ? (pause.pause_cooldown_fan_speed_ratio ?? 0) : 0;
  }
  if (manual !== undefined) {
    return load === 0 ? IDLE_FAN_RATIO : (manual.fan_speed_ratio ?? 0);
  }
  const usual = usualRatio(profile, load, nowS);
  const { min_fan_speed: min = 0, max_fan_speed: max = 100 } = auto ?? {};
  return Math.min(max / 100, Math.max(min / 100, usual));
}

function usualRatio(profile: MinerProfile, load: number, nowS: number): number {
  const heat = (ambientC(profile, nowS) - 15) / 25;
  return Math.min(1, IDLE_FAN_RATIO + load * (0.3 + 0.45 * Math.max(0, heat)));
}

/** The air around the miner: warmest in the afternoon, a little different from rack to rack. */
export function ambientC(profile: MinerProfile, nowS: number): number {
  const afternoon = Math.cos((2 * Math.PI * (nowS - 15 * 3_600)) / DAY_S);
  const place = 3 * (2 * unit(profile.seed, 'place') - 1);
  return 22 + place + 6 * afternoon + 0.6 * noise(hash(profile.seed, 'air'), nowS / 600);
}

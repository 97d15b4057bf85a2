import type { MinerProfile } from './profile';
import { hash, noise, unit } from './random';
import { isMining, type SimulatedState, type StateTimeline } from './timeline';

/** Averages that a miner reports: name on the wire, span in seconds, and how much the average wavers, as a part of it. */
export const HASHRATE_WINDOWS = [
  { name: 'last_5s', spanS: 5, waver: 0.04 },
  { name: 'last_15s', spanS: 15, waver: 0.028 },
  { name: 'last_30s', spanS: 30, waver: 0.02 },
  { name: 'last_1m', spanS: 60, waver: 0.014 },
  { name: 'last_5m', spanS: 300, waver: 0.007 },
  { name: 'last_15m', spanS: 900, waver: 0.005 },
  { name: 'last_30m', spanS: 1_800, waver: 0.0035 },
  { name: 'last_1h', spanS: 3_600, waver: 0.0025 },
  { name: 'last_24h', spanS: 86_400, waver: 0.0006 },
] as const;

export type HashrateWindow = (typeof HASHRATE_WINDOWS)[number]['name'] | 'since_restart';

/** Hashrates in GH/s. */
export interface WorkMeasurement {
  readonly nominalGhs: number;
  readonly averagesGhs: Readonly<Record<HashrateWindow, number>>;
  readonly errorMhs: number;
}

export interface BoardMeasurement {
  readonly enabled: boolean;
  readonly work: WorkMeasurement;
  readonly voltageV: number;
  readonly frequencyHz: number;
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

export interface PoolMeasurement {
  readonly acceptedShares: number;
  readonly rejectedShares: number;
  readonly staleShares: number;
  readonly difficulty: number;
  readonly generatedWork: number;
  readonly bestShare: number;
  /** ms since the Unix epoch; `undefined` before the first share. */
  readonly lastShareAt: number | undefined;
}

export interface Measurement {
  readonly state: SimulatedState;
  readonly systemUptimeS: number;
  /** 0 while the mining software does not run. */
  readonly bosminerUptimeS: number;
  readonly work: WorkMeasurement;
  readonly boards: readonly BoardMeasurement[];
  readonly powerW: number;
  /** None on a miner that is cooled by water. */
  readonly fans: readonly FanMeasurement[];
  readonly pool: PoolMeasurement;
}

const BOSMINER_START_S = 45;
const STANDBY_W = 60;
const FANS = 4;
const FULL_FAN_RPM = 6_150;
const IDLE_FAN_RATIO = 0.15;
const DRIFT = { spanS: 1_200, size: 0.012 };
const ERROR_PART = 0.0002;
const DAY_S = 86_400;
/** Hashes that a share of difficulty 1 stands for. */
const HASHES_PER_SHARE = 2 ** 32;

/**
 * What a miner's instruments show at `now` (ms since the Unix epoch). Depends on nothing but its arguments, so that two
 * simulations of one seed show the same at the same time.
 *
 * @param enabled per hashboard, whether it is switched on
 */
export function measure(
  profile: MinerProfile,
  timeline: StateTimeline,
  enabled: readonly boolean[],
  now: number,
): Measurement {
  const nowS = now / 1_000;
  const state = timeline.stateAt(now);
  const systemUptimeS = Math.floor(nowS + profile.rebootPeriodS * unit(profile.seed, 'boot')) % profile.rebootPeriodS;
  const bosminerUptimeS = state === 'not-started' ? 0 : Math.max(0, systemUptimeS - BOSMINER_START_S);
  const mined = (spanS: number) => minedPart(timeline, now, Math.min(spanS, bosminerUptimeS));
  const boards = enabled.map((on, index) => measureBoard(profile, index, on, mined, bosminerUptimeS, nowS));
  const work = addUp(boards.map((board) => board.work));
  const hashingW = (work.averagesGhs.last_1m / 1_000) * profile.model.efficiencyJPerTh;
  return {
    state,
    systemUptimeS,
    bosminerUptimeS,
    work,
    boards,
    powerW: STANDBY_W + Math.round(hashingW * (1 + 0.01 * noise(hash(profile.seed, 'power'), nowS / 60))),
    fans: measureFans(profile, mined(60), nowS),
    pool: measurePool(profile, timeline, bosminerUptimeS, now),
  };
}

/** Part of the span before `now` in which the miner mined, from 0 to 1. */
function minedPart(timeline: StateTimeline, now: number, spanS: number): number {
  return spanS <= 0 ? 0 : (timeline.minedMs(now) - timeline.minedMs(now - spanS * 1_000)) / (spanS * 1_000);
}

function measureBoard(
  profile: MinerProfile,
  index: number,
  enabled: boolean,
  mined: (spanS: number) => number,
  uptimeS: number,
  nowS: number,
): BoardMeasurement {
  const { model } = profile;
  const seed = hash(profile.seed, 'board', index);
  const fullGhs = (model.stickerThs * 1_000) / model.boards;
  const quality = profile.quality * (1 + 0.008 * (2 * unit(seed, 'quality') - 1));
  const drift = 1 + DRIFT.size * noise(hash(profile.seed, 'drift'), nowS / DRIFT.spanS);
  const averages: Partial<Record<HashrateWindow, number>> = {};
  for (const { name, spanS, waver } of HASHRATE_WINDOWS) {
    // A long average does not follow the drift that it averages out.
    const follow = spanS < DRIFT.spanS ? drift : 1;
    const wobble = 1 + waver * noise(hash(seed, name), nowS / spanS);
    averages[name] = enabled ? round(fullGhs * quality * follow * wobble * mined(spanS), 2) : 0;
  }
  averages.since_restart = enabled ? round(fullGhs * quality * mined(uptimeS), 2) : 0;
  const averagesGhs = averages as Record<HashrateWindow, number>;
  const load = enabled ? mined(300) : 0;
  const mining = enabled && mined(1) > 0;
  return {
    enabled,
    work: {
      nominalGhs: enabled ? round(fullGhs * profile.quality, 2) : 0,
      averagesGhs,
      errorMhs: round(averagesGhs.last_1m * 1_000 * ERROR_PART * (0.2 + unit(seed, 'errors')), 2),
    },
    voltageV: mining ? round(model.boardVoltageV + 0.05 * noise(hash(seed, 'volt'), nowS / 30), 2) : 0,
    frequencyHz: mining ? Math.round(model.frequencyMhz * profile.quality * 100) * 10_000 : 0,
    ...measureTemperatures(profile, seed, load, nowS),
  };
}

function measureTemperatures(
  profile: MinerProfile,
  seed: number,
  load: number,
  nowS: number,
): Pick<BoardMeasurement, 'boardC' | 'chipC' | 'inletC' | 'outletC'> {
  const outside = ambientC(profile, nowS);
  const wobble = 0.8 * noise(hash(seed, 'temperature'), nowS / 90);
  const inletC = profile.model.hydro ? 30 + 0.2 * outside : outside + 1.5;
  const outletC = inletC + (profile.model.hydro ? 9 : 22) * load + wobble / 2;
  const boardC = outletC + (6 + 4 * unit(seed, 'place')) * load + wobble;
  return {
    inletC: round(inletC, 1),
    outletC: round(outletC, 1),
    boardC: round(boardC, 1),
    chipC: round(boardC + 2 + 9 * load, 1),
  };
}

/** Fans turn faster the more the miner hashes and the warmer its air is; a miner that stands still keeps them idling. */
function measureFans(profile: MinerProfile, load: number, nowS: number): FanMeasurement[] {
  if (profile.model.hydro) {
    return [];
  }
  const heat = (ambientC(profile, nowS) - 15) / 25;
  const speedRatio = round(Math.min(1, IDLE_FAN_RATIO + load * (0.3 + 0.45 * Math.max(0, heat))), 2);
  return Array.from({ length: FANS }, (_, position) => {
    const seed = hash(profile.seed, 'fan', position);
    const wear = 1 - 0.04 * unit(seed, 'wear');
    return { speedRatio, rpm: Math.round(FULL_FAN_RPM * speedRatio * wear * (1 + 0.006 * noise(seed, nowS / 10))) };
  });
}

/** The air around the miner: warmest in the afternoon, a little different from rack to rack. */
function ambientC(profile: MinerProfile, nowS: number): number {
  const afternoon = Math.cos((2 * Math.PI * (nowS - 15 * 3_600)) / DAY_S);
  const place = 3 * (2 * unit(profile.seed, 'place') - 1);
  return 22 + place + 6 * afternoon + 0.6 * noise(hash(profile.seed, 'air'), nowS / 600);
}

function addUp(works: readonly WorkMeasurement[]): WorkMeasurement {
  const sum = (pick: (work: WorkMeasurement) => number) =>
    round(
      works.reduce((total, work) => total + pick(work), 0),
      2,
    );
  const averages: Partial<Record<HashrateWindow, number>> = {
    since_restart: sum((work) => work.averagesGhs.since_restart),
  };
  for (const { name } of HASHRATE_WINDOWS) {
    averages[name] = sum((work) => work.averagesGhs[name]);
  }
  return {
    nominalGhs: sum((work) => work.nominalGhs),
    averagesGhs: averages as Record<HashrateWindow, number>,
    errorMhs: sum((work) => work.errorMhs),
  };
}

/** Shares follow from the time mined since the mining software started, so that they grow with it and stop with it. */
function measurePool(profile: MinerProfile, timeline: StateTimeline, uptimeS: number, now: number): PoolMeasurement {
  const minedS = (timeline.minedMs(now) - timeline.minedMs(now - uptimeS * 1_000)) / 1_000;
  const difficulty = 2 ** (15 + Math.floor(3 * unit(profile.seed, 'difficulty')));
  const hashesPerS = profile.model.stickerThs * profile.quality * 1e12;
  const sharesPerS = hashesPerS / (difficulty * HASHES_PER_SHARE);
  const shares = Math.floor(minedS * sharesPerS);
  const rejectedShares = Math.floor(shares * 0.0015 * (0.5 + unit(profile.seed, 'rejected')));
  const staleShares = Math.floor(shares * 0.0004 * (0.5 + unit(profile.seed, 'stale')));
  return {
    acceptedShares: shares - rejectedShares - staleShares,
    rejectedShares,
    staleShares,
    difficulty,
    generatedWork: Math.floor((minedS * hashesPerS) / HASHES_PER_SHARE),
    bestShare: bestShare(profile.seed, shares * difficulty),
    lastShareAt: lastShareAt(timeline, shares, minedS - shares / sharesPerS, now),
  };
}

/** The luckiest share grows in leaps as work piles up, by about a factor of two each. */
function bestShare(seed: number, work: number): number {
  if (work < 1) {
    return 0;
  }
  const level = Math.floor(Math.log2(work));
  return Math.floor(2 ** level * (1 + unit(seed, 'best', level)));
}

function lastShareAt(timeline: StateTimeline, shares: number, minedSinceS: number, now: number): number | undefined {
  // While the miner stands still, the time of its last share would have to be looked for; it is left unknown.
  return shares === 0 || !isMining(timeline.stateAt(now)) ? undefined : Math.floor(now - minedSinceS * 1_000);
}

function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

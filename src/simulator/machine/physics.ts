import type { MinerProfile } from '../profile';
import { hash, noise, unit } from '../random';
import type { BoardHistory } from './boardHistory';
import { airflow, type BoardTemperatures, type FanMeasurement, measureFans, measureTemperatures } from './heat';
import { type BoardOperation, boardOperations } from './operation';
import type { SimulatedState } from './ownWays';
import { hashingPowerW, STANDBY_W } from './power';
import { round } from './rounding';
import type { Settings } from './settings';
import { measurePool, type PoolMeasurement } from './shares';
import type { StateTimeline } from './timeline';

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

export interface BoardMeasurement extends BoardTemperatures {
  readonly enabled: boolean;
  readonly work: WorkMeasurement;
  readonly voltageV: number;
  readonly frequencyHz: number;
}

export interface Measurement {
  readonly state: SimulatedState;
  readonly systemUptimeS: number;
  /** 0 while the mining software does not run. */
  readonly bosminerUptimeS: number;
  readonly work: WorkMeasurement;
  readonly boards: readonly BoardMeasurement[];
  readonly powerW: number;
  /** None on a miner that is cooled by water or immersed. */
  readonly fans: readonly FanMeasurement[];
  readonly pool: PoolMeasurement;
}

const BOSMINER_START_S = 45;
const DRIFT = { spanS: 1_200, size: 0.012 };
const ERROR_PART = 0.0002;

/**
 * What a miner's instruments show at `now` (ms since the Unix epoch). Depends on nothing but its arguments, so that two
 * simulations of one seed show the same at the same time.
 *
 * @param settings the configuration that is in force
 */
export function measure(
  profile: MinerProfile,
  timeline: StateTimeline,
  history: BoardHistory,
  settings: Settings,
  now: number,
): Measurement {
  const nowS = now / 1_000;
  const { systemUptimeS, bosminerUptimeS, runningSince } = uptimes(profile, timeline, now);
  const runningS = (now - runningSince) / 1_000;
  const mined = (spanS: number) => minedPart(timeline, now, Math.min(spanS, runningS));
  const levels = { now: timeline.levelAt(now), aim: timeline.aimAt(now) };
  const blown = airflow(profile, settings.cooling, mined(60), nowS);
  const operations = boardOperations(settings);
  const boards = operations.map((operation, index) =>
    measureBoard(profile, index, operation, { history, levels, blown, runningS, now }),
  );
  return {
    state: timeline.stateAt(now),
    systemUptimeS,
    bosminerUptimeS,
    work: addUp(boards.map((board) => board.work)),
    boards,
    powerW: measurePower(profile, operations, levels.now, nowS),
    fans: measureFans(profile, settings.cooling, mined, nowS),
    pool: measurePool(profile, history, runningSince, now),
  };
}

/** The control board reboots now and then by itself, and both it and the mining software when somebody tells them to. */
function uptimes(profile: MinerProfile, timeline: StateTimeline, now: number) {
  const periodMs = profile.rebootPeriodS * 1_000;
  const ownBootAt = now - ((now + Math.floor(periodMs * unit(profile.seed, 'boot'))) % periodMs);
  const bootedAt = Math.max(ownBootAt, timeline.bootedAt(now) ?? ownBootAt);
  const startedAt = Math.max(ownBootAt + BOSMINER_START_S * 1_000, bootedAt, timeline.startedAt(now) ?? bootedAt);
  // To the millisecond: counters that begin at a whole second before now would begin a little later with every look.
  const runningSince = timeline.stateAt(now) === 'not-started' ? now : Math.min(now, startedAt);
  return {
    systemUptimeS: Math.max(0, Math.floor((now - bootedAt) / 1_000)),
    bosminerUptimeS: Math.floor((now - runningSince) / 1_000),
    runningSince,
  };
}

/** Work done in the span before `now`, as a part of what level 1 makes of it. */
function minedPart(timeline: StateTimeline, now: number, spanS: number): number {
  return spanS <= 0 ? 0 : (timeline.minedMs(now) - timeline.minedMs(now - spanS * 1_000)) / (spanS * 1_000);
}

/** What the boards of one machine have in common. */
interface BoardConditions {
  readonly history: BoardHistory;
  /** Of the machine: the one it works at, and the one it works towards. */
  readonly levels: { readonly now: number; readonly aim: number };
  readonly blown: number;
  /** For how long the mining software has run. */
  readonly runningS: number;
  readonly now: number;
}

function measureBoard(
  profile: MinerProfile,
  index: number,
  { enabled, share, voltageV }: BoardOperation,
  { history, levels, blown, runningS, now }: BoardConditions,
): BoardMeasurement {
  const { model } = profile;
  const seed = hash(profile.seed, 'board', index);
  const nowS = now / 1_000;
  const mined = (wantedS: number) => {
    const spanMs = Math.min(wantedS, runningS) * 1_000;
    return spanMs <= 0 ? 0 : history.boardMs(index, now - spanMs, now) / spanMs;
  };
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
  averages.since_restart = enabled ? round(fullGhs * quality * mined(runningS), 2) : 0;
  const averagesGhs = averages as Record<HashrateWindow, number>;
  const level = enabled ? levels.now : 0;
  const volts = voltageV ?? model.boardVoltageV * (0.85 + 0.15 * level);
  return {
    enabled,
    work: {
      nominalGhs: enabled ? round(fullGhs * share * profile.quality * levels.aim, 2) : 0,
      averagesGhs,
      errorMhs: round(averagesGhs.last_1m * 1_000 * ERROR_PART * (0.2 + unit(seed, 'errors')), 2),
    },
    voltageV: level > 0 ? round(volts + 0.05 * noise(hash(seed, 'volt'), nowS / 30), 2) : 0,
    frequencyHz: Math.round(model.frequencyMhz * profile.quality * level * share * 100) * 10_000,
    ...measureTemperatures(profile, seed, mined(300), blown, nowS),
  };
}

function measurePower(profile: MinerProfile, boards: readonly BoardOperation[], level: number, nowS: number): number {
  const hashingW = boards.reduce(
    (sum, { enabled, share, voltageV }) =>
      sum + (enabled ? hashingPowerW(profile.model, level * share, voltageV) / boards.length : 0),
    0,
  );
  return STANDBY_W + Math.round(hashingW * (1 + 0.01 * noise(hash(profile.seed, 'power'), nowS / 60)));
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

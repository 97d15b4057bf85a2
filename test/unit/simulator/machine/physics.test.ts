import { describe, expect, it } from 'vitest';
import { BoardHistory } from '../../../../src/simulator/machine/boardHistory';
import { HASHRATE_WINDOWS, type Measurement, measure } from '../../../../src/simulator/machine/physics';
import type { Settings } from '../../../../src/simulator/machine/settings';
import { SettingsStore } from '../../../../src/simulator/machine/settingsStore';
import { StateTimeline } from '../../../../src/simulator/machine/timeline';
import { buildProfiles, type MinerProfile } from '../../../../src/simulator/profile';

const NOON = Date.UTC(2026, 5, 15, 12);
const DAY_MS = 86_400_000;
const [steady] = buildProfiles(1, 3) as [MinerProfile];

function at(time: number, profile = steady, timeline = new StateTimeline(profile)): Measurement {
  return measure(profile, timeline, historyOf(profile, timeline), settingsOf(profile), time);
}

function historyOf(profile: MinerProfile, timeline: StateTimeline): BoardHistory {
  return new BoardHistory(timeline, profile.model.boards);
}

function settingsOf(profile: MinerProfile): Settings {
  return new SettingsStore(profile, () => {}).applied;
}

/** How much a hashrate average moves, as a part of itself. */
function spread(window: (typeof HASHRATE_WINDOWS)[number]['name']): number {
  const values = Array.from({ length: 500 }, (_, step) => at(NOON + step * 7_000).work.averagesGhs[window]);
  return (Math.max(...values) - Math.min(...values)) / Math.max(...values);
}

describe('measure', () => {
  it('depends on seed and time only', () => {
    expect(at(NOON)).toEqual(at(NOON));
    expect(at(NOON)).not.toEqual(at(NOON + 5_000));
  });

  it('turns its fans faster in the heat of the day, and idles them when it does not mine', () => {
    const night = at(Date.UTC(2026, 5, 15, 3));
    const afternoon = at(Date.UTC(2026, 5, 15, 15));
    expect(night.fans).toHaveLength(4);
    expect(afternoon.fans[0]?.rpm).toBeGreaterThan(night.fans[0]?.rpm ?? Number.POSITIVE_INFINITY);
    for (const { rpm, speedRatio } of [...night.fans, ...afternoon.fans]) {
      expect(speedRatio).toBeLessThanOrEqual(1);
      expect(rpm).toBeGreaterThan(800);
      expect(rpm).toBeLessThan(6_300);
    }
    const timeline = new StateTimeline(steady);
    timeline.override('paused', NOON - 600_000);
    expect(at(NOON, steady, timeline).fans[0]?.rpm).toBeLessThan(night.fans[0]?.rpm ?? 0);
  });

  it('hashes about what the maker promises, in GH/s', () => {
    const { work } = at(NOON);
    const stickerGhs = steady.model.stickerThs * 1_000;
    for (const { name } of HASHRATE_WINDOWS) {
      expect(work.averagesGhs[name] / stickerGhs).toBeGreaterThan(0.88);
      expect(work.averagesGhs[name] / stickerGhs).toBeLessThan(1.1);
    }
    expect(work.nominalGhs).toBeCloseTo(stickerGhs * steady.quality, 0);
  });

  it('counts errors in MH/s: far below the hashrate', () => {
    const { work } = at(NOON);
    expect(work.errorMhs / 1_000 / work.averagesGhs.last_1m).toBeLessThan(0.001);
    expect(work.errorMhs).toBeGreaterThan(0);
  });

  it('is noisy over seconds and calm over a day', () => {
    expect(spread('last_5s')).toBeGreaterThan(0.02);
    expect(spread('last_24h')).toBeLessThan(0.003);
    expect(spread('last_5s')).toBeGreaterThan(spread('last_5m'));
    expect(spread('last_5m')).toBeGreaterThan(spread('last_24h'));
  });

  it('draws power by hashrate', () => {
    const { powerW, work } = at(NOON);
    const efficiency = powerW / (work.averagesGhs.last_1m / 1_000);
    expect(efficiency / steady.model.efficiencyJPerTh).toBeCloseTo(1, 1);
  });

  it('is warmest in the afternoon', () => {
    const inlet = (time: number) => at(time).boards[0]?.inletC ?? Number.NaN;
    expect(inlet(NOON + 3 * 3_600_000)).toBeGreaterThan(inlet(NOON - 9 * 3_600_000));
  });

  it('gets hotter from air to board to chip', () => {
    const [board] = at(NOON).boards;
    expect(board?.outletC).toBeGreaterThan(board?.inletC ?? Number.NaN);
    expect(board?.boardC).toBeGreaterThan(board?.outletC ?? Number.NaN);
    expect(board?.chipC).toBeGreaterThan(board?.boardC ?? Number.NaN);
    expect(board?.chipC).toBeLessThan(95);
  });

  it('counts uptime and shares up', () => {
    const earlier = at(NOON);
    const later = at(NOON + 60_000);
    expect(later.systemUptimeS - earlier.systemUptimeS).toBe(60);
    expect(later.bosminerUptimeS).toBeLessThan(later.systemUptimeS);
    expect(later.pool.acceptedShares).toBeGreaterThan(earlier.pool.acceptedShares);
    expect(later.pool.generatedWork).toBeGreaterThan(earlier.pool.generatedWork);
    expect(later.pool.bestShare).toBeGreaterThanOrEqual(earlier.pool.bestShare);
    expect(later.pool.lastShareAt).toBeLessThanOrEqual(NOON + 60_000);
  });

  it('stops while paused, in short averages first', () => {
    const timeline = new StateTimeline(steady);
    timeline.override('paused', NOON);
    const soon = at(NOON + 60_000, steady, timeline);
    expect(soon.work.averagesGhs.last_1m).toBe(0);
    expect(soon.work.averagesGhs.last_5m).toBeGreaterThan(0);
    expect(soon.boards[0]?.voltageV).toBe(0);
    expect(soon.powerW).toBeLessThan(100);

    const later = at(NOON + 3_600_000, steady, timeline);
    expect(later.work.averagesGhs.last_1h).toBe(0);
    expect(later.pool.acceptedShares).toBe(soon.pool.acceptedShares);
    expect(later.boards[0]?.chipC).toBeLessThan(soon.boards[0]?.chipC ?? Number.NaN);
  });

  it('is silent before the mining software starts', () => {
    const timeline = new StateTimeline(steady);
    timeline.override('not-started', NOON);
    const measured = at(NOON + 1_000, steady, timeline);
    expect(measured.bosminerUptimeS).toBe(0);
    expect(measured.work.averagesGhs.last_24h).toBe(0);
    expect(measured.pool).toMatchObject({ acceptedShares: 0, bestShare: 0, lastShareAt: undefined });
  });

  it('leaves out boards that are switched off', () => {
    const boardsEnabled = steady.boardSerialNumbers.map((_, index) => index !== 0);
    const timeline = new StateTimeline(steady);
    const settings = { ...settingsOf(steady), boardsEnabled };
    const measured = measure(steady, timeline, historyOf(steady, timeline), settings, NOON);
    expect(measured.boards[0]).toMatchObject({ enabled: false, voltageV: 0, frequencyHz: 0 });
    expect(measured.work.nominalGhs).toBeLessThan(at(NOON).work.nominalGhs);
  });

  it('counts up and never down, whenever it is looked at', () => {
    const timeline = new StateTimeline(steady);
    timeline.override('paused', NOON + 30_000);
    timeline.resume(NOON + 60_000, 20_000);
    let before = at(NOON, steady, timeline).pool;
    for (let time = NOON; time < NOON + 120_000; time += 130) {
      const { pool } = at(time, steady, timeline);
      expect(pool.generatedWork).toBeGreaterThanOrEqual(before.generatedWork);
      before = pool;
    }
    expect(before.generatedWork).toBeGreaterThan(at(NOON, steady, timeline).pool.generatedWork);
  });

  it('never has mining run for longer than the control board', () => {
    const timeline = new StateTimeline(steady);
    timeline.reboot(NOON, NOON + 8_000, NOON + 28_000, 0);
    timeline.override('normal', NOON + 10_000);
    const { systemUptimeS, bosminerUptimeS } = at(NOON + 20_000, steady, timeline);

    expect([systemUptimeS, bosminerUptimeS]).toEqual([12, 10]);

    timeline.reboot(NOON + 60_000, NOON + 68_000, NOON + 88_000, 0);
    timeline.override('normal', NOON + 63_000);
    expect(at(NOON + 80_000, steady, timeline)).toMatchObject({ systemUptimeS: 12, bosminerUptimeS: 12 });
  });

  it('earns no shares with boards that are off', () => {
    const timeline = new StateTimeline(steady);
    const history = historyOf(steady, timeline);
    const look = (time: number) => measure(steady, timeline, history, settingsOf(steady), time).pool.generatedWork;
    const full = look(NOON + 60_000) - look(NOON);
    history.divide([1, 0, 0], NOON + 60_000);

    expect((look(NOON + 120_000) - look(NOON + 60_000)) / full).toBeCloseTo(1 / 3, 3);
  });

  it('yields finite figures for every miner of a fleet at any time of day', () => {
    for (const profile of buildProfiles(60, 9)) {
      for (let time = NOON; time < NOON + DAY_MS; time += 3_333_333) {
        const numbers = JSON.stringify(at(time, profile), (_, value) =>
          typeof value === 'number' && !(Number.isFinite(value) && value >= 0) ? `bad ${value}` : value,
        );
        expect(numbers).not.toContain('bad');
      }
    }
  });
});

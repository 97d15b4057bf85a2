import { describe, expect, it } from 'vitest';
import { StateTimeline } from '../../../../src/simulator/machine/timeline';
import { buildProfiles, type MinerProfile } from '../../../../src/simulator/profile';

const START = Date.UTC(2026, 0, 1);
const [steady] = buildProfiles(1, 1) as [MinerProfile];
const restless = buildProfiles(500, 1).filter(({ temper }) => temper === 'restless');

function workBetween(timeline: StateTimeline, from: number, to: number): number {
  return timeline.minedMs(to) - timeline.minedMs(from);
}

/** The area under the level, summed up in small steps. */
function areaBetween(timeline: StateTimeline, from: number, to: number, stepMs = 10): number {
  let area = 0;
  for (let time = from; time < to; time += stepMs) {
    area += timeline.levelAt(time + stepMs / 2) * stepMs;
  }
  return area;
}

describe('a ramp', () => {
  it('goes from one level to the next in a straight line, and its work with it', () => {
    const timeline = new StateTimeline(steady);
    timeline.aim(0.5, START, 60_000);

    expect(timeline.levelAt(START - 1)).toBe(1);
    expect(timeline.levelAt(START + 30_000)).toBeCloseTo(0.75, 9);
    expect(timeline.levelAt(START + 60_000)).toBe(0.5);
    expect(workBetween(timeline, START, START + 60_000)).toBeCloseTo(45_000, 2);
    expect(workBetween(timeline, START + 60_000, START + 70_000)).toBeCloseTo(5_000, 2);
  });

  it('starts from where the one before it is, when the target changes half way', () => {
    const timeline = new StateTimeline(steady);
    timeline.aim(0.5, START, 60_000);
    timeline.aim(1, START + 30_000, 10_000);

    expect(timeline.levelAt(START + 30_000)).toBeCloseTo(0.75, 9);
    expect(timeline.levelAt(START + 35_000)).toBeCloseTo(0.875, 9);
    expect(timeline.aimAt(START + 35_000)).toBe(1);
    expect(workBetween(timeline, START, START + 40_000)).toBeCloseTo(areaBetween(timeline, START, START + 40_000), 2);
  });

  it('begins at nothing after a pause, at once nothing while it lasts', () => {
    const timeline = new StateTimeline(steady);
    timeline.override('paused', START);
    timeline.resume(START + 10_000, 20_000);

    expect(timeline.levelAt(START)).toBe(0);
    expect(workBetween(timeline, START, START + 10_000)).toBe(0);
    expect(timeline.levelAt(START + 10_000)).toBe(0);
    expect(timeline.levelAt(START + 20_000)).toBeCloseTo(0.5, 9);
    expect(workBetween(timeline, START + 10_000, START + 30_000)).toBeCloseTo(10_000, 2);
  });

  it('counts no work of a miner that pauses by itself meanwhile', () => {
    for (const profile of restless) {
      const timeline = new StateTimeline(profile);
      const change = timeline.nextChange(START) ?? Number.NaN;
      timeline.aim(0.4, change - 20_000, 40_000);

      const [from, to] = [change - 40_000, change + 200_000];
      expect(workBetween(timeline, from, to)).toBeCloseTo(areaBetween(timeline, from, to), -1);
    }
  });
});

describe('a restart', () => {
  it('is over when it is said to be, and the uptime begins then', () => {
    const timeline = new StateTimeline(steady);
    timeline.restart(START, START + 5_000, 10_000);

    expect(timeline.stateAt(START)).toBe('not-started');
    expect(timeline.nextChange(START)).toBe(START + 5_000);
    expect(timeline.stateAt(START + 5_000)).toBe('normal');
    expect(timeline.startedAt(START + 5_000)).toBe(START + 5_000);
    expect(timeline.nextChange(START + 5_000)).toBeUndefined();
  });

  it('goes on when the target changes meanwhile, and is given up when the miner is stopped', () => {
    const timeline = new StateTimeline(steady);
    timeline.restart(START, START + 5_000, 10_000);
    timeline.aim(0.5, START + 1_000, 60_000);

    expect(timeline.stateAt(START + 1_000)).toBe('not-started');
    expect(timeline.stateAt(START + 5_000)).toBe('normal');
    expect(timeline.levelAt(START + 15_000)).toBe(0.5);

    timeline.override('not-started', START + 2_000);
    expect(timeline.stateAt(START + 60_000)).toBe('not-started');
  });

  it('begins the uptime as well when a state is set that runs again', () => {
    const timeline = new StateTimeline(steady);
    timeline.override('not-started', START);
    timeline.override('normal', START + 5_000);
    timeline.override('paused', START + 6_000);

    expect(timeline.startedAt(START + 7_000)).toBe(START + 5_000);
  });

  it('stays right after thousands of them, of which only the last are remembered', () => {
    const timeline = new StateTimeline(steady);
    for (let turn = 0; turn < 5_000; turn++) {
      timeline.restart(START + turn * 10_000, START + turn * 10_000 + 5_000, 1_000);
    }
    const end = START + 50_000_000;
    expect(workBetween(timeline, end - 1_000, end)).toBe(1_000);
    expect(workBetween(timeline, end, end + 1_000)).toBe(1_000);
  });
});

describe('what is remembered', () => {
  it('lets work never fall, however much of it is forgotten, and counts on from where it began', () => {
    const timeline = new StateTimeline(steady);
    timeline.restart(START, START + 5_000, 1_000);
    const paused = START + 60_000;
    timeline.override('paused', paused);
    timeline.resume(paused + 3_600_000, 0);
    const began = workBetween(timeline, START + 5_000, paused + 3_600_000);
    for (let turn = 0; turn < 1_000; turn++) {
      timeline.aim(turn % 2 === 0 ? 0.5 : 1, paused + 3_600_000 + turn * 100, 0);
    }
    const end = paused + 3_700_000;

    for (let time = START - 10_000; time < end; time += 1_000) {
      expect(workBetween(timeline, time, time + 1_000)).toBeGreaterThanOrEqual(0);
    }
    expect(workBetween(timeline, START + 5_000, end)).toBeCloseTo(began + 75_000, 2);
  });
});

import { describe, expect, it } from 'vitest';
import { BoardHistory } from '../../../../src/simulator/machine/boardHistory';
import { StateTimeline } from '../../../../src/simulator/machine/timeline';
import { buildProfiles, type MinerProfile } from '../../../../src/simulator/profile';

const START = Date.UTC(2026, 0, 1);
const [steady] = buildProfiles(1, 1) as [MinerProfile];

function setUp() {
  const timeline = new StateTimeline(steady);
  return { timeline, history: new BoardHistory(timeline, 3) };
}

describe('the history of hashboards', () => {
  it('leaves a board that is switched off what it did before, and gives it nothing more', () => {
    const { history } = setUp();
    history.divide([1, 0, 1], START);

    expect(history.boardMs(1, START - 6_000, START + 4_000)).toBe(6_000);
    expect(history.boardMs(1, START, START + 4_000)).toBe(0);
    expect(history.boardMs(0, START - 6_000, START + 4_000)).toBe(10_000);
    expect(history.machineMs(START, START + 3_000)).toBeCloseTo(2_000, 6);
    expect(history.levelAt(START - 1)).toBe(1);
    expect(history.levelAt(START)).toBeCloseTo(2 / 3, 9);
  });

  it('counts a board by its own part of the level, and nothing while the miner pauses', () => {
    const { history, timeline } = setUp();
    history.divide([1, 0.5, 1], START);
    timeline.override('paused', START + 2_000);

    expect(history.boardMs(1, START, START + 10_000)).toBe(1_000);
    expect(history.levelAt(START + 5_000)).toBe(0);
  });

  it('counts on from where it began, however much is forgotten', () => {
    const { history, timeline } = setUp();
    history.divide([1, 1, 0], START);
    timeline.restart(START + 1_000, START + 6_000, 0);
    let expected = 0;
    for (let turn = 0; turn < 200; turn++) {
      const at = START + 10_000 + turn * 1_000;
      history.divide([turn % 2, 1, 0.5], at);
      expected += (turn % 2) * 1_000;
      const sinceStart = history.boardMs(0, START + 6_000, at + 1_000);
      expect(sinceStart).toBeCloseTo(4_000 + expected, 2);
      expect(history.boardMs(2, START, START + 10_000)).toBeCloseTo(0, 6);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { isMining } from '../../../../src/simulator/machine/ownWays';
import { StateTimeline } from '../../../../src/simulator/machine/timeline';
import { buildProfiles, type MinerProfile } from '../../../../src/simulator/profile';

const START = Date.UTC(2026, 0, 1);
const restless = buildProfiles(500, 1).filter(({ temper }) => temper === 'restless');
const [steady] = buildProfiles(1, 1) as [MinerProfile];

describe('StateTimeline', () => {
  it('leaves a steady miner normal for ever', () => {
    const timeline = new StateTimeline(steady);
    expect(timeline.stateAt(START)).toBe('normal');
    expect(timeline.nextChange(START)).toBeUndefined();
  });

  it('names the next change of a restless miner to the millisecond', () => {
    for (const profile of restless) {
      const timeline = new StateTimeline(profile);
      let time = START;
      for (let change = 0; change < 6; change++) {
        const next = timeline.nextChange(time) ?? Number.NaN;
        expect(next).toBeGreaterThan(time);
        expect(timeline.stateAt(next - 1)).toBe(timeline.stateAt(time));
        expect(timeline.stateAt(next)).not.toBe(timeline.stateAt(time));
        time = next;
      }
    }
  });

  it('counts as mined exactly the time in states that mine', () => {
    for (const profile of restless.slice(0, 5)) {
      const timeline = new StateTimeline(profile);
      for (let time = START; time < START + 1_000_000; time += 997) {
        const mined = timeline.minedMs(time + 1) - timeline.minedMs(time);
        expect(mined).toBe(isMining(timeline.stateAt(time)) ? 1 : 0);
      }
    }
  });

  it('obeys, and goes its own ways again when told to', () => {
    const timeline = new StateTimeline(steady);
    timeline.override('paused', START);
    timeline.override(undefined, START + 10_000);

    expect(timeline.stateAt(START - 1)).toBe('normal');
    expect(timeline.stateAt(START)).toBe('paused');
    expect(timeline.stateAt(START + 10_000)).toBe('normal');
    expect(timeline.minedMs(START + 15_000) - timeline.minedMs(START - 5_000)).toBe(10_000);
  });
});

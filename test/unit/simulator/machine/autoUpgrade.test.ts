import { describe, expect, it } from 'vitest';
import type { WireAutoUpgradeSchedule } from '../../../../src/braiins/proto/wire/upgrade';
import { AutoUpgrade } from '../../../../src/simulator/machine/autoUpgrade';

/** A Wednesday. */
const NOON = Date.UTC(2026, 1, 11, 12);

function executions(schedule: WireAutoUpgradeSchedule, now: number) {
  const upgrade = new AutoUpgrade();
  upgrade.update({ enabled: true, schedule }, NOON);
  const { next_execution: next, last_execution: last } = upgrade.status(now);
  const iso = (seconds: number | undefined) =>
    seconds === undefined ? undefined : new Date(seconds * 1_000).toISOString();
  return { next: iso(next?.seconds), last: iso(last?.seconds) };
}

describe('the executions of a schedule', () => {
  it.each<[string, WireAutoUpgradeSchedule, string]>([
    ['later today', { daily: { time: { hours: 13 } } }, '2026-02-11T13:00:00.000Z'],
    ['tomorrow, because it is over for today', { daily: { time: { hours: 12 } } }, '2026-02-12T12:00:00.000Z'],
    ['on Tuesday', { weekly: { day_of_week: 'DAY_OF_WEEK_TUESDAY', time: { hours: 1 } } }, '2026-02-17T01:00:00.000Z'],
    ['in the next month that has a 30th', { monthly: { day_of_month: 30, time: {} } }, '2026-03-30T00:00:00.000Z'],
  ])('come %s', (_when, schedule, next) => {
    expect(executions(schedule, NOON)).toEqual({ next, last: undefined });
  });

  it('are remembered from when it was switched on', () => {
    const schedule = { daily: { time: { hours: 3, minutes: 15, seconds: 30 } } };
    expect(executions(schedule, NOON + 14 * 3_600_000)).toEqual({ next: '2026-02-12T03:15:30.000Z', last: undefined });
    expect(executions(schedule, NOON + 40 * 3_600_000)).toEqual({
      next: '2026-02-14T03:15:30.000Z',
      last: '2026-02-13T03:15:30.000Z',
    });
  });

  it.each<[WireAutoUpgradeSchedule, string]>([
    [{}, 'schedule is empty'],
    [{ daily: { time: { hours: 24 } } }, 'time 24:0:0'],
    [{ monthly: { day_of_month: 32 } }, 'from 1 to 31'],
    [{ weekly: { day_of_week: 'DAY_OF_WEEK_UNSPECIFIED' } }, 'day_of_week'],
  ])('are refused for %j', (schedule, message) => {
    expect(() => new AutoUpgrade().update({ enabled: true, schedule }, NOON)).toThrow(message);
  });
});

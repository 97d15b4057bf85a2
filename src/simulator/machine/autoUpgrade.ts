import type { WireDayOfWeek } from '../../braiins/proto/wire/units';
import type {
  WireAutoUpgradeSchedule,
  WireGetAutoUpgradeStatusResponse,
  WireUpdateAutoUpgradeConfigRequest,
  WireUpdateAutoUpgradeConfigResponse,
  WireUpgradeTime,
} from '../../braiins/proto/wire/upgrade';
import { invalid } from '../refusal';
import { wireTimestamp } from './timestamps';

const DAYS: readonly WireDayOfWeek[] = [
  'DAY_OF_WEEK_SUNDAY',
  'DAY_OF_WEEK_MONDAY',
  'DAY_OF_WEEK_TUESDAY',
  'DAY_OF_WEEK_WEDNESDAY',
  'DAY_OF_WEEK_THURSDAY',
  'DAY_OF_WEEK_FRIDAY',
  'DAY_OF_WEEK_SATURDAY',
];
const DAY_MS = 86_400_000;
/** The longest that two executions lie apart: a month that has the 31st, and one that has not. */
const LOOK_DAYS = 62;
const DEFAULT_SCHEDULE: WireAutoUpgradeSchedule = { daily: { time: { hours: 3, minutes: 0 } } };

/** When a machine looks for newer firmware by itself. It never finds any. */
export class AutoUpgrade {
  /** ms since the Unix epoch; `undefined` while it is switched off. */
  private enabledAt: number | undefined;
  private schedule: WireAutoUpgradeSchedule = DEFAULT_SCHEDULE;

  update(request: WireUpdateAutoUpgradeConfigRequest, now: number): WireUpdateAutoUpgradeConfigResponse {
    const { enabled = false, schedule } = request;
    if (schedule !== undefined) {
      this.schedule = checked(schedule);
    }
    this.enabledAt = enabled ? (this.enabledAt ?? now) : undefined;
    return { enabled, ...this.next(now) };
  }

  status(now: number): WireGetAutoUpgradeStatusResponse {
    const last = this.enabledAt === undefined ? undefined : executionFrom(this.schedule, this.enabledAt, now, -1);
    return {
      enabled: this.enabledAt !== undefined,
      schedule: this.schedule,
      ...this.next(now),
      ...(last !== undefined && { last_execution: wireTimestamp(last) }),
    };
  }

  reset(): void {
    this.enabledAt = undefined;
    this.schedule = DEFAULT_SCHEDULE;
  }

  private next(now: number): Pick<WireUpdateAutoUpgradeConfigResponse, 'next_execution'> {
    const next = executionFrom(this.schedule, now, now + LOOK_DAYS * DAY_MS, 1);
    return this.enabledAt === undefined || next === undefined ? {} : { next_execution: wireTimestamp(next) };
  }
}

/** The first execution after `from` up to `to`, or, with step -1, the last. */
function executionFrom(
  { daily, weekly, monthly }: WireAutoUpgradeSchedule,
  from: number,
  to: number,
  step: 1 | -1,
): number | undefined {
  const time = (daily ?? weekly ?? monthly)?.time ?? {};
  const timeMs = ((time.hours ?? 0) * 3_600 + (time.minutes ?? 0) * 60 + (time.seconds ?? 0)) * 1_000;
  const firstDay = Math.floor((step === 1 ? from : to) / DAY_MS);
  for (let days = 0; days <= LOOK_DAYS; days++) {
    const midnight = (firstDay + step * days) * DAY_MS;
    const date = new Date(midnight);
    const isDay =
      (weekly === undefined || DAYS[date.getUTCDay()] === weekly.day_of_week) &&
      (monthly === undefined || date.getUTCDate() === monthly.day_of_month);
    const execution = midnight + timeMs;
    if (isDay && execution > from && execution <= to) {
      return execution;
    }
  }
  return undefined;
}

function checked({ daily, weekly, monthly }: WireAutoUpgradeSchedule): WireAutoUpgradeSchedule {
  if (daily !== undefined) {
    return { daily: { time: checkedTime(daily.time) } };
  }
  if (weekly !== undefined) {
    const { day_of_week = 'DAY_OF_WEEK_MONDAY', time } = weekly;
    if (!DAYS.includes(day_of_week)) {
      throw invalid('day_of_week is none.');
    }
    return { weekly: { day_of_week, time: checkedTime(time) } };
  }
  if (monthly !== undefined) {
    const { day_of_month = 1, time } = monthly;
    if (day_of_month < 1 || day_of_month > 31) {
      throw invalid(`day_of_month has to be from 1 to 31, and is ${day_of_month}.`);
    }
    return { monthly: { day_of_month, time: checkedTime(time) } };
  }
  throw invalid('schedule is empty: one of daily, weekly and monthly.');
}

function checkedTime(time: WireUpgradeTime = { hours: 3 }): WireUpgradeTime {
  const { hours = 0, minutes = 0, seconds = 0 } = time;
  if (hours > 23 || minutes > 59 || seconds > 59) {
    throw invalid(`time ${hours}:${minutes}:${seconds} is none.`);
  }
  return { hours, minutes, ...(time.seconds !== undefined && { seconds }) };
}

import type {
  AutoUpgradeStatus,
  DayOfWeek,
  LogType,
  MinerLicense,
  SupportArchiveFormat,
  TimeOfDay,
  UpgradeSchedule,
} from '../../fleet/minerSystem';
import type { WireGetLicenseStateResponse } from '../proto/wire/license';
import { zeroIfAbsent } from '../proto/wire/units';
import type { WireAutoUpgradeSchedule, WireGetAutoUpgradeStatusResponse, WireUpgradeTime } from '../proto/wire/upgrade';
import { nameOf } from './enums';
import { checkedInteger, optional } from './requests';
import { finite, isoTime, known, text, unit } from './values';

const LICENSE_TYPES = { standard: 'LICENSE_TYPE_STANDARD', custom: 'LICENSE_TYPE_CUSTOM' } as const;

const DAYS = {
  monday: 'DAY_OF_WEEK_MONDAY',
  tuesday: 'DAY_OF_WEEK_TUESDAY',
  wednesday: 'DAY_OF_WEEK_WEDNESDAY',
  thursday: 'DAY_OF_WEEK_THURSDAY',
  friday: 'DAY_OF_WEEK_FRIDAY',
  saturday: 'DAY_OF_WEEK_SATURDAY',
  sunday: 'DAY_OF_WEEK_SUNDAY',
} as const satisfies Record<DayOfWeek, string>;

export const LOG_TYPES = {
  errors: 'LOG_TYPE_ERRORS',
  bosminer: 'LOG_TYPE_BOSMINER',
  boser: 'LOG_TYPE_BOSER',
  monitor: 'LOG_TYPE_MONITOR',
  syslog: 'LOG_TYPE_SYSLOG',
  dmesg: 'LOG_TYPE_DMESG',
} as const satisfies Record<LogType, string>;

export const ARCHIVE_FORMATS = {
  zip: 'SUPPORT_ARCHIVE_FORMAT_ZIP',
  bos: 'SUPPORT_ARCHIVE_FORMAT_BOS',
  'encrypted-zip': 'SUPPORT_ARCHIVE_FORMAT_ZIP_ENCRYPTED',
} as const satisfies Record<SupportArchiveFormat, string>;

export function toLicense({ none, limited, valid, expired }: WireGetLicenseStateResponse): MinerLicense {
  if (valid !== undefined) {
    return known<MinerLicense>({
      state: 'valid',
      ...contract(valid),
      timeToRestrictedS: finite(zeroIfAbsent(valid.time_to_restricted)),
    });
  }
  if (expired !== undefined) {
    return known<MinerLicense>({ state: 'expired', ...contract(expired) });
  }
  if (none !== undefined) {
    return known<MinerLicense>({ state: 'none', timeToRestrictedS: finite(zeroIfAbsent(none.time_to_restricted)) });
  }
  return { state: limited === undefined ? 'unknown' : 'limited' };
}

function contract(wire: NonNullable<WireGetLicenseStateResponse['expired']>) {
  const basePoints = unit(wire.dev_fee, ({ bsp }) => bsp);
  return {
    type: nameOf(LICENSE_TYPES, wire.type),
    contractName: text(wire.contract_name),
    devFeePercent: basePoints === undefined ? undefined : basePoints / 100,
  };
}

export function toAutoUpgradeStatus(wire: WireGetAutoUpgradeStatusResponse): AutoUpgradeStatus {
  return known<AutoUpgradeStatus>({
    enabled: wire.enabled === true,
    schedule: toSchedule(wire.schedule),
    nextExecution: isoTime(wire.next_execution),
    lastExecution: isoTime(wire.last_execution),
  });
}

function toSchedule(wire: WireAutoUpgradeSchedule | undefined): UpgradeSchedule | undefined {
  const { daily, weekly, monthly } = wire ?? {};
  if (daily !== undefined) {
    return known<UpgradeSchedule>({ type: 'daily', time: toTime(daily.time) });
  }
  if (weekly !== undefined) {
    return known<UpgradeSchedule>({
      type: 'weekly',
      day: nameOf(DAYS, weekly.day_of_week),
      time: toTime(weekly.time),
    });
  }
  if (monthly !== undefined) {
    return known<UpgradeSchedule>({
      type: 'monthly',
      dayOfMonth: finite(monthly.day_of_month),
      time: toTime(monthly.time),
    });
  }
  return undefined;
}

function toTime(wire: WireUpgradeTime | undefined): TimeOfDay | undefined {
  return (
    wire &&
    known<TimeOfDay>({
      hours: finite(zeroIfAbsent(wire.hours)) ?? 0,
      minutes: finite(zeroIfAbsent(wire.minutes)) ?? 0,
      seconds: finite(wire.seconds),
    })
  );
}

export function wireSchedule(schedule: UpgradeSchedule): WireAutoUpgradeSchedule {
  const time = optional(schedule.time, wireTime);
  switch (schedule.type) {
    case 'daily':
      return { daily: known<NonNullable<WireAutoUpgradeSchedule['daily']>>({ time }) };
    case 'weekly': {
      const day_of_week = optional(schedule.day, (day) => DAYS[day]);
      return { weekly: known<NonNullable<WireAutoUpgradeSchedule['weekly']>>({ day_of_week, time }) };
    }
    case 'monthly': {
      const day_of_month = optional(schedule.dayOfMonth, (day) => checkedInteger('The day of the month', day, 1, 31));
      return { monthly: known<NonNullable<WireAutoUpgradeSchedule['monthly']>>({ day_of_month, time }) };
    }
  }
}

function wireTime({ hours, minutes, seconds }: TimeOfDay): WireUpgradeTime {
  return known<WireUpgradeTime>({
    hours: checkedInteger('The hour', hours, 0, 23),
    minutes: checkedInteger('The minute', minutes, 0, 59),
    seconds: optional(seconds, (value) => checkedInteger('The second', value, 0, 59)),
  });
}

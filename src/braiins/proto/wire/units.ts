/**
 * Messages of the Braiins OS API as `../load.ts` decodes them: names as on the wire, enums by name, 64-bit integers as numbers.
 *
 * Every property may be absent. For messages and for what proto3 calls `optional`, absent means that the miner did not say.
 * For every other scalar and enum it may just as well mean zero, `''`, `false` or the enum's first value, because proto3
 * does not send those: `{ volt?: number }` without `volt` is 0 V, and {@link zeroIfAbsent} reads it so.
 */

/** An enum value by name, or its number when it is newer than our definition. */
export type WireEnum<T extends string> = T | number;

/** 64-bit integers lose precision above 2^53; the protocol has none that large except best shares, which come as text too. */
export type WireUint64 = number;

/** Requests and responses without any field. */
export type WireEmpty = Record<never, never>;

export interface WireUInt32Value {
  value?: number;
}

export interface WireTimestamp {
  /** Since the Unix epoch. */
  seconds?: number;
  nanos?: number;
}

export type WireSaveAction = WireEnum<
  'SAVE_ACTION_UNSPECIFIED' | 'SAVE_ACTION_SAVE' | 'SAVE_ACTION_SAVE_AND_APPLY' | 'SAVE_ACTION_SAVE_AND_FORCE_APPLY'
>;

export interface WireMegaHashrate {
  megahash_per_second?: number;
}

export interface WireGigaHashrate {
  gigahash_per_second?: number;
}

export interface WireTeraHashrate {
  terahash_per_second?: number;
}

export interface WireFrequency {
  hertz?: number;
}

export interface WireVoltage {
  volt?: number;
}

export interface WirePower {
  watt?: WireUint64;
}

export interface WirePowerEfficiency {
  joule_per_terahash?: number;
}

export interface WireTemperature {
  degree_c?: number;
}

export interface WireBasesPoints {
  bsp?: number;
}

export interface WireHours {
  hours?: number;
}

export type WireDayOfWeek = WireEnum<
  | 'DAY_OF_WEEK_UNSPECIFIED'
  | 'DAY_OF_WEEK_MONDAY'
  | 'DAY_OF_WEEK_TUESDAY'
  | 'DAY_OF_WEEK_WEDNESDAY'
  | 'DAY_OF_WEEK_THURSDAY'
  | 'DAY_OF_WEEK_FRIDAY'
  | 'DAY_OF_WEEK_SATURDAY'
  | 'DAY_OF_WEEK_SUNDAY'
>;

/** The value inside a unit, a wrapper or a timestamp that is itself present: absent inside means zero. */
export function zeroIfAbsent(value: number | undefined): number {
  return value ?? 0;
}

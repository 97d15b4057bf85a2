import type { SaveAction } from '../../fleet/minerControl';
import { InvalidRequestError } from '../../fleet/minerSource';
import type {
  WireFrequency,
  WireHours,
  WirePower,
  WireSaveAction,
  WireTemperature,
  WireTeraHashrate,
  WireVoltage,
} from '../proto/wire/units';

const MAX_UINT32 = 2 ** 32 - 1;
/** Longest text that is sent. */
const MAX_TEXT = 4096;

const SAVE_ACTIONS: Readonly<Record<SaveAction, WireSaveAction>> = {
  save: 'SAVE_ACTION_SAVE',
  apply: 'SAVE_ACTION_SAVE_AND_APPLY',
  'force-apply': 'SAVE_ACTION_SAVE_AND_FORCE_APPLY',
};

export function wireSave(save: SaveAction = 'apply'): WireSaveAction {
  return SAVE_ACTIONS[save];
}

/**
 * A number that goes out. protobufjs would write NaN, fractions and negative numbers as some other number, and the miner would
 * obey that one.
 *
 * @param what names the value in the message, with its unit.
 * @throws {InvalidRequestError}
 */
export function checkedNumber(what: string, value: number, min: number, max: number): number {
  if (!(value >= min && value <= max)) {
    const allowed = max === Number.MAX_VALUE ? `a number from ${min} on` : `a number from ${min} to ${max}`;
    throw new InvalidRequestError(`${what} has to be ${allowed}, and is ${value}.`);
  }
  return value;
}

/** As {@link checkedNumber}, for whole numbers. */
export function checkedInteger(what: string, value: number, min = 0, max = MAX_UINT32): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new InvalidRequestError(`${what} has to be a whole number from ${min} to ${max}, and is ${value}.`);
  }
  return value;
}

/** Text that goes out: not empty, and not longer than a miner can have use for. @throws {InvalidRequestError} */
export function checkedText(what: string, value: string): string {
  if (value === '' || value.length > MAX_TEXT) {
    throw new InvalidRequestError(
      value === '' ? `${what} is empty.` : `${what} has ${value.length} characters; ${MAX_TEXT} are the most.`,
    );
  }
  return value;
}

export function wireWatts(what: string, value: number): WirePower {
  return { watt: checkedInteger(`${what} in W`, value) };
}

export function wireTerahash(what: string, value: number): WireTeraHashrate {
  return { terahash_per_second: checkedNumber(`${what} in TH/s`, value, 0, Number.MAX_VALUE) };
}

export function wireCelsius(what: string, value: number): WireTemperature {
  return { degree_c: checkedNumber(`${what} in °C`, value, -273.15, 1000) };
}

export function wireHertz(what: string, value: number): WireFrequency {
  return { hertz: checkedNumber(`${what} in Hz`, value, 0, Number.MAX_VALUE) };
}

export function wireVolts(what: string, value: number): WireVoltage {
  return { volt: checkedNumber(`${what} in V`, value, 0, Number.MAX_VALUE) };
}

/** Whole hours, from seconds. */
export function wireHours(what: string, seconds: number): WireHours {
  return { hours: checkedInteger(`${what} in hours`, seconds / 3600) };
}

export function wireRatio(what: string, value: number): number {
  return checkedNumber(what, value, 0, 1);
}

/** Maps a value that may be absent. */
export function optional<T, W>(value: T | undefined, map: (value: T) => W): W | undefined {
  return value === undefined ? undefined : map(value);
}

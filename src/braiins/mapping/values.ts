import { type WireTimestamp, zeroIfAbsent } from '../proto/wire/units';

/** Longest text that is kept of a miner's answer. What is longer comes from a broken or hostile machine. */
const MAX_TEXT = 4096;
/** Most elements that are kept of a list in a miner's answer. */
const MAX_LIST = 1024;

/** A finite number, or `undefined`. NaN and infinities are what a miner sends for "no reading", and JSON has no such thing. */
export function finite(value: number | undefined): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

/** Text as it came, cut to a bound; empty text says nothing and is `undefined`. */
export function text(value: string | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_TEXT) : undefined;
}

/** `true` or `false`, or `undefined` when the miner did not say. */
export function flag(value: boolean | undefined): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** The elements of a repeated field, mapped; a bounded number of them. */
export function list<W, T>(values: readonly W[] | undefined, map: (value: W) => T): T[] {
  return (values ?? []).slice(0, MAX_LIST).map(map);
}

/**
 * The number inside a unit message such as `Voltage`. A unit that is there without its number means zero, because proto3
 * does not send zeros; a unit that is not there means that the miner did not say.
 */
export function unit<W extends object>(
  message: W | undefined,
  value: (message: W) => number | undefined,
): number | undefined {
  return message === undefined ? undefined : finite(zeroIfAbsent(value(message)));
}

/** Hashrate in TH/s. */
export function terahash(message: { gigahash_per_second?: number } | undefined): number | undefined {
  const gigahash = unit(message, (rate) => rate.gigahash_per_second);
  // Without the digits that only the division brings: 193588.64 GH/s is 193.58864 TH/s.
  return gigahash === undefined ? undefined : Number((gigahash / 1000).toPrecision(12));
}

/** °C */
export function celsius(message: { degree_c?: number } | undefined): number | undefined {
  return unit(message, (temperature) => temperature.degree_c);
}

/** V */
export function volts(message: { volt?: number } | undefined): number | undefined {
  return unit(message, (voltage) => voltage.volt);
}

/** W */
export function watts(message: { watt?: number } | undefined): number | undefined {
  return unit(message, (power) => power.watt);
}

/** Hz */
export function hertz(message: { hertz?: number } | undefined): number | undefined {
  return unit(message, (frequency) => frequency.hertz);
}

/** Target in TH/s. */
export function targetTerahash(message: { terahash_per_second?: number } | undefined): number | undefined {
  return unit(message, (rate) => rate.terahash_per_second);
}

/** Seconds. */
export function hoursToSeconds(message: { hours?: number } | undefined): number | undefined {
  return unit(message, ({ hours }) => zeroIfAbsent(hours) * 3600);
}

/** ISO 8601, or `undefined` for what no calendar has and for the epoch itself, which stands for "never". */
export function isoTime(wire: WireTimestamp | undefined): string | undefined {
  const seconds = unit(wire, (time) => time.seconds);
  if (seconds === undefined || seconds <= 0) {
    return undefined;
  }
  const time = new Date(seconds * 1000 + Math.trunc((finite(wire?.nanos) ?? 0) / 1_000_000));
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** The value of a `google.protobuf.UInt32Value`. */
export function wrapped(message: { value?: number } | undefined): number | undefined {
  return unit(message, (wrapper) => wrapper.value);
}

type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };

/** The same object without the properties that are `undefined`, so that "unknown" is an absent key everywhere. */
export function known<T extends object>(properties: Loose<T>): T {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as T;
}

/** As {@link known}, but `undefined` when nothing is known. */
export function anyKnown<T extends object>(properties: Loose<T>): T | undefined {
  const object = known(properties);
  return Object.keys(object).length > 0 ? object : undefined;
}

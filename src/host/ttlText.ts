/** Times to live as people write them: `10s`, `5m`, `1h 30m`, `2 days`. */

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['sec', 1_000],
  ['second', 1_000],
  ['m', 60_000],
  ['min', 60_000],
  ['minute', 60_000],
  ['h', 3_600_000],
  ['hour', 3_600_000],
  ['d', 86_400_000],
  ['day', 86_400_000],
]);

const MIN_MS = 1_000;
const MAX_MS = 365 * 86_400_000;

const EXAMPLES = 'such as 10s, 5m or 2h';

/** A time to live in whole ms, or why the text is none. */
export type TtlAnswer =
  | { readonly ttlMs: number; readonly problem?: undefined }
  | { readonly ttlMs?: undefined; readonly problem: string };

/** Reads what a person wrote: one or more numbers with their units. */
export function parseTtl(text: string): TtlAnswer {
  const written = text.trim().toLowerCase();
  if (written === '') {
    return { problem: `Write a time, ${EXAMPLES}.` };
  }
  if (/^[\d.]+$/.test(written)) {
    return { problem: `Write the unit as well: ${written}s, ${written}m or ${written}h.` };
  }
  const parts = [...written.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)\s*/gy)];
  if (parts.reduce((length, [part]) => length + part.length, 0) !== written.length) {
    return { problem: `"${text.trim()}" is no time. Write one ${EXAMPLES}.` };
  }
  let ttlMs = 0;
  for (const [, number = '', unit = ''] of parts) {
    const unitMs = UNITS_MS.get(unit) ?? UNITS_MS.get(unit.replace(/s$/, ''));
    if (unitMs === undefined) {
      return { problem: `"${unit}" is no unit of time. The units are s, m, h and d.` };
    }
    ttlMs += Number(number) * unitMs;
  }
  ttlMs = Math.round(ttlMs);
  if (ttlMs < MIN_MS) {
    return { problem: 'Write at least 1s. To have a key gone now, delete it.' };
  }
  return ttlMs > MAX_MS ? { problem: 'Write at most 365d.' } : { ttlMs };
}

/** A time to live as {@link parseTtl} reads it, in whole seconds: `4m 10s`. */
export function ttlText(ttlMs: number): string {
  let left = Math.max(1, Math.round(ttlMs / 1_000));
  const parts: string[] = [];
  for (const [unit, seconds] of [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(left / seconds);
    left -= count * seconds;
    if (count > 0) {
      parts.push(`${count}${unit}`);
    }
  }
  return parts.join(' ');
}

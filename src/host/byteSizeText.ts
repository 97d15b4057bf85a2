/** Sizes as people write them: `500`, `10k`, `1.5 MB`. */

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['k', 1_024],
  ['kb', 1_024],
  ['kib', 1_024],
  ['m', 1_048_576],
  ['mb', 1_048_576],
  ['mib', 1_048_576],
  ['g', 1_073_741_824],
  ['gb', 1_073_741_824],
  ['gib', 1_073_741_824],
]);

/** A number of bytes, or why the text is none. */
export type ByteSizeAnswer =
  | { readonly bytes: number; readonly problem?: undefined }
  | { readonly bytes?: undefined; readonly problem: string };

/** Reads what a person wrote; a kilobyte has 1,024 bytes, as in Redis. */
export function parseByteSize(text: string): ByteSizeAnswer {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(text.trim().toLowerCase()) ?? [];
  const factor = UNITS.get(unit);
  const bytes = Math.round(Number(number) * (factor ?? 0));
  return number === undefined || factor === undefined || !Number.isSafeInteger(bytes)
    ? { problem: 'Write a size, such as 500, 10k or 1.5 MB.' }
    : { bytes };
}

import { CONCISE_CHARACTERS, DETAILED_CHARACTERS } from '../limits';

export type ResponseFormat = 'concise' | 'detailed';

/** Characters of JSON that a result of the format may take. */
export function charactersFor(format: ResponseFormat): number {
  return format === 'concise' ? CONCISE_CHARACTERS : DETAILED_CHARACTERS;
}

/** The first of the rows that together fit beside what else is told; at least one, if there is one. */
export function rowsWithin<T>(rows: readonly T[], characters: number): readonly T[] {
  let left = characters;
  const end = rows.findIndex((row) => {
    left -= JSON.stringify(row).length + 1;
    return left < 0;
  });
  return end === -1 ? rows : rows.slice(0, Math.max(1, end));
}

/** As many digits behind the point as somebody needs who judges a miner. */
export function rounded<T extends number | undefined>(value: T, digits = 1): T {
  const factor = 10 ** digits;
  return (value === undefined ? undefined : Math.round(value * factor) / factor) as T;
}

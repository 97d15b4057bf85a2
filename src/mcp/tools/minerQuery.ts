import { createHash } from 'node:crypto';
import { FleetCacheError } from '../../base/errors';
import type { MinerRow, RowState } from './minerRows';

export const SORTS = ['id', 'hashrate', 'nominal_ratio', 'power', 'efficiency', 'temperature'] as const;
export type Sort = (typeof SORTS)[number];

/** Which miners are wanted, and in what order. */
export interface MinerQuery {
  readonly tenant?: string | undefined;
  readonly states?: readonly RowState[] | undefined;
  readonly tag?: string | undefined;
  readonly text?: string | undefined;
  readonly min_hashrate_ths?: number | undefined;
  readonly max_hashrate_ths?: number | undefined;
  readonly max_nominal_ratio?: number | undefined;
  readonly min_temp_c?: number | undefined;
  readonly sort: Sort;
  readonly order: 'ascending' | 'descending';
}

/** A cursor that is not one of the same question. */
export class CursorError extends FleetCacheError {}

const VALUES: Readonly<Record<Exclude<Sort, 'id'>, (row: MinerRow) => number | undefined>> = {
  hashrate: ({ hashrateThs }) => hashrateThs,
  nominal_ratio: ({ nominalRatio }) => nominalRatio,
  power: ({ powerW }) => powerW,
  efficiency: ({ efficiencyJPerTh }) => efficiencyJPerTh,
  temperature: ({ tempC }) => tempC,
};

/** Whether the question needs temperatures. */
export function asksForTemperature({ sort, min_temp_c }: MinerQuery): boolean {
  return sort === 'temperature' || min_temp_c !== undefined;
}

/** What only the readings tell; the rest is asked of the inventory (`minersAsked`). */
export function matches(row: MinerRow, query: MinerQuery): boolean {
  const { hashrateThs, nominalRatio, tempC } = row;
  const { states, min_hashrate_ths: min, max_hashrate_ths: max, max_nominal_ratio: maxRatio, min_temp_c } = query;
  return (
    (states === undefined || states.includes(row.state)) &&
    (min === undefined || (hashrateThs !== undefined && hashrateThs >= min)) &&
    (max === undefined || (hashrateThs !== undefined && hashrateThs <= max)) &&
    (maxRatio === undefined || (nominalRatio !== undefined && nominalRatio <= maxRatio)) &&
    (min_temp_c === undefined || (tempC !== undefined && tempC >= min_temp_c))
  );
}

/** A row's place in the order: what is not known comes last either way, and equals are in the order of their ids. */
interface Place {
  readonly value: number | null;
  readonly id: string;
}

export function sortRows(rows: readonly MinerRow[], query: MinerQuery): readonly MinerRow[] {
  const placed = rows.map((row) => ({ row, place: placeOf(row, query) }));
  return placed.sort((a, b) => compare(a.place, b.place, query)).map(({ row }) => row);
}

/** The rows after the one that a cursor names, though it may have gone or moved since. @throws {CursorError} */
export function rowsAfter(rows: readonly MinerRow[], cursor: string, query: MinerQuery): readonly MinerRow[] {
  const place = decodeCursor(cursor, query);
  return rows.filter((row) => compare(placeOf(row, query), place, query) > 0);
}

export function cursorAfter(row: MinerRow, query: MinerQuery): string {
  const { value, id } = placeOf(row, query);
  return Buffer.from(JSON.stringify([digestOf(query), value, id])).toString('base64url');
}

function decodeCursor(cursor: string, query: MinerQuery): Place {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    parts = undefined;
  }
  const [digest, value, id] = Array.isArray(parts) ? parts : [];
  if (digest !== digestOf(query) || (value !== null && typeof value !== 'number') || typeof id !== 'string') {
    throw new CursorError(
      'The cursor belongs to another question. Repeat the arguments of the call that it came from.',
    );
  }
  return { value, id };
}

function digestOf(query: MinerQuery): string {
  const text = JSON.stringify(query, Object.keys(query).sort());
  return createHash('sha256').update(text).digest('base64url').slice(0, 8);
}

function placeOf(row: MinerRow, { sort }: MinerQuery): Place {
  return { value: sort === 'id' ? null : (VALUES[sort](row) ?? null), id: row.miner.id };
}

function compare(a: Place, b: Place, { order }: MinerQuery): number {
  const sign = order === 'ascending' ? 1 : -1;
  if (a.value !== b.value) {
    return a.value === null ? 1 : b.value === null ? -1 : sign * (a.value - b.value);
  }
  const byId = a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
  return a.value === null && b.value === null ? sign * byId : byId;
}

import type { EventKind } from '../protocol/dashboard';
import { type EventFilter, NO_FILTER } from './eventFilter';
import { EVENT_KINDS } from './eventHistory';

export const RANGES = ['1m', '5m', '15m', '1h', '6h'] as const;
export type RangeName = (typeof RANGES)[number];

export const GRID_MODES = ['state', 'temperature', 'hashrate', 'freshness'] as const;
export type GridMode = (typeof GRID_MODES)[number];

/** What a person has chosen to see. VS Code keeps it while the page is not there. */
export interface ViewState {
  readonly range: RangeName;
  readonly gridMode: GridMode;
  readonly filter: EventFilter;
  /** The parts that are shown as tables. */
  readonly tables: readonly string[];
  /** The series of charts that are not drawn, as `chart/series`. */
  readonly hiddenSeries: readonly string[];
}

export const INITIAL_STATE: ViewState = {
  range: '15m',
  gridMode: 'state',
  filter: NO_FILTER,
  tables: [],
  hiddenSeries: [],
};

const MAX_TEXT = 200;
const MAX_LIST = 50;

/** What was kept may be of another version, or nothing: what cannot be used is as at first. */
export function readViewState(kept: unknown): ViewState {
  const state = asRecord(kept);
  const filter = asRecord(state.filter);
  return {
    range: oneOf(RANGES, state.range) ?? INITIAL_STATE.range,
    gridMode: oneOf(GRID_MODES, state.gridMode) ?? INITIAL_STATE.gridMode,
    filter: {
      miner: asText(filter.miner),
      tenant: asText(filter.tenant),
      text: asText(filter.text),
      hiddenKinds: asTexts(filter.hiddenKinds).flatMap((kind) => oneOf<EventKind>(EVENT_KINDS, kind) ?? []),
    },
    tables: asTexts(state.tables),
    hiddenSeries: asTexts(state.hiddenSeries),
  };
}

/** The list with `item` in it, or without it. */
export function withItem(list: readonly string[], item: string, isIn: boolean): readonly string[] {
  const others = list.filter((each) => each !== item);
  return isIn ? [...others, item].slice(-MAX_LIST) : others;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT) : '';
}

function asTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string').slice(0, MAX_LIST) : [];
}

function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((each) => each === value);
}

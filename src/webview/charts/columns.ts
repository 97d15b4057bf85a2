import { drawable } from './scales';
import type { ChartSpec, SeriesSpec } from './specs';
import type { Piece, Span } from './timeline';

/** What a chart draws: a time, in ms, for each piece, and each series' value there; `null` breaks the line. */
export interface Columns {
  readonly times: number[];
  /** As they are shown to people. */
  readonly values: (number | null)[][];
  /** As they are drawn: for a stack, each with all below it. */
  readonly heights: (number | null)[][];
  /** `undefined` for a gap. */
  readonly spans: (Span | undefined)[];
}

/** Hidden series take no part in a stack. */
export function columnsOf(
  pieces: readonly Piece[],
  series: readonly SeriesSpec[],
  { isStacked, scale }: Pick<ChartSpec, 'isStacked' | 'scale'>,
  isHidden: (series: SeriesSpec) => boolean,
): Columns {
  const times: number[] = [];
  const spans: (Span | undefined)[] = [];
  for (const piece of pieces) {
    times.push(piece.kind === 'span' ? piece.span.at : (piece.from + piece.to) / 2);
    spans.push(piece.kind === 'span' ? piece.span : undefined);
  }
  const values = series.map((each) => spans.map((span) => (span === undefined ? null : (each.value(span) ?? null))));
  const heights = isStacked
    ? stack(values, series.map(isHidden))
    : values.map((column) => column.map((value) => drawable(scale, value)));
  return { times, values, spans, heights };
}

function stack(values: readonly (number | null)[][], hidden: readonly boolean[]): (number | null)[][] {
  const sums: number[] = [];
  return values.map((column, index) =>
    column.map((value, at) => {
      if (value === null) {
        return null;
      }
      const sum = (sums[at] ?? 0) + (hidden[index] === true ? 0 : value);
      sums[at] = sum;
      return sum;
    }),
  );
}

/** The datasets with lookups, by name. */
export function datasetsOf(pieces: readonly Piece[]): readonly string[] {
  const names = new Set<string>();
  for (const piece of pieces) {
    if (piece.kind === 'span') {
      for (const name of Object.keys(piece.span.datasets)) {
        names.add(name);
      }
    }
  }
  return [...names].sort();
}

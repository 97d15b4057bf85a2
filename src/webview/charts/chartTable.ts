import { el, tableHead, tableRow } from '../dom';
import { formatTime } from '../format';
import type { Columns } from './columns';
import type { ChartSpec, SeriesSpec } from './specs';

const MAX_ROWS = 60;

/** What a chart shows as a table, the newest first. */
export function chartTable(spec: ChartSpec, series: readonly SeriesSpec[], columns: Columns): HTMLTableElement {
  const rows = columns.times
    .map((time, index) => {
      const span = columns.spans[index];
      const values = columns.values.map((column) => spec.format(column[index] ?? undefined));
      const marks = spec.hasMarks ? [String(span?.invalidations ?? '–'), String(span?.evictions ?? '–')] : [];
      return [span === undefined ? `${formatTime(time)} (no data)` : formatTime(time), ...values, ...marks];
    })
    .slice(-MAX_ROWS)
    .reverse();
  const marks = spec.hasMarks ? ['Invalidated', 'Evicted'] : [];
  return el('table', {}, [
    el('caption', { class: 'unseen', text: spec.description }),
    tableHead(['Time', ...series.map(({ label }) => label), ...marks]),
    el('tbody', {}, rows.map(tableRow)),
  ]);
}

/** One measured thing, against what it may be. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** One value for each repetition. */
  readonly values: readonly number[];
  readonly limit: number;
}

/** The middle of the values: one disturbed repetition on a shared machine does not move it. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** A table for people: median, spread, limit, and how much of the limit is used. */
export function formatFigures(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, unit, values, limit }) => {
    const spread = `${format(Math.min(...values))}–${format(Math.max(...values))}`;
    const ratio = median(values) / limit;
    const verdict = ratio <= 1 ? '' : '  over the limit';
    return [
      name,
      `${format(median(values))} ${unit}`,
      spread,
      `${format(limit)} ${unit}`,
      `${ratio.toFixed(2)}${verdict}`,
    ];
  });
  const table = [['measure', 'median', 'spread', 'limit', 'of the limit'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  return table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')).join('\n');
}

function format(value: number): string {
  return value < 10 ? value.toFixed(2) : Math.round(value).toLocaleString('en');
}

import { median } from './figures';

/** What one contender needed, or gave, in each repetition. */
export interface Measure {
  readonly contender: string;
  readonly unit: string;
  readonly values: readonly number[];
}

/** A promise about a figure, or about the ratio of two contenders in the same repetition (unit `×`). */
export interface Goal {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  readonly bound: 'atLeast' | 'atMost';
  readonly limit: number;
}

/** What one scenario found. */
export interface Comparison {
  readonly title: string;
  readonly measures: readonly Measure[];
  readonly goals: readonly Goal[];
}

/** The unit of a ratio. */
const RATIO = '×';

/** One measure for each contender, all in the same unit. */
export function measuresOf(values: ReadonlyMap<string, readonly number[]>, unit: string): Measure[] {
  return [...values].map(([contender, each]) => ({ contender, unit, values: each }));
}

/** The ratio of two contenders, repetition by repetition: what disturbs the machine for a while disturbs both. */
export function ratio(
  values: ReadonlyMap<string, readonly number[]>,
  numerator: string,
  denominator: string,
  bound: Goal['bound'],
  limit: number,
): Goal {
  const above = values.get(numerator) ?? [];
  const below = values.get(denominator) ?? [];
  return {
    name: `${numerator} / ${denominator}`,
    unit: RATIO,
    values: above.map((value, index) => value / (below[index] ?? Number.NaN)),
    bound,
    limit,
  };
}

export function isMet(goal: Goal): boolean {
  return goal.bound === 'atLeast' ? median(goal.values) >= goal.limit : median(goal.values) <= goal.limit;
}

/** A table for people: each contender's median and spread, then the goals and whether they are met. */
export function formatComparison({ title, measures, goals }: Comparison): string {
  const contenders = measures.map(({ contender, unit, values }) => [contender, ...summary(values, unit), '', '']);
  const promises = goals.map((goal) => [
    goal.name,
    ...summary(goal.values, goal.unit),
    `${goal.bound === 'atLeast' ? '≥' : '≤'} ${format(goal.limit)} ${goal.unit}`,
    isMet(goal) ? 'met' : 'MISSED',
  ]);
  const table = [[title, 'median', 'spread', 'goal', ''], ...contenders, ...promises];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

function summary(values: readonly number[], unit: string): [string, string] {
  return [`${format(median(values))} ${unit}`, `${format(Math.min(...values))}–${format(Math.max(...values))}`];
}

function format(value: number): string {
  return Math.abs(value) < 10 ? String(Number(value.toFixed(2))) : Math.round(value).toLocaleString('en');
}

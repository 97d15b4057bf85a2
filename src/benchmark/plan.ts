import type { BenchmarkSize } from '../service/benchmarkReport';

/** How much is measured. */
export interface Plan {
  /** How often each scenario has its turn, beside the first one, which only warms up. */
  readonly repeats: number;
  /** How long a turn measures, in ms; what takes longer than that is measured a few times all the same. */
  readonly sliceMs: number;
  /** Entries that are warmed and purged in one turn. */
  readonly warmed: number;
  /** After so long, in ms, no repeat begins: a Redis far away makes turns long. */
  readonly budgetMs: number;
}

export const PLANS: Readonly<Record<BenchmarkSize, Plan>> = {
  quick: { repeats: 5, sliceMs: 160, warmed: 1_000, budgetMs: 25_000 },
  full: { repeats: 11, sliceMs: 480, warmed: 4_000, budgetMs: 120_000 },
};

/** The order of the turns of a repeat: each begins with another scenario, so that the place in the row favours nobody. */
export function orderOf<T>(items: readonly T[], repeat: number): readonly T[] {
  const first = items.length === 0 ? 0 : repeat % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

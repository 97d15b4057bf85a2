import { stripVTControlCharacters } from 'node:util';

/** How many tests of a runner ended how. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed and why, as far as the runner knows; `addCounts` leaves it out. */
  readonly failures?: readonly Failure[];
}

/** A test that failed, or a file that could not be run. */
export interface Failure {
  readonly test: string;
  /** What it threw, with the places where. */
  readonly reason: string;
}

/** Enough for a few tests that fail now and then; where everything fails, the first ones say why. */
const MAX_FAILURES = 10;
const MAX_REASON_LINES = 12;

/** The counts of nothing. */
export const NO_COUNTS: Counts = { passed: 0, failed: 0, skipped: 0 };

export function addCounts(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** The line that tools read: `N passed, N failed, N skipped`. */
export function formatCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Tells at the end of a long output what failed, so that nobody has to look for it, or is left without it where the output was cut. */
export function formatFailures(failures: readonly Failure[]): readonly string[] {
  const told = failures.slice(0, MAX_FAILURES).flatMap(({ test, reason }) => [
    `failed: ${test}`,
    ...stripVTControlCharacters(reason)
      .split('\n')
      .slice(0, MAX_REASON_LINES)
      .map((line) => `    ${line}`),
  ]);
  const left = failures.length - MAX_FAILURES;
  return left > 0 ? [...told, `and ${left} more`] : told;
}

/**
 * What a runner's figures are worth given how its process ended: a runner that broke down, or that ran nothing, has failed
 * even if every test that it reported passed.
 */
export function judge(counts: Counts, endedWell: boolean): Counts {
  const ranNothing = counts.passed + counts.failed + counts.skipped === 0;
  return counts.failed === 0 && (!endedWell || ranNothing) ? { ...counts, failed: 1 } : counts;
}

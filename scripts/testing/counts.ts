/** How many tests of a runner ended how. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The counts of nothing. */
export const NO_COUNTS: Counts = { passed: 0, failed: 0, skipped: 0 };

export function addCounts(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** The line that tools read: `N passed, N failed, N skipped`. */
export function formatCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/**
 * What a runner's figures are worth given how its process ended: a runner that broke down, or that ran nothing, has failed
 * even if every test that it reported passed.
 */
export function judge(counts: Counts, endedWell: boolean): Counts {
  const ranNothing = counts.passed + counts.failed + counts.skipped === 0;
  return counts.failed === 0 && (!endedWell || ranNothing) ? { ...counts, failed: 1 } : counts;
}

import { describe, expect, it } from 'vitest';
import { addCounts, formatCounts, judge, NO_COUNTS } from '../../../scripts/testing/counts';
import { countVitest } from '../../../scripts/testing/vitestRunner';

const passing = { passed: 3, failed: 0, skipped: 1 };

describe('the sum', () => {
  it('adds up what all runners counted', () => {
    const sum = [passing, { passed: 2, failed: 4, skipped: 0 }].reduce(addCounts, NO_COUNTS);
    expect(formatCounts(sum)).toBe('5 passed, 4 failed, 1 skipped');
  });
});

describe('a runner', () => {
  it('is taken at its word when it ended well', () => {
    expect(judge(passing, true)).toEqual(passing);
    expect(judge({ ...passing, failed: 2 }, false)).toEqual({ ...passing, failed: 2 });
  });

  it('has failed when it broke down, whatever it counted until then', () => {
    expect(judge(passing, false)).toEqual({ ...passing, failed: 1 });
  });

  it('has failed when it ran nothing', () => {
    expect(judge(NO_COUNTS, true)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

describe("vitest's report", () => {
  const file = (status: string, ...tests: string[]) => ({
    status,
    assertionResults: tests.map((each) => ({ status: each })),
  });

  it('is counted with what is skipped and what is still to be written', () => {
    const report = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 };
    const testResults = [file('passed', 'passed'), file('failed', 'failed', 'passed')];
    expect(countVitest({ ...report, testResults })).toEqual({ passed: 5, failed: 1, skipped: 3 });
  });

  it('counts a file that failed outside its tests', () => {
    const report = { numPassedTests: 1, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0 };
    const testResults = [file('failed'), file('failed', 'skipped'), file('passed', 'passed')];
    expect(countVitest({ ...report, testResults })).toEqual({ passed: 1, failed: 2, skipped: 1 });
  });
});

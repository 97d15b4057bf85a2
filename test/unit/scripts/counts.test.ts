import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKOUT } from '../../../scripts/checkout';
import { addCounts, formatCounts, formatFailures, judge, NO_COUNTS } from '../../../scripts/testing/counts';
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
  const test = (status: string, fullName = 'does it', ...failureMessages: string[]) => ({
    status,
    fullName,
    failureMessages,
  });
  const file = (status: string, ...assertionResults: ReturnType<typeof test>[]) => ({
    name: join(CHECKOUT, 'test', 'a.test.ts'),
    status,
    message: status === 'failed' ? 'cannot be loaded' : '',
    assertionResults,
  });

  it('is counted with what is skipped and what is still to be written', () => {
    const report = { numPassedTests: 5, numPendingTests: 2, numTodoTests: 1 };
    const failed = test('failed', 'the cache keeps it', 'expected 1 to be 2');
    const testResults = [file('passed', test('passed')), file('failed', failed, test('passed'))];
    expect(countVitest({ ...report, testResults })).toEqual({
      passed: 5,
      failed: 1,
      skipped: 3,
      failures: [{ test: 'test/a.test.ts > the cache keeps it', reason: 'expected 1 to be 2' }],
    });
  });

  it('counts a file that failed outside its tests', () => {
    const report = { numPassedTests: 1, numPendingTests: 1, numTodoTests: 0 };
    const testResults = [file('failed'), file('failed', test('skipped')), file('passed', test('passed'))];
    const failure = { test: 'test/a.test.ts', reason: 'cannot be loaded' };
    expect(countVitest({ ...report, testResults })).toEqual({
      passed: 1,
      failed: 2,
      skipped: 1,
      failures: [failure, failure],
    });
  });
});

describe('what failed', () => {
  it('is told with its reason, without colours', () => {
    expect(formatFailures([{ test: 'a > b', reason: '\u001b[31mexpected\u001b[39m\nat c.ts:1' }])).toEqual([
      'failed: a > b',
      '    expected',
      '    at c.ts:1',
    ]);
  });

  it('is told in part where it is much', () => {
    const failures = Array.from({ length: 12 }, (_, index) => ({ test: `test ${index}`, reason: 'x\n'.repeat(100) }));
    const lines = formatFailures(failures);
    expect(lines).toHaveLength(10 * 13 + 1);
    expect(lines.at(-1)).toBe('and 2 more');
  });

  it('is nothing where nothing failed', () => {
    expect(formatFailures([])).toEqual([]);
  });
});

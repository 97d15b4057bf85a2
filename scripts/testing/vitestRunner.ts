import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { CHECKOUT } from '../checkout';
import { runCommand } from '../processes/command';
import { type Counts, type Failure, judge, NO_COUNTS } from './counts';
import { type Runner, tool } from './runner';

/** The part of vitest's JSON report that is counted. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    /** Why the file could not be run. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/**
 * Runs one project of the vitest configuration.
 *
 * @param workers files at a time, where the configuration's own number does not suit.
 */
export function vitestRunner(project: string, timeoutMs: number, workers?: number): Runner {
  return {
    name: project,
    async run() {
      const folder = await mkdtemp(join(tmpdir(), 'fleet-cache-vitest-'));
      const file = join(folder, 'report.json');
      try {
        const { ok } = await runCommand(
          tool('vitest'),
          [
            ...['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
            ...(workers === undefined ? [] : [`--maxWorkers=${workers}`]),
          ],
          { timeoutMs, showOutput: true },
        );
        return judge(await readCounts(file), ok);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** A file that failed outside its tests, such as while it was loaded, counts as one failure. */
export function countVitest(report: VitestReport): Counts {
  const failures = report.testResults.flatMap(({ name, status, message, assertionResults }): Failure[] => {
    const file = relative(CHECKOUT, name);
    const failed = assertionResults.filter((assertion) => assertion.status === 'failed');
    return status === 'failed' && failed.length === 0
      ? [{ test: file, reason: message }]
      : failed.map((test) => ({ test: `${file} > ${test.fullName}`, reason: test.failureMessages.join('\n') }));
  });
  return {
    passed: report.numPassedTests,
    failed: failures.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
  };
}

async function readCounts(file: string): Promise<Counts> {
  try {
    return countVitest(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // A run that broke down leaves no report.
    return NO_COUNTS;
  }
}

import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import Mocha from 'mocha';
import type { HostEvent } from './report';

/** Room for several waits of the suites, each of which has a bound of its own that says what did not happen. */
const TEST_TIMEOUT_MS = 100_000;
const SLOW_MS = 2_000;

/**
 * Runs the bundled suites beside this file in the extension host's own mocha, and appends what happens to `reportFile`.
 * Each event is written at once, so that a host which dies leaves what it did until then.
 *
 * @returns the number of failures
 */
export async function runSuites(reportFile: string): Promise<number> {
  const report = (event: HostEvent) => appendFileSync(reportFile, `${JSON.stringify(event)}\n`);
  // The suites are bundles; failures should name the lines that people wrote.
  process.setSourceMapsEnabled(true);
  try {
    // The base reporter prints nothing: the extension host's console is no place for a report.
    const mocha = new Mocha({ ui: 'bdd', timeout: TEST_TIMEOUT_MS, slow: SLOW_MS, reporter: Mocha.reporters.Base });
    const folder = join(__dirname, 'suite');
    for (const name of readdirSync(folder, { encoding: 'utf8', recursive: true }).sort()) {
      if (name.endsWith('.test.js')) {
        mocha.addFile(join(folder, name));
      }
    }
    return await new Promise((resolve) => {
      const runner = mocha.run((failures) => {
        report({ kind: 'end' });
        resolve(failures);
      });
      reportEvents(runner, report);
    });
  } catch (error) {
    report({ kind: 'crash', error: inspect(error) });
    return 1;
  }
}

function reportEvents(runner: Mocha.Runner, report: (event: HostEvent) => void): void {
  runner.on('suite', (suite) => {
    if (!suite.root) {
      report({ kind: 'suite', title: suite.title, depth: depthOf(suite) });
    }
  });
  runner.on('pass', (test) => report({ kind: 'pass', ...nameOf(test), ms: test.duration ?? 0 }));
  runner.on('pending', (test) => report({ kind: 'pending', ...nameOf(test) }));
  runner.on('fail', (test, error) => report({ kind: 'fail', ...nameOf(test), error: describeFailure(error) }));
}

function nameOf(runnable: Mocha.Runnable): { title: string; depth: number } {
  return { title: runnable.title, depth: runnable.parent === undefined ? 1 : depthOf(runnable.parent) + 1 };
}

function depthOf(suite: Mocha.Suite): number {
  return suite.titlePath().length;
}

function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) {
    return inspect(error);
  }
  const { expected, actual } = error as { expected?: unknown; actual?: unknown };
  const comparison =
    expected === undefined && actual === undefined
      ? ''
      : `\nexpected: ${inspect(expected)}\nactual: ${inspect(actual)}`;
  return `${error.stack ?? error.message}${comparison}`;
}

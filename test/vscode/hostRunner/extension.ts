import { AUTOSTART_VARIABLE, REPORT_VARIABLE } from './report';
import { runSuites } from './runSuites';

/** Runs the suites as an installed extension, in a VS Code that knows no tests path. */
export function activate(): void {
  const reportFile = process.env[REPORT_VARIABLE];
  if (process.env[AUTOSTART_VARIABLE] !== undefined && reportFile !== undefined) {
    // Not awaited: the tests need the window whose start waits for this activation.
    void runSuites(reportFile);
  }
}

/** Runs the suites on behalf of `@vscode/test-electron`. */
export async function run(): Promise<void> {
  const reportFile = process.env[REPORT_VARIABLE];
  if (reportFile === undefined) {
    throw new Error(`${REPORT_VARIABLE} is not set`);
  }
  const failures = await runSuites(reportFile);
  if (failures > 0) {
    throw new Error(`${failures} failed`);
  }
}

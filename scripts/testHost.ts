import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VsCodeServer } from '../test/vscode/harness/vscodeServer';
import { Workbench } from '../test/vscode/harness/workbench';
import { AUTOSTART_VARIABLE, REPORT_VARIABLE } from '../test/vscode/hostRunner/report';
import { VSIX } from './checkout';
import { FleetWorkspace } from './fleet/fleetWorkspace';
import { type Counts, formatCounts, judge } from './testing/counts';
import { bundleHostTests } from './testing/hostBundle';
import { followReport, HostReportPrinter } from './testing/hostReport';

/** Long enough for the slowest start of VS Code, and longer than any single test may take. */
const SILENCE_MS = 120_000;
const ALL_MS = 10 * 60_000;

/** Runs mocha's suites inside a real extension host, beside the packaged extension. */
export async function runHostTests(): Promise<Counts> {
  if (!existsSync(VSIX)) {
    throw new Error('dist/fleet-cache.vsix is missing: run "npm run package" first');
  }
  const temporary = await mkdtemp(join(tmpdir(), 'fleet-cache-host-'));
  const runner = join(temporary, 'runner');
  const reportFile = join(temporary, 'report.jsonl');
  const printer = new HostReportPrinter((line) => console.log(line));
  let workspace: FleetWorkspace | undefined;
  let server: VsCodeServer | undefined;
  let workbench: Workbench | undefined;
  try {
    await bundleHostTests(runner);
    workspace = await FleetWorkspace.start(HOST_FLEET);
    server = await VsCodeServer.start({
      folder: workspace.folder,
      extensions: [VSIX, runner],
      env: { ...hostTestEnvironment(workspace, reportFile), [AUTOSTART_VARIABLE]: '1' },
    });
    // The extension host runs only while a window is open.
    workbench = await Workbench.open(server);
    const ended = new AbortController();
    server.exited.then((code) => ended.abort(new Error(`VS Code ended with code ${code}`)));
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(ALL_MS)]);
    await followReport(reportFile, printer.onEvent, { silenceMs: SILENCE_MS, signal });
    printer.printFailures();
    return judge(printer.counts, true);
  } catch (error) {
    printer.printFailures();
    console.error(error instanceof Error ? error.message : error);
    console.error(`\nThe end of the extension host's log:\n${await server?.extensionHostLog()}`);
    return judge(printer.counts, false);
  } finally {
    await workbench?.close();
    await server?.stop();
    await workspace?.stop();
    await rm(temporary, { recursive: true, force: true });
  }
}

/** A fleet that is always the same, and on addresses that no demo uses. */
export const HOST_FLEET = { miners: 20, tenants: 4, seed: 1, firstNetwork: 60 };

/** What the suites read from their environment. */
export function hostTestEnvironment(workspace: FleetWorkspace, reportFile: string): Record<string, string> {
  return {
    ...workspace.environment,
    FLEET_CACHE_TEST_REDIS_URL: workspace.redis.url,
    FLEET_CACHE_TEST_INVENTORY: workspace.inventory,
    [REPORT_VARIABLE]: reportFile,
  };
}

export async function main(): Promise<number> {
  const counts = await runHostTests();
  console.log(formatCounts(counts));
  return counts.failed === 0 ? 0 : 1;
}

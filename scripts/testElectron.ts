import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { downloadAndUnzipVSCode, resolveCliPathFromVSCodeExecutablePath, runTests } from '@vscode/test-electron';
import { VSIX } from './checkout';
import { FleetWorkspace } from './fleet/fleetWorkspace';
import { ensurePackage } from './setup/extensionPackage';
import { ensureSystemPrograms } from './setup/systemPackages';
import { HOST_FLEET, hostTestEnvironment } from './testHost';
import { formatCounts, judge } from './testing/counts';
import { bundleHostTests } from './testing/hostBundle';
import { followReport, HostReportPrinter } from './testing/hostReport';

/** The path of a VS Code to use instead of downloading one. */
const EXECUTABLE_VARIABLE = 'FLEET_CACHE_VSCODE_EXECUTABLE';
const SILENCE_MS = 10_000;

/** Runs the suites of the extension host in a desktop VS Code, beside the packaged extension. */
export async function main(): Promise<number> {
  await ensureSystemPrograms(['redis']);
  await ensurePackage();
  const vscodeExecutablePath = process.env[EXECUTABLE_VARIABLE] ?? (await downloadAndUnzipVSCode());
  const temporary = await mkdtemp(join(tmpdir(), 'fleet-cache-electron-'));
  const runner = join(temporary, 'runner');
  const reportFile = join(temporary, 'report.jsonl');
  const folders = [
    `--user-data-dir=${join(temporary, 'data')}`,
    `--extensions-dir=${join(temporary, 'extensions')}`,
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ];
  let workspace: FleetWorkspace | undefined;
  try {
    await bundleHostTests(runner);
    workspace = await FleetWorkspace.start(HOST_FLEET);
    const cli = resolveCliPathFromVSCodeExecutablePath(vscodeExecutablePath);
    await promisify(execFile)(cli, [...folders, '--install-extension', VSIX, '--force'], {
      shell: process.platform === 'win32',
    });
    const endedWell = await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: runner,
      extensionTestsPath: join(runner, 'extension.js'),
      extensionTestsEnv: hostTestEnvironment(workspace, reportFile),
      launchArgs: [workspace.folder, ...folders, '--disable-workspace-trust', '--disable-gpu'],
    }).then(
      () => true,
      () => false,
    );
    const printer = new HostReportPrinter((line) => console.log(line));
    await followReport(reportFile, printer.onEvent, { silenceMs: SILENCE_MS });
    printer.printFailures();
    const counts = judge(printer.counts, endedWell);
    console.log(formatCounts(counts));
    return counts.failed === 0 ? 0 : 1;
  } finally {
    await workspace?.stop();
    await rm(temporary, { recursive: true, force: true });
  }
}

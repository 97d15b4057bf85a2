import * as vscode from 'vscode';
import type { BenchmarkArchive } from '../../service/benchmarkArchive';
import { parseReport } from '../../service/benchmarkFormat';
import type { BenchmarkReport } from '../../service/benchmarkReport';
import { describeRun } from './present';

/** Exports are some 10 kB. */
const MOST_BYTES = 1_000_000;

/** Asks what a report is to be compared with; `undefined` when nothing was chosen. @throws {ConfigurationError} */
export async function chooseEarlier(
  report: BenchmarkReport,
  archive: BenchmarkArchive,
): Promise<BenchmarkReport | undefined> {
  const others = (await archive.all()).filter(({ run }) => run !== report.run);
  const items = [
    ...others.map((other) => ({
      label: describeRun(other),
      description: other.connection.address,
      detail: `Redis ${other.redis.version ?? 'unknown'}, ${other.machine.cpus} × ${other.machine.cpuModel}`,
      report: other,
    })),
    {
      label: '$(folder-opened) Choose a File…',
      description: 'exported as JSON, also on another machine',
      report: undefined,
    },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Compare Benchmark With',
    placeHolder: 'Only what exceeds the noise of both is judged',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked === undefined ? undefined : (picked.report ?? (await chooseFile()));
}

async function chooseFile(): Promise<BenchmarkReport | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({ title: 'Compare Benchmark With', filters: { JSON: ['json'] } })) ?? [];
  if (file === undefined) {
    return undefined;
  }
  const name = vscode.workspace.asRelativePath(file);
  const { size } = await vscode.workspace.fs.stat(file);
  const bytes = size > MOST_BYTES ? new Uint8Array() : await vscode.workspace.fs.readFile(file);
  return parseReport(new TextDecoder().decode(bytes), name);
}

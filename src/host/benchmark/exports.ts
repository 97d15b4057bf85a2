import * as vscode from 'vscode';
import { compareReports } from '../../service/benchmarkComparison';
import { reportJson } from '../../service/benchmarkFormat';
import { benchmarkMarkdown } from '../../service/benchmarkMarkdown';
import type { BenchmarkReport } from '../../service/benchmarkReport';
import { plainText } from '../messages';

export type ExportForm = 'Markdown' | 'JSON';

const ENDINGS: Readonly<Record<ExportForm, string>> = { Markdown: 'md', JSON: 'json' };
const OPEN = 'Open';

/** Asks where to, and writes the report there. */
export async function exportReport(
  form: ExportForm,
  report: BenchmarkReport,
  earlier: BenchmarkReport | undefined,
): Promise<void> {
  const ending = ENDINGS[form];
  const name = `benchmark-${report.startedAt.slice(0, 16).replace(/[:T]/g, '-')}.${ending}`;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    title: `Export Benchmark as ${form}`,
    filters: { [form]: [ending] },
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) }),
  });
  if (target === undefined) {
    return;
  }
  const text =
    form === 'JSON' ? reportJson(report) : benchmarkMarkdown(report, earlier && compareReports(report, earlier));
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  const message = `Exported the benchmark to ${vscode.workspace.asRelativePath(target)}.`;
  if ((await vscode.window.showInformationMessage(plainText(message), OPEN)) === OPEN) {
    await vscode.window.showTextDocument(target);
  }
}

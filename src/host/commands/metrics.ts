import * as vscode from 'vscode';
import { FleetCacheError } from '../../base/errors';
import type { MetricsExport } from '../../service/metricsExport';
import { plainText, showInformation } from '../messages';
import { type CommandParts, requireServices } from './commandParts';

interface Format {
  readonly name: string;
  readonly detail: string;
  readonly extension: string;
  make(metrics: MetricsExport): string | Promise<string>;
}

type Item = vscode.QuickPickItem & { readonly choice?: { readonly format: Format; readonly toFile: boolean } };

const FORMATS: readonly Format[] = [
  {
    name: 'Prometheus text',
    detail: 'Counters and histograms since the counting began, as a scrape of this window would get them',
    extension: 'prom',
    make: (metrics) => metrics.prometheus(),
  },
  {
    name: 'CSV',
    detail: 'A row for each dataset and window, for a spreadsheet',
    extension: 'csv',
    make: (metrics) => metrics.csv(),
  },
];

/** *Export Metrics…*: this window's figures as a document or a file. */
export async function exportMetrics({ session, log }: CommandParts): Promise<void> {
  const { metricsExport } = await requireServices(session);
  const items = FORMATS.flatMap((format): Item[] => [
    { label: format.name, kind: vscode.QuickPickItemKind.Separator },
    { label: `Open as ${format.name}`, detail: format.detail, choice: { format, toFile: false } },
    { label: `Save as ${format.name}…`, description: `.${format.extension}`, choice: { format, toFile: true } },
  ]);
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Export Metrics',
    placeHolder: 'The lookups, fetches and latencies of this window',
  });
  if (picked?.choice === undefined) {
    return;
  }
  const { format, toFile } = picked.choice;
  if (!toFile) {
    const content = await format.make(metricsExport);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content }));
    return;
  }
  const uri = await pickFile(format);
  if (uri !== undefined) {
    // Made after the question, so that the file says what is true when it is written.
    await save(uri, await format.make(metricsExport));
    log.info(`Exported the metrics to ${uri.fsPath}.`);
    await offerToOpen(uri);
  }
}

/** *Reset Metrics…*: has the counting of this window begin anew. */
export async function resetMetrics({ session, log }: CommandParts): Promise<void> {
  const { metricsExport } = await requireServices(session);
  const reset = 'Reset';
  const detail =
    'Its lookups, ratios and latencies begin anew, and cannot be brought back. What is cached stays, and so do the charts and the figures of other windows and servers.';
  const question = 'Reset the metrics of this window?';
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, reset)) !== reset) {
    return;
  }
  metricsExport.reset();
  log.info('The metrics of this window were reset.');
  showInformation('The metrics of this window begin anew.');
}

async function pickFile({ name, extension }: Format): Promise<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  return vscode.window.showSaveDialog({
    title: 'Export Metrics',
    saveLabel: 'Export',
    filters: { [name]: [extension], 'All files': ['*'] },
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, `fleet-cache-metrics.${extension}`) }),
  });
}

async function save(uri: vscode.Uri, text: string): Promise<void> {
  try {
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  } catch (error) {
    throw new FleetCacheError(`${uri.fsPath} could not be written. Is the folder there, and writable?`, {
      cause: error,
    });
  }
}

async function offerToOpen(uri: vscode.Uri): Promise<void> {
  const open = 'Open';
  const message = plainText(`The metrics were written to ${uri.fsPath}.`);
  if ((await vscode.window.showInformationMessage(message, open)) === open) {
    await vscode.window.showTextDocument(uri);
  }
}

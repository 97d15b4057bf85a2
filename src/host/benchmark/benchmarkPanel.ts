import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { describeError } from '../../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../../base/lifecycle';
import {
  BENCHMARK_REQUESTS,
  type BenchmarkHostMessage,
  type BenchmarkPageState,
  type BenchmarkRequest,
} from '../../protocol/benchmark';
import type { BenchmarkArchive } from '../../service/benchmarkArchive';
import type { BenchmarkReport } from '../../service/benchmarkReport';
import { pageHtml } from '../dashboard/page';
import { BENCHMARK_PANEL, COMMANDS } from '../ids';
import { showWithLog } from '../messages';

const NONCE_BYTES = 18;

/** What is shown: a report, and what it is held against. */
interface Shown {
  readonly report: BenchmarkReport;
  readonly earlier: BenchmarkReport | undefined;
}

/** The report of a benchmark in an editor tab, which comes back with the window. */
export class BenchmarkPanel implements Disposable {
  private readonly disposables = new DisposableStore();
  private panel: vscode.WebviewPanel | undefined;
  private shown: Shown | undefined;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly archive: BenchmarkArchive,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.disposables.add(
      vscode.window.registerWebviewPanelSerializer(BENCHMARK_PANEL, {
        deserializeWebviewPanel: async (panel, state) => {
          const recalled = await this.recall(state);
          if (this.panel !== undefined) {
            // A person has opened a report meanwhile, which is what they want to see.
            panel.dispose();
            return;
          }
          this.shown = recalled;
          this.adopt(panel);
        },
      }),
    );
    this.disposables.add(toDisposable(() => this.panel?.dispose()));
  }

  /** Shows a report, held against the latest one that measured the same before, if there is one. */
  async show(report: BenchmarkReport): Promise<void> {
    this.shown = { report, earlier: await this.archive.before(report) };
    if (this.panel === undefined) {
      this.adopt(vscode.window.createWebviewPanel(BENCHMARK_PANEL, 'Benchmark', vscode.ViewColumn.Active));
    } else {
      this.panel.reveal();
      await this.send(this.panel);
    }
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /** What VS Code kept may be of a run that is forgotten by now, or anything. */
  private async recall(state: unknown): Promise<Shown | undefined> {
    const { run, comparedWith } = (state ?? {}) as Partial<Record<keyof BenchmarkPageState, unknown>>;
    const report = typeof run === 'string' ? await this.archive.find(run) : undefined;
    const earlier = typeof comparedWith === 'string' ? await this.archive.find(comparedWith) : undefined;
    return report && { report, earlier };
  }

  private adopt(panel: vscode.WebviewPanel): void {
    this.panel = panel;
    const ofPanel = this.disposables.add(new DisposableStore());
    const icon = (theme: string) => vscode.Uri.joinPath(this.extensionUri, 'media', `dashboard-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    ofPanel.add(panel.webview.onDidReceiveMessage((message: unknown) => void this.receive(panel, message)));
    panel.onDidDispose(() => {
      this.disposables.release(ofPanel);
      if (this.panel === panel) {
        this.panel = undefined;
      }
    });
    fill(panel.webview, this.extensionUri);
  }

  private async receive(panel: vscode.WebviewPanel, message: unknown): Promise<void> {
    const { type, request } = (message ?? {}) as Readonly<Record<string, unknown>>;
    if (type === 'ready') {
      await this.send(panel);
      return;
    }
    const known = BENCHMARK_REQUESTS.find((each) => each === request);
    if (type !== 'request' || known === undefined) {
      this.log.debug('The page of a benchmark said something that is not understood.');
      return;
    }
    try {
      await this.handle(panel, known);
    } catch (error) {
      this.log.error(describeError(error));
      await showWithLog('error', describeError(error), this.log);
    }
  }

  private async handle(panel: vscode.WebviewPanel, request: BenchmarkRequest): Promise<void> {
    const { shown } = this;
    if (request === 'runAgain') {
      await vscode.commands.executeCommand(COMMANDS.benchmark, shown?.report.size);
      return;
    }
    if (shown === undefined) {
      return;
    }
    const { report, earlier } = shown;
    switch (request) {
      case 'compare': {
        const { chooseEarlier } = await import('./chooseEarlier');
        const chosen = await chooseEarlier(report, this.archive);
        // Another run may have ended meanwhile, or the tab have been closed.
        if (chosen !== undefined && this.shown === shown && this.panel === panel) {
          this.shown = { report, earlier: chosen };
          await this.send(panel);
        }
        return;
      }
      case 'stopComparing':
        this.shown = { report, earlier: undefined };
        await this.send(panel);
        return;
      case 'exportMarkdown':
      case 'exportJson': {
        const { exportReport } = await import('./exports');
        await exportReport(request === 'exportJson' ? 'JSON' : 'Markdown', report, earlier);
      }
    }
  }

  private async send(panel: vscode.WebviewPanel): Promise<void> {
    const { shown } = this;
    const { present } = await import('./present');
    const message: BenchmarkHostMessage =
      shown === undefined
        ? { type: 'empty', reason: 'This benchmark is not kept any more. Run another one.' }
        : { type: 'view', view: present(shown.report, shown.earlier) };
    await panel.webview.postMessage(JSON.stringify(message));
  }
}

function fill(webview: vscode.Webview, extensionUri: vscode.Uri): void {
  const folder = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  const address = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
  webview.options = { enableScripts: true, localResourceRoots: [folder] };
  webview.html = pageHtml({
    layout: 'benchmark',
    cspSource: webview.cspSource,
    script: address('benchmark.js'),
    style: address('benchmark.css'),
    nonce: randomBytes(NONCE_BYTES).toString('base64url'),
  });
}

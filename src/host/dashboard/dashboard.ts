import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import { describeError } from '../../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../../base/lifecycle';
import type { Logger } from '../../base/logger';
import type { DashboardCommand, Request } from '../../protocol/dashboard';
import type { FleetSession } from '../fleetSession';
import { COMMANDS, DASHBOARD_PANEL, VIEWS } from '../ids';
import type { LiveFleet } from '../liveFleet';
import type { MinersView } from '../views/minersView';
import { DashboardChannel, type DashboardPage } from './dashboardChannel';
import { DashboardSource } from './dashboardSource';
import { openPage } from './webviewPage';

export interface DashboardOptions {
  readonly extensionUri: vscode.Uri;
  readonly session: FleetSession;
  readonly liveFleet: LiveFleet;
  readonly minersView: MinersView;
  readonly clock: Clock;
  readonly logger: Logger;
}

const COMMAND_IDS: Readonly<Record<DashboardCommand, string>> = {
  startDemo: COMMANDS.startDemo,
  showLog: COMMANDS.showLog,
  warm: COMMANDS.warm,
  invalidate: COMMANDS.invalidate,
};

/** The dashboard: one editor tab, which comes back with the window, and a compact view in the side bar. */
export class Dashboard implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly source: DashboardSource;
  private panel: vscode.WebviewPanel | undefined;

  constructor(private readonly options: DashboardOptions) {
    this.source = this.disposables.add(new DashboardSource(options));
    this.disposables.add(
      vscode.window.registerWebviewPanelSerializer(DASHBOARD_PANEL, {
        deserializeWebviewPanel: async (panel) => this.adopt(panel),
      }),
    );
    this.disposables.add(
      vscode.window.registerWebviewViewProvider(VIEWS.dashboard, {
        resolveWebviewView: (view) => {
          const channel = this.speakWith(openPage(view, 'compact', options.extensionUri, view.onDidChangeVisibility));
          view.onDidDispose(() => this.disposables.release(channel));
        },
      }),
    );
    this.disposables.add(toDisposable(() => this.panel?.dispose()));
  }

  /** Shows the tab, in the column where it is or in the active one. */
  open(): void {
    if (this.panel !== undefined) {
      this.panel.reveal();
      return;
    }
    this.adopt(vscode.window.createWebviewPanel(DASHBOARD_PANEL, 'Fleet Cache', vscode.ViewColumn.Active));
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private adopt(panel: vscode.WebviewPanel): void {
    // A person may have opened one while VS Code was about to bring back the former.
    this.panel?.dispose();
    this.panel = panel;
    const { extensionUri } = this.options;
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'fleet-cache.svg');
    const channel = this.speakWith(openPage(panel, 'panel', extensionUri, panel.onDidChangeViewState));
    panel.onDidDispose(() => {
      this.disposables.release(channel);
      if (this.panel === panel) {
        this.panel = undefined;
      }
    });
  }

  private speakWith(page: DashboardPage): DashboardChannel {
    const { source, options } = this;
    return this.disposables.add(
      new DashboardChannel({ page, source, handle: (request) => this.handle(request), ...options }),
    );
  }

  private async handle(request: Request): Promise<void> {
    switch (request.kind) {
      case 'revealMiner':
        await this.options.minersView.reveal(request.minerId);
        return;
      case 'openPanel':
        this.open();
        return;
      case 'runCommand':
        // Not awaited: it may ask a person something, and shows by itself what comes of it.
        vscode.commands.executeCommand(COMMAND_IDS[request.command]).then(undefined, (error: unknown) => {
          this.options.logger.error(`The dashboard could not run ${request.command}: ${describeError(error)}`);
        });
    }
  }
}

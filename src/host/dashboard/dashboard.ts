import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import { describeError } from '../../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../../base/lifecycle';
import type { Logger } from '../../base/logger';
import type { DashboardCommand, DashboardLayout, Request } from '../../protocol/dashboard';
import type { FleetSession } from '../fleetSession';
import { COMMANDS, DASHBOARD_PANEL, VIEWS } from '../ids';
import type { LiveFleet } from '../liveFleet';
import type { MinersView } from '../views/minersView';
import { DashboardSource } from './dashboardSource';
import { openPage, type WebviewPlace } from './webviewPage';

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
        deserializeWebviewPanel: (panel) => this.adopt(panel),
      }),
    );
    this.disposables.add(
      vscode.window.registerWebviewViewProvider(VIEWS.dashboard, {
        resolveWebviewView: (view) => this.fill(view, 'compact', view.onDidChangeVisibility),
      }),
    );
    this.disposables.add(toDisposable(() => this.panel?.dispose()));
  }

  /** Shows the tab, in the column where it is or in the active one. */
  async open(): Promise<void> {
    if (this.panel !== undefined) {
      this.panel.reveal();
      return;
    }
    await this.adopt(vscode.window.createWebviewPanel(DASHBOARD_PANEL, 'Fleet Cache', vscode.ViewColumn.Active));
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private async adopt(panel: vscode.WebviewPanel): Promise<void> {
    // A person may have opened one while VS Code was about to bring back the former.
    this.panel?.dispose();
    this.panel = panel;
    const icon = (theme: string) => vscode.Uri.joinPath(this.options.extensionUri, 'media', `dashboard-${theme}.svg`);
    // A tab's icon is an image, which has no colour of the theme's.
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    panel.onDidDispose(() => {
      if (this.panel === panel) {
        this.panel = undefined;
      }
    });
    await this.fill(panel, 'panel', panel.onDidChangeViewState);
  }

  /** Puts the page into a webview, and speaks with it until it is closed. */
  private async fill(
    place: WebviewPlace,
    layout: DashboardLayout,
    onDidChangeVisibility: vscode.Event<unknown>,
  ): Promise<void> {
    const { source, options } = this;
    const ofPage = this.disposables.add(new DisposableStore());
    place.onDidDispose(() => this.disposables.release(ofPage));
    // On first use only: it takes a while, and VS Code waits for the extension as it starts.
    const { DashboardChannel } = await import('./dashboardChannel');
    if (!ofPage.isDisposed) {
      const page = openPage(place, layout, options.extensionUri, onDidChangeVisibility);
      ofPage.add(new DashboardChannel({ page, layout, source, handle: (request) => this.handle(request), ...options }));
    }
  }

  private async handle(request: Request): Promise<void> {
    switch (request.kind) {
      case 'revealMiner':
        await this.options.minersView.reveal(request.minerId);
        return;
      case 'openPanel':
        await this.open();
        return;
      case 'runCommand':
        // Not awaited: it may ask a person something, and shows by itself what comes of it.
        vscode.commands.executeCommand(COMMAND_IDS[request.command]).then(undefined, (error: unknown) => {
          this.options.logger.error(`The dashboard could not run ${request.command}: ${describeError(error)}`);
        });
    }
  }
}

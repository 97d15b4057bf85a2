import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { DashboardLayout } from '../../protocol/dashboard';
import type { DashboardPage } from './dashboardChannel';
import { pageHtml } from './page';

/** Where a webview stands: a panel or a view of the side bar. */
export interface WebviewPlace {
  readonly webview: vscode.Webview;
  readonly visible: boolean;
  readonly onDidDispose: vscode.Event<void>;
}

const NONCE_BYTES = 18;

/** Puts the dashboard's page into a webview. Nothing but the page's own two files may be loaded in it. */
export function openPage(
  place: WebviewPlace,
  layout: DashboardLayout,
  extensionUri: vscode.Uri,
  onDidChangeVisibility: vscode.Event<unknown>,
): DashboardPage {
  const { webview } = place;
  const folder = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  const address = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
  const page: DashboardPage = {
    get isVisible() {
      return place.visible;
    },
    onDidChangeVisibility: (listener) => onDidChangeVisibility(listener),
    onDidReceive: (listener) => webview.onDidReceiveMessage(listener),
    post: (message) => webview.postMessage(JSON.stringify(message)),
  };
  webview.options = { enableScripts: true, localResourceRoots: [folder] };
  webview.html = pageHtml({
    layout,
    cspSource: webview.cspSource,
    script: address('dashboard.js'),
    style: address('dashboard.css'),
    nonce: randomBytes(NONCE_BYTES).toString('base64url'),
  });
  return page;
}

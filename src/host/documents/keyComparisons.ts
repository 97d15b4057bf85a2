import * as vscode from 'vscode';
import { DisposableStore } from '../../base/lifecycle';
import { ENTRY_SCHEME } from '../ids';
import type { DocumentKind } from './virtualDocuments';

const FOLDER = '/compare/';

/** Comparisons whose editors are open may be more, but nobody looks at so many. */
const MOST_KEPT = 50;

/** The two sides of comparisons, as they were when they were made: neither follows anything. */
export class KeyComparisons implements DocumentKind {
  private readonly disposables = new DisposableStore();
  private readonly texts = new Map<string, string>();
  private count = 0;

  constructor() {
    this.disposables.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.texts.delete(uri.toString())));
  }

  owns({ scheme, path }: vscode.Uri): boolean {
    return scheme === ENTRY_SCHEME && path.startsWith(FOLDER);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return (
      this.texts.get(uri.toString()) ?? '// This comparison was made before the window was reloaded. Compare again.\n'
    );
  }

  /** Shows two texts beside each other. */
  async show(name: string, cached: string, fresh: string, title: string): Promise<void> {
    this.count++;
    const left = this.keep(name, 'cached', cached);
    const right = this.keep(name, 'fresh', fresh);
    await vscode.commands.executeCommand('vscode.diff', left, right, title);
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private keep(name: string, side: string, text: string): vscode.Uri {
    const title = name.replace(/[/\\?#]/g, '_');
    const path = `${FOLDER}${title}.${side}.json`;
    const uri = vscode.Uri.from({ scheme: ENTRY_SCHEME, path, query: String(this.count) });
    this.texts.set(uri.toString(), text);
    for (const oldest of this.texts.keys()) {
      if (this.texts.size <= MOST_KEPT * 2) {
        break;
      }
      this.texts.delete(oldest);
    }
    return uri;
  }
}

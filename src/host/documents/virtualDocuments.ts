import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/lifecycle';
import { ENTRY_SCHEME } from '../ids';

/** One kind of the read-only documents of the scheme. */
export interface DocumentKind extends vscode.TextDocumentContentProvider, Disposable {
  /** Whether an address is of this kind; no two kinds share one. */
  owns(uri: vscode.Uri): boolean;
}

/** The one provider that VS Code takes for the scheme: hands each address to the kind that it is of. */
export class VirtualDocuments implements vscode.TextDocumentContentProvider, Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes = this.disposables.add(new vscode.EventEmitter<vscode.Uri>());

  readonly onDidChange = this.changes.event;

  /** Disposes the kinds with itself. */
  constructor(private readonly kinds: readonly DocumentKind[]) {
    for (const kind of kinds) {
      this.disposables.add(kind);
      const listener = kind.onDidChange?.((uri) => this.changes.fire(uri));
      if (listener !== undefined) {
        this.disposables.add(listener);
      }
    }
    this.disposables.add(vscode.workspace.registerTextDocumentContentProvider(ENTRY_SCHEME, this));
  }

  provideTextDocumentContent(uri: vscode.Uri, token: vscode.CancellationToken): vscode.ProviderResult<string> {
    return this.kinds.find((kind) => kind.owns(uri))?.provideTextDocumentContent(uri, token);
  }

  dispose(): void {
    this.disposables.dispose();
  }
}

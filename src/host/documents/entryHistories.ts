import * as vscode from 'vscode';
import { describeError } from '../../base/errors';
import { type Disposable, DisposableStore } from '../../base/lifecycle';
import { describeStory } from '../entryStoryText';
import type { FleetSession } from '../fleetSession';
import { HISTORY_SCHEME } from '../ids';

/** Read-only documents that tell what became of an entry, as it was known when they were shown last. */
export class EntryHistories implements vscode.TextDocumentContentProvider, Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes = this.disposables.add(new vscode.EventEmitter<vscode.Uri>());

  readonly onDidChange = this.changes.event;

  constructor(private readonly session: FleetSession) {
    this.disposables.add(vscode.workspace.registerTextDocumentContentProvider(HISTORY_SCHEME, this));
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /** Shows the document of a key; one that is open already is made anew. */
  async show(key: string): Promise<void> {
    // The path is the editor's title; a key may contain what a path cannot, so the query says which one it is.
    const path = `/${key
      .split(':')
      .slice(2)
      .join(' ')
      .replace(/[/\\?#]/g, '_')}.txt`;
    const uri = vscode.Uri.from({ scheme: HISTORY_SCHEME, path, query: JSON.stringify({ key }) });
    this.changes.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  async provideTextDocumentContent(uri: vscode.Uri, token: vscode.CancellationToken): Promise<string> {
    const cancellation = new AbortController();
    const listener = token.onCancellationRequested(() => cancellation.abort());
    try {
      const key = keyOf(uri);
      await this.session.settled();
      const { services } = this.session;
      return services === undefined
        ? 'Fleet Cache is not running.\n'
        : describeStory(await services.entryHistory.explain(key, cancellation.signal));
    } catch (error) {
      return `${describeError(error)}\n`;
    } finally {
      listener.dispose();
    }
  }
}

/** @throws {Error} for an address that names no key. */
function keyOf(uri: vscode.Uri): string {
  const value: unknown = JSON.parse(uri.query);
  if (typeof value !== 'object' || value === null || !('key' in value) || typeof value.key !== 'string') {
    throw new Error(`${uri.toString()} does not name a key.`);
  }
  return value.key;
}

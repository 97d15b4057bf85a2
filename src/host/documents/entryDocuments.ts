import * as vscode from 'vscode';
import { describeError } from '../../base/errors';
import { type Disposable, DisposableStore } from '../../base/lifecycle';
import { MINER_KINDS, type MinerKind } from '../../fleet/minerData';
import type { FleetSession } from '../fleetSession';
import { ENTRY_SCHEME } from '../ids';

/**
 * Cache entries as read-only JSON documents: where the data came from and how old it is, then the data. An entry that is
 * not cached is read from the miner; why that failed is the document's text then.
 */
export class EntryDocuments implements vscode.TextDocumentContentProvider, Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes = this.disposables.add(new vscode.EventEmitter<vscode.Uri>());

  readonly onDidChange = this.changes.event;

  constructor(private readonly session: FleetSession) {
    this.disposables.add(vscode.workspace.registerTextDocumentContentProvider(ENTRY_SCHEME, this));
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /** Opens an entry in an editor, read anew. */
  async open(minerId: string, kind: MinerKind): Promise<void> {
    const uri = entryUri(minerId, kind);
    // A document that is open already is not asked for again unless it is said to have changed.
    this.changes.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  async provideTextDocumentContent(uri: vscode.Uri, token: vscode.CancellationToken): Promise<string> {
    const { minerId, kind } = parseEntryUri(uri);
    const cancellation = new AbortController();
    const listener = token.onCancellationRequested(() => cancellation.abort());
    try {
      return stringify(await this.describe(minerId, kind, cancellation.signal));
    } finally {
      listener.dispose();
    }
  }

  private async describe(minerId: string, kind: MinerKind, signal: AbortSignal): Promise<object> {
    const identity = { miner: minerId, dataset: `miner:${kind}` };
    await this.session.settled();
    const services = this.session.services;
    const miner = services?.inventory.find(minerId);
    if (services === undefined || miner === undefined) {
      return { ...identity, error: `There is no miner ${minerId} in the inventory that is open now.` };
    }
    try {
      const { data, origin, fetchedAt, ttlS, fresh } = await services.reads.miner(miner, kind, { signal });
      const age = fetchedAt === undefined ? undefined : Date.now() - fetchedAt;
      const fetched = fetchedAt === undefined ? 'unknown' : new Date(fetchedAt).toISOString();
      return { ...identity, fetchedAt: fetched, ageMs: age, ttlS, source: origin, fresh, data };
    } catch (error) {
      return { ...identity, error: describeError(error) };
    }
  }
}

function entryUri(minerId: string, kind: MinerKind): vscode.Uri {
  // The path is the editor's title; an id may contain what a path cannot, so the query says which entry it is.
  const title = minerId.replace(/[/\\?#]/g, '_');
  return vscode.Uri.from({
    scheme: ENTRY_SCHEME,
    path: `/${title}.${kind}.json`,
    query: JSON.stringify({ minerId, kind }),
  });
}

function parseEntryUri(uri: vscode.Uri): { minerId: string; kind: MinerKind } {
  const value: unknown = JSON.parse(uri.query);
  const isRecord = typeof value === 'object' && value !== null && 'minerId' in value && 'kind' in value;
  const kind = isRecord ? MINER_KINDS.find((known) => known === value.kind) : undefined;
  if (!isRecord || typeof value.minerId !== 'string' || kind === undefined) {
    throw new Error(`${uri.toString()} does not name a cache entry.`);
  }
  return { minerId: value.minerId, kind };
}

function stringify(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

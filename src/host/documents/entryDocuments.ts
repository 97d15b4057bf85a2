import * as vscode from 'vscode';
import { describeError } from '../../base/errors';
import { DisposableStore } from '../../base/lifecycle';
import type { CacheChange } from '../../cache/changeFeed';
import type { ReadOptions } from '../../cache/reading';
import type { MinerKind } from '../../fleet/minerData';
import type { FleetSession } from '../fleetSession';
import { isEntryUri, parseEntryUri } from './entryUri';
import type { DocumentKind } from './virtualDocuments';

/**
 * Cache entries as read-only JSON documents: where the data came from and how old it is, then the data. An entry that is
 * not cached is read from the miner; why that failed is the document's text then. An open document follows its entry.
 */
export class EntryDocuments implements DocumentKind {
  private readonly disposables = new DisposableStore();
  private readonly changes = this.disposables.add(new vscode.EventEmitter<vscode.Uri>());
  private ofServices = this.disposables.add(new DisposableStore());
  /** When the data of each open document was fetched. That a person opens one counts as a lookup; that it follows does not. */
  private readonly shown = new Map<string, number | undefined>();

  readonly onDidChange = this.changes.event;

  constructor(private readonly session: FleetSession) {
    this.disposables.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.shown.delete(uri.toString())));
    this.disposables.add(session.onDidChange(() => this.follow()));
    this.follow();
  }

  owns(uri: vscode.Uri): boolean {
    return isEntryUri(uri);
  }

  dispose(): void {
    this.disposables.dispose();
  }

  async provideTextDocumentContent(uri: vscode.Uri, token: vscode.CancellationToken): Promise<string> {
    const { minerId, kind } = parseEntryUri(uri);
    const cancellation = new AbortController();
    const listener = token.onCancellationRequested(() => cancellation.abort());
    const background = this.shown.has(uri.toString());
    try {
      const { text, fetchedAt } = await this.describe(minerId, kind, { signal: cancellation.signal, background });
      this.shown.set(uri.toString(), fetchedAt);
      return text;
    } finally {
      listener.dispose();
    }
  }

  private follow(): void {
    this.disposables.release(this.ofServices);
    this.ofServices = this.disposables.add(new DisposableStore());
    const cache = this.session.services?.cache;
    if (cache !== undefined) {
      this.ofServices.add(cache.onDidChange((change) => this.noteCacheChange(change)));
    }
  }

  private noteCacheChange(change: CacheChange): void {
    const reads = this.session.services?.reads;
    for (const { uri, isClosed } of vscode.workspace.textDocuments) {
      if (!isEntryUri(uri) || isClosed || change.type !== 'fill' || reads === undefined) {
        continue;
      }
      const { minerId, kind } = parseEntryUri(uri);
      // The fill may be that of the document's own read, which shows it already.
      if (change.key === reads.keyOf(minerId, kind) && change.fetchedAt !== this.shown.get(uri.toString())) {
        this.changes.fire(uri);
      }
    }
  }

  private async describe(
    minerId: string,
    kind: MinerKind,
    options: ReadOptions,
  ): Promise<{ text: string; fetchedAt?: number | undefined }> {
    const identity = { miner: minerId, dataset: `miner:${kind}` };
    await this.session.settled();
    const services = this.session.services;
    const miner = services?.inventory.find(minerId);
    if (services === undefined || miner === undefined) {
      const error = `There is no miner ${minerId} in the inventory that is open now.`;
      return { text: stringify({ ...identity, error }) };
    }
    try {
      const { data, origin, fetchedAt, ttlS, fresh, failure } = await services.reads.miner(miner, kind, options);
      const ageMs = Math.max(0, Date.now() - fetchedAt);
      const fetched = new Date(fetchedAt).toISOString();
      const key = services.reads.keyOf(minerId, kind);
      const staleBecause = failure === undefined ? undefined : describeError(failure);
      return {
        text: stringify({
          ...identity,
          key,
          source: origin,
          fetchedAt: fetched,
          ageMs,
          ttlS,
          fresh,
          staleBecause,
          data,
        }),
        fetchedAt,
      };
    } catch (error) {
      return { text: stringify({ ...identity, error: describeError(error) }) };
    }
  }
}

function stringify(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

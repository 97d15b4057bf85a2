import * as vscode from 'vscode';
import { describeError, FleetCacheError } from '../../base/errors';
import { DisposableStore } from '../../base/lifecycle';
import type { KeyValue, RawKey } from '../../cache/keyBrowser';
import type { FleetServices } from '../../service/fleetServices';
import type { KeyReading } from '../../service/keyReader';
import type { FleetSession } from '../fleetSession';
import { COMMANDS, ENTRY_SCHEME } from '../ids';
import { entryDocument, valueDocument } from '../keys/keyDocumentText';
import { isKeyUri, parseKeyUri } from './keyUri';
import type { DocumentKind } from './virtualDocuments';

/** VS Code's editors get slow with more; the rest can be had by the line for redis-cli. */
const MOST_PAGES = 20;

/** Elements of a collection that are loaded at a time after the first page. */
const ELEMENTS_PER_PAGE = 1_000;

/** Of reading a key that changes all the time. */
const MOST_ATTEMPTS = 3;

/** What was read of a key whose document is open. */
interface OpenKey {
  readonly reading: KeyReading;
  /** Of a value, page by page. */
  readonly pages: KeyValue[];
}

/**
 * Any key as a read-only document: what is known of it, and its value, of which more is loaded when somebody wants more. A document
 * shows what is stored, and reads no miner. One of an entry follows its entry.
 */
export class KeyDocuments implements DocumentKind, vscode.CodeLensProvider {
  private readonly disposables = new DisposableStore();
  private readonly changes = this.disposables.add(new vscode.EventEmitter<vscode.Uri>());
  private readonly lensChanges = this.disposables.add(new vscode.EventEmitter<void>());
  private ofServices = this.disposables.add(new DisposableStore());
  /** By address. */
  private readonly open = new Map<string, OpenKey>();
  /** What is being read for documents that are not open yet. */
  private readonly reads = new Set<{ readonly shown: string; isOutdated: boolean }>();
  /** Of those a page is under way, by what was read before it: who asks again while it is waits for that one. */
  private readonly loading = new WeakMap<OpenKey, Promise<void>>();

  readonly onDidChange = this.changes.event;
  readonly onDidChangeCodeLenses = this.lensChanges.event;

  constructor(private readonly session: FleetSession) {
    this.disposables.add(vscode.languages.registerCodeLensProvider({ scheme: ENTRY_SCHEME, pattern: '/key/*' }, this));
    this.disposables.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.open.delete(uri.toString())));
    this.disposables.add(session.onDidChange(() => this.follow()));
    this.follow();
  }

  owns(uri: vscode.Uri): boolean {
    return isKeyUri(uri);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const raw = parseKeyUri(uri);
    const known = this.open.get(uri.toString());
    try {
      const current = known ?? (await this.read(raw));
      if (current === undefined) {
        return '// The key is not there: it expired or was removed.\n';
      }
      this.open.set(uri.toString(), current);
      return textOf(current);
    } catch (error) {
      return `// The key cannot be read. ${describeError(error)}\n`;
    } finally {
      this.lensChanges.fire();
    }
  }

  provideCodeLenses({ uri }: vscode.TextDocument): vscode.CodeLens[] {
    const state = this.open.get(uri.toString());
    const range = new vscode.Range(0, 0, 0, 0);
    const lens = (title: string, command: string) =>
      new vscode.CodeLens(range, { title, command, arguments: [uri.toString()] });
    const again = lens('Read again', COMMANDS.readKeyAgain);
    return state !== undefined && mayLoadMore(state) ? [lens('Load more', COMMANDS.loadMoreOfKey), again] : [again];
  }

  /** Reads the next page of an open document. @throws {StoreError} */
  async loadMore(address: string): Promise<void> {
    const state = this.open.get(address);
    const next = state?.pages.at(-1)?.next;
    if (state === undefined || next === undefined || !mayLoadMore(state)) {
      return;
    }
    const loading = this.loading.get(state) ?? this.loadPage(address, state, next);
    this.loading.set(state, loading);
    try {
      await loading;
    } finally {
      this.loading.delete(state);
    }
  }

  /** Reads an open document's key anew, from its beginning. */
  readAgain(address: string): void {
    this.open.delete(address);
    this.changes.fire(vscode.Uri.parse(address));
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private async loadPage(address: string, state: OpenKey, from: string): Promise<void> {
    const { keyReader } = await this.services();
    // Of strings a page is as long as the first one was.
    const count = state.pages[0]?.content.type === 'string' ? {} : { count: ELEMENTS_PER_PAGE };
    const page = await keyReader.read(state.reading.key.raw, { from, ...count });
    if (this.open.get(address) !== state) {
      // It was closed, or read anew, meanwhile.
      return;
    }
    if (page?.content.type === 'value' && page.content.value.content.type === state.pages[0]?.content.type) {
      state.pages.push(page.content.value);
      this.changes.fire(vscode.Uri.parse(address));
    } else {
      // It is gone, or is another one by now.
      this.readAgain(address);
    }
  }

  private follow(): void {
    this.disposables.release(this.ofServices);
    this.ofServices = this.disposables.add(new DisposableStore());
    const cache = this.session.services?.cache;
    if (cache === undefined) {
      return;
    }
    // It may be another Redis.
    for (const address of [...this.open.keys()]) {
      this.readAgain(address);
    }
    this.ofServices.add(
      cache.onDidChange((change) => {
        // An invalidation may concern any entry.
        const concerns = (shown: string, isEntry: boolean) => (change.type === 'fill' ? change.key === shown : isEntry);
        for (const [address, { reading }] of this.open) {
          if (concerns(reading.key.shown, reading.key.entry !== undefined)) {
            this.readAgain(address);
          }
        }
        for (const read of this.reads) {
          read.isOutdated ||= concerns(read.shown, true);
        }
      }),
    );
  }

  /** @throws {FleetCacheError} when there is no connection. */
  private async services(): Promise<FleetServices> {
    await this.session.settled();
    const { services } = this.session;
    if (services === undefined) {
      throw new FleetCacheError('No fleet is open, so that no Redis is connected.');
    }
    return services;
  }

  /** What changes while it is read is read again: a document hears of changes only once it is there. */
  private async read(raw: RawKey): Promise<OpenKey | undefined> {
    for (let attempt = 1; ; attempt++) {
      const { keyReader, keyExplorer } = await this.services();
      const read = { shown: keyExplorer.shown(raw), isOutdated: false };
      this.reads.add(read);
      const reading = await keyReader.read(raw).finally(() => this.reads.delete(read));
      if (!read.isOutdated || attempt === MOST_ATTEMPTS) {
        return reading && { reading, pages: reading.content.type === 'value' ? [reading.content.value] : [] };
      }
    }
  }
}

function textOf({ reading: { key, content }, pages }: OpenKey): string {
  const now = Date.now();
  return content.type === 'entry' ? entryDocument(key, content.data, now) : valueDocument(key, pages, now).text;
}

function mayLoadMore({ pages }: OpenKey): boolean {
  return pages.length < MOST_PAGES && pages.at(-1)?.next !== undefined;
}

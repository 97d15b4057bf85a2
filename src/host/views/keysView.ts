import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore, toDisposable } from '../../base/lifecycle';
import type { Logger } from '../../base/logger';
import type { KeyExplorer } from '../../service/keyExplorer';
import type { KeyFilter, KeySort } from '../../service/keyLevels';
import type { FleetSession } from '../fleetSession';
import { CONTEXT_KEYS, VIEWS } from '../ids';
import { describeFilter, describeListing } from '../keys/keyFilterText';
import type { KeyNode, KeysNode } from './keyNodes';
import { keysMessage } from './keysMessage';
import { KeysTree } from './keysTree';
import { LevelScans } from './levelScans';
import { SpacedUpdates } from './spacedUpdates';

const TICK_MS = 1_000;
/** Others change keys too, which nobody tells us of. */
const ASK_TICKS = 5;
/** How far a scan is changes many times a second. */
const MESSAGE_MS = 250;

/** What is shown of one connection. */
interface Shown {
  readonly explorer: KeyExplorer;
  readonly tree: KeysTree;
  readonly scans: LevelScans;
}

/** The Cache Keys view: all keys of the Redis that is used. Nothing is asked of Redis while nobody can see it. */
export class KeysView implements vscode.TreeDataProvider<KeysNode>, Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes = new vscode.EventEmitter<KeysNode | KeysNode[] | undefined>();
  private readonly view: vscode.TreeView<KeysNode>;
  private readonly updates: SpacedUpdates<KeysNode>;
  private ofServices = this.disposables.add(new DisposableStore());
  private shown: Shown | undefined;
  private whileVisible: Disposable | undefined;
  private messageTimer: Disposable | undefined;
  private readonly contexts = new Map<string, unknown>();

  readonly onDidChangeTreeData = this.changes.event;

  constructor(
    private readonly session: FleetSession,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.disposables.add(this.changes);
    const options = { treeDataProvider: this, showCollapseAll: true, canSelectMany: true };
    this.view = this.disposables.add(vscode.window.createTreeView(VIEWS.keys, options));
    this.updates = this.disposables.add(
      new SpacedUpdates<KeysNode>(clock, {
        draw: (nodes) => this.changes.fire(nodes),
        say: (message) => {
          this.view.message = message;
        },
      }),
    );
    this.disposables.add(this.view.onDidChangeVisibility(() => this.followVisibility()));
    this.disposables.add(this.view.onDidExpandElement(({ element }) => this.shown?.tree.expand(element)));
    this.disposables.add(this.view.onDidCollapseElement(({ element }) => this.shown?.tree.collapse(element)));
    this.disposables.add(session.onDidChange(() => this.follow()));
    this.disposables.add(toDisposable(() => this.whileVisible?.dispose()));
    this.disposables.add(toDisposable(() => this.messageTimer?.dispose()));
    this.follow();
  }

  get filter(): KeyFilter {
    return this.shown?.explorer.filter ?? {};
  }

  set filter(filter: KeyFilter) {
    if (this.shown !== undefined) {
      this.shown.explorer.filter = filter;
      this.shown.scans.restart();
      this.shown.tree.redraw();
      this.updateHeader();
    }
  }

  get sort(): KeySort {
    return this.shown?.explorer.sort ?? 'name';
  }

  set sort(sort: KeySort) {
    if (this.shown !== undefined) {
      this.shown.explorer.sort = sort;
      this.shown.tree.redraw();
      this.updateHeader();
    }
  }

  /** Lists all keys anew, and asks again about those that are shown. */
  async refresh(): Promise<void> {
    this.shown?.scans.restart();
    await this.shown?.tree.askAgain();
  }

  cancel(): void {
    this.shown?.scans.cancel();
  }

  resume(): void {
    this.shown?.scans.resume();
  }

  showMore(node: KeysNode): void {
    if (node.type === 'more') {
      this.shown?.tree.showMore(node);
    }
  }

  /** Some keys were changed from here: their rows tell what is so now. */
  async noteChanged(keys: readonly KeyNode[]): Promise<void> {
    await this.shown?.tree.reask(keys);
  }

  async getChildren(node?: KeysNode): Promise<KeysNode[]> {
    if (node === undefined) {
      await this.session.settled();
    }
    return this.shown?.tree.getChildren(node) ?? [];
  }

  getTreeItem(node: KeysNode): vscode.TreeItem {
    return this.shown?.tree.getTreeItem(node) ?? new vscode.TreeItem('');
  }

  getParent(node: KeysNode): KeysNode | undefined {
    return node.parent;
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private follow(): void {
    const { services } = this.session;
    if (services?.keyExplorer === this.shown?.explorer) {
      return;
    }
    this.disposables.release(this.ofServices);
    const store = this.disposables.add(new DisposableStore());
    this.ofServices = store;
    this.shown = undefined;
    if (services !== undefined) {
      const { keyExplorer: explorer, cache } = services;
      const scans: LevelScans = store.add(new LevelScans(explorer, this.clock, () => this.updateSoon()));
      const onOpen = (prefix: string) => scans.want(prefix);
      const onClose = (prefix: string) => scans.leave(prefix);
      const tree = store.add(new KeysTree({ explorer, clock: this.clock, logger: this.logger, onOpen, onClose }));
      store.add(tree.onDidChangeTreeData((nodes) => this.updates.change(nodes)));
      store.add(explorer.onDidDeny(() => this.updateSoon()));
      store.add(
        cache.onDidChangeStoreHealth(({ state }) => {
          if (state === 'up') {
            scans.heal();
          }
        }),
      );
      this.shown = { explorer, tree, scans };
    }
    this.updates.change(undefined);
    this.updateHeader();
    this.followVisibility();
  }

  private followVisibility(): void {
    const { visible } = this.view;
    this.whileVisible?.dispose();
    this.whileVisible = undefined;
    if (this.shown === undefined) {
      return;
    }
    this.shown.tree.setVisible(visible);
    this.shown.scans.setVisible(visible);
    if (visible) {
      this.whileVisible = this.tickRepeatedly(this.shown.tree);
    }
  }

  private tickRepeatedly(tree: KeysTree): Disposable {
    let ticks = 0;
    void tree.askAgain();
    const timer = setInterval(() => {
      if (++ticks % ASK_TICKS === 0) {
        void tree.askAgain();
      }
      tree.tick();
    }, TICK_MS);
    return toDisposable(() => clearInterval(timer));
  }

  private updateSoon(): void {
    this.messageTimer ??= this.clock.setTimeout(() => {
      this.messageTimer = undefined;
      this.updateHeader();
    }, MESSAGE_MS);
  }

  private updateHeader(): void {
    const state = this.shown?.scans.state ?? { type: 'idle' };
    const filter = describeFilter(this.filter);
    const message = this.shown === undefined ? '' : keysMessage(state, filter, this.shown.explorer.denied);
    const description = describeListing(this.filter, this.sort);
    this.updates.say(message);
    if ((this.view.description ?? '') !== description) {
      this.view.description = description;
    }
    this.setContext(CONTEXT_KEYS.keyListing, state.type);
    this.setContext(CONTEXT_KEYS.keysFiltered, filter !== '');
  }

  private setContext(key: string, value: unknown): void {
    if (this.contexts.get(key) !== value) {
      this.contexts.set(key, value);
      void vscode.commands.executeCommand('setContext', key, value);
    }
  }
}

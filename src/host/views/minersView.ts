import * as vscode from 'vscode';
import { FleetCacheError } from '../../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../../base/lifecycle';
import { describeProblem } from '../../fleet/inventory';
import type { FleetSession } from '../fleetSession';
import { VIEWS } from '../ids';
import type { LiveFleet } from '../liveFleet';
import type { MinersNode } from './minerNodes';
import { MinersTree } from './minersTree';

const TICK_MS = 1_000;
/** Listed entries change by other instances too, which nobody tells us of. */
const REINSPECT_TICKS = 5;

/** The Miners view: fills and refreshes its tree, as long as somebody can see it, and says above the tree what is wrong. */
export class MinersView implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly tree: MinersTree;
  private readonly view: vscode.TreeView<MinersNode>;
  private ofServices = this.disposables.add(new DisposableStore());
  /** What runs while the view can be seen. */
  private whileVisible: DisposableStore | undefined;

  constructor(
    private readonly session: FleetSession,
    private readonly liveFleet: LiveFleet,
  ) {
    this.tree = this.disposables.add(new MinersTree(session));
    this.view = this.disposables.add(
      vscode.window.createTreeView(VIEWS.miners, { treeDataProvider: this.tree, showCollapseAll: true }),
    );
    this.disposables.add(this.view.onDidChangeVisibility(() => this.followVisibility()));
    this.disposables.add(this.view.onDidExpandElement(({ element }) => this.tree.expand(element)));
    this.disposables.add(this.view.onDidCollapseElement(({ element }) => this.tree.collapse(element)));
    this.disposables.add(session.onDidChange(() => this.follow()));
    this.disposables.add(toDisposable(() => this.whileVisible?.dispose()));
    this.follow();
    this.followVisibility();
  }

  showMore(node: MinersNode): void {
    if (node.type === 'more') {
      this.tree.showMore(node);
    }
  }

  /** Shows the view and selects a miner in it. @throws {FleetCacheError} when it is not listed. */
  async reveal(minerId: string): Promise<void> {
    const node = this.tree.list(minerId);
    if (node === undefined) {
      throw new FleetCacheError(`There is no miner "${minerId}" in the inventory.`);
    }
    await this.view.reveal(node, { select: true, focus: false });
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private follow(): void {
    this.disposables.release(this.ofServices);
    this.ofServices = this.disposables.add(new DisposableStore());
    const services = this.session.services;
    if (services !== undefined) {
      this.ofServices.add(services.inventory.onDidChange(() => this.updateMessage()));
      this.ofServices.add(services.cache.onDidChangeStoreHealth(() => this.updateMessage()));
    }
    this.updateMessage();
  }

  private updateMessage(): void {
    const message = messageOf(this.session);
    // Each time is a message to the window, also when it changes nothing, and holds back a change of the tree that follows soon.
    if ((this.view.message ?? '') !== message) {
      this.view.message = message;
    }
  }

  private followVisibility(): void {
    this.tree.isVisible = this.view.visible;
    this.whileVisible?.dispose();
    this.whileVisible = undefined;
    if (this.view.visible) {
      this.whileVisible = new DisposableStore();
      this.whileVisible.add(this.liveFleet.look());
      this.whileVisible.add(this.tickRepeatedly());
    }
  }

  private tickRepeatedly(): Disposable {
    let ticks = 0;
    const timer = setInterval(() => {
      if (++ticks % REINSPECT_TICKS === 0) {
        void this.tree.reinspect();
      } else {
        this.tree.tick();
      }
    }, TICK_MS);
    return toDisposable(() => clearInterval(timer));
  }
}

/** What stands above the tree: what a person should know. Empty when all is well. */
function messageOf({ state, isDemo }: FleetSession): string {
  if (state.type === 'failed') {
    return state.reason;
  }
  if (state.type !== 'running') {
    return '';
  }
  const { inventory, cache, problems } = state.services;
  const lines: string[] = [];
  const health = cache.storeHealth;
  if (health.state === 'down') {
    lines.push(`Redis is down; miners are read directly. ${health.reason}`);
  }
  if (health.state === 'refusing-writes') {
    lines.push(`Nothing new is cached. ${health.reason}`);
  }
  if (health.state === 'refusing-reads') {
    lines.push(`Miners are read directly. ${health.reason}`);
  }
  const [first, ...others] = inventory.current.problems;
  if (first !== undefined) {
    const more = others.length === 0 ? '' : ` (${others.length} more in the Problems panel)`;
    lines.push(`${describeProblem(inventory.file, first)}${more}`);
  }
  lines.push(...problems);
  if (lines.length === 0 && isDemo) {
    lines.push('Demo fleet: simulated miners with a Redis of their own.');
  }
  // VS Code shows it as one paragraph.
  return lines.join(' ');
}

import * as vscode from 'vscode';
import { describeError } from '../../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../../base/lifecycle';
import type { Logger } from '../../base/logger';
import { describeProblem } from '../../fleet/inventory';
import type { FleetServices } from '../../service/fleetServices';
import type { FleetSession } from '../fleetSession';
import { VIEWS } from '../ids';
import type { MinersNode } from './minerNodes';
import { MinersTree } from './minersTree';

/** How long the view shows a status before it reads it again: the TTL of a status. */
const REFRESH_MS = 10_000;
const TICK_MS = 1_000;
/** Listed entries change by other instances too, which nobody tells us of. */
const REINSPECT_TICKS = 5;

/**
 * The Miners view: fills and refreshes its tree, as long as somebody can see it, and says above the tree what is wrong.
 *
 * Opening the view is a person's reading and counts as lookups; the refreshes that follow by themselves do not.
 */
export class MinersView implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly tree: MinersTree;
  private readonly view: vscode.TreeView<MinersNode>;
  private ofServices = this.disposables.add(new DisposableStore());
  /** Aborted when the view is hidden or the services are replaced. */
  private watching: AbortController | undefined;
  /** Whether the miners were read since a person opened the view. */
  private wasRead = false;

  constructor(
    private readonly session: FleetSession,
    private readonly logger: Logger,
  ) {
    this.tree = this.disposables.add(new MinersTree(session));
    this.view = this.disposables.add(
      vscode.window.createTreeView(VIEWS.miners, { treeDataProvider: this.tree, showCollapseAll: true }),
    );
    this.disposables.add(
      this.view.onDidChangeVisibility(() => {
        this.wasRead = false;
        this.watchWhileVisible();
      }),
    );
    this.disposables.add(this.view.onDidExpandElement(({ element }) => this.tree.expand(element)));
    this.disposables.add(this.view.onDidCollapseElement(({ element }) => this.tree.collapse(element)));
    this.disposables.add(session.onDidChange(() => this.follow()));
    this.disposables.add(toDisposable(() => this.watching?.abort()));
    this.follow();
  }

  showMore(node: MinersNode): void {
    if (node.type === 'more') {
      this.tree.showMore(node);
    }
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private follow(): void {
    this.disposables.release(this.ofServices);
    this.ofServices = this.disposables.add(new DisposableStore());
    const services = this.session.services;
    if (services !== undefined) {
      this.ofServices.add(
        services.inventory.onDidChange(() => {
          this.updateMessage();
          this.watchWhileVisible();
        }),
      );
      this.ofServices.add(services.cache.onDidChangeStoreHealth(() => this.updateMessage()));
    }
    this.updateMessage();
    this.watchWhileVisible();
  }

  private updateMessage(): void {
    const message = messageOf(this.session);
    // Each time is a message to the window, also when it changes nothing, and holds back a change of the tree that follows soon.
    if ((this.view.message ?? '') !== message) {
      this.view.message = message;
    }
  }

  private watchWhileVisible(): void {
    this.watching?.abort();
    this.watching = undefined;
    this.tree.isVisible = this.view.visible;
    const services = this.session.services;
    if (services === undefined || !this.view.visible) {
      return;
    }
    const watching = new AbortController();
    this.watching = watching;
    this.refreshRepeatedly(services, watching.signal).catch((error: unknown) =>
      this.logger.error(`The Miners view stopped refreshing: ${describeError(error)}`),
    );
    this.tickRepeatedly(watching.signal);
    const following = services.followEvents();
    watching.signal.addEventListener('abort', () => following.dispose(), { once: true });
  }

  private async refreshRepeatedly(services: FleetServices, signal: AbortSignal): Promise<void> {
    const { miners } = services.inventory.current;
    const background = this.wasRead;
    this.wasRead = true;
    let tookMs = await timed(() => services.monitor.refresh(miners, { background, signal }));
    this.logger.info(`Read ${miners.length} miners in ${Math.round(tookMs)} ms.`);
    while (!signal.aborted) {
      // A fleet that takes long to read must not keep the extension host busy all the time.
      await sleep(Math.max(REFRESH_MS, tookMs * 2), signal);
      if (!signal.aborted) {
        const current = services.inventory.current.miners;
        tookMs = await timed(() => services.monitor.refresh(current, { background: true, signal }));
      }
    }
  }

  private tickRepeatedly(signal: AbortSignal): void {
    let ticks = 0;
    const timer = setInterval(() => {
      if (++ticks % REINSPECT_TICKS === 0) {
        void this.tree.reinspect();
      } else {
        this.tree.tick();
      }
    }, TICK_MS);
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
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

/** How long a task took, in ms. */
async function timed(task: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await task();
  return performance.now() - started;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}

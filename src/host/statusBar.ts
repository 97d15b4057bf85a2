import * as vscode from 'vscode';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { FleetServices } from '../service/fleetServices';
import type { FleetSession } from './fleetSession';
import { formatRatio } from './format';
import { VIEWS } from './ids';

const UPDATE_MS = 1_000;

/** Hit ratio of the last five minutes of this window, or what keeps the cache from working. */
export class StatusBar implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly item: vscode.StatusBarItem;
  private ofServices = this.disposables.add(new DisposableStore());
  private isShown = false;
  private isWarning = false;

  constructor(private readonly session: FleetSession) {
    this.item = this.disposables.add(
      vscode.window.createStatusBarItem('fleetCache.hitRatio', vscode.StatusBarAlignment.Left, 0),
    );
    this.item.name = 'Fleet Cache Hit Ratio';
    this.item.command = `${VIEWS.miners}.focus`;
    this.disposables.add(session.onDidChange(() => this.follow()));
    // The figures are in memory; VS Code is only told when the text differs.
    const timer = setInterval(() => this.update(), UPDATE_MS);
    this.disposables.add(toDisposable(() => clearInterval(timer)));
    this.follow();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private follow(): void {
    this.disposables.release(this.ofServices);
    this.ofServices = this.disposables.add(new DisposableStore());
    const cache = this.session.services?.cache;
    if (cache !== undefined) {
      this.ofServices.add(cache.onDidChangeStoreHealth(() => this.update()));
    }
    this.update();
  }

  private update(): void {
    const { state } = this.session;
    switch (state.type) {
      case 'noFolder':
      case 'noInventory':
      case 'untrusted':
        this.isShown = false;
        this.item.hide();
        return;
      case 'starting':
        this.show('$(loading~spin) Fleet Cache', 'Fleet Cache is starting.', false);
        return;
      case 'failed':
        this.show('$(error) Fleet Cache', state.reason, true);
        return;
      case 'running':
        this.showRunning(state.services);
    }
  }

  private showRunning({ cache }: FleetServices): void {
    const health = cache.storeHealth;
    if (health.state === 'down') {
      this.show('$(warning) Redis down', `${health.reason} Miners are read directly.`, true);
      return;
    }
    const ratio = cache.metrics.hitRatio('5m');
    const text = `$(database) ${ratio === undefined ? 'Fleet Cache' : `${formatRatio(ratio)} hits`}`;
    const warning = 'reason' in health ? health.reason : undefined;
    this.show(text, warning ?? tooltipOf(cache), warning !== undefined);
  }

  private show(text: string, tooltip: string, isWarning: boolean): void {
    if (this.item.text !== text) {
      this.item.text = text;
    }
    if (this.item.tooltip !== tooltip) {
      this.item.tooltip = tooltip;
    }
    // Each of these is a message to the window, also when it changes nothing.
    if (this.isWarning !== isWarning) {
      this.isWarning = isWarning;
      this.item.backgroundColor = isWarning ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    }
    if (!this.isShown) {
      this.isShown = true;
      this.item.show();
    }
  }
}

function tooltipOf({ metrics }: FleetServices['cache']): string {
  const recent = metrics.counts('5m');
  if (recent.lookups === 0) {
    return 'Fleet Cache: nobody has read through the cache in the last 5 minutes. Select to see the miners.';
  }
  const hits = recent.l1Hits + recent.l2Hits + recent.staleHits;
  const total = metrics.counts('start');
  const offload = metrics.sourceOffload('5m');
  return [
    `Fleet Cache, last 5 minutes of this window: ${recent.lookups.toLocaleString('en')} lookups`,
    `${hits.toLocaleString('en')} hits, ${recent.misses.toLocaleString('en')} misses (${recent.fetches.toLocaleString('en')} fetched from miners, ${recent.coalesced.toLocaleString('en')} waited for another's fetch)`,
    `Reads spared the miners: ${offload === undefined ? 'unknown' : formatRatio(offload)}`,
    `Since start: ${total.lookups.toLocaleString('en')} lookups`,
  ].join('\n');
}

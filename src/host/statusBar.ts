import * as vscode from 'vscode';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle';
import type { FleetServices } from '../service/fleetServices';
import type { ServiceConnection } from '../service/serviceConnection';
import { availabilityOf } from './dashboard/availability';
import type { FleetSession } from './fleetSession';
import { formatCount, formatRatio } from './format';
import { COMMANDS } from './ids';
import { mcpLine } from './mcp/mcpStatusText';
import type { WindowMcp } from './mcp/windowMcp';
import { type StatusText, statusOfFigures, statusWithoutFleet } from './statusText';
import { describeActive } from './views/connectionText';

const UPDATE_MS = 1_000;

type Link = readonly [title: string, command: string];

const LINKS: readonly Link[] = [
  ['Open Dashboard', COMMANDS.openDashboard],
  ['Warm Cache…', COMMANDS.warm],
  ['Invalidate Cache…', COMMANDS.invalidate],
  ['Show Log', COMMANDS.showLog],
];
const MCP_LINK: Link = ['MCP Status', COMMANDS.showMcpStatus];
const PAUSED_LINKS: readonly Link[] = [
  ['Resume', COMMANDS.resume],
  ['Show Log', COMMANDS.showLog],
];

/** Hit ratio of the last five minutes of this window, or what keeps the cache from working. */
export class StatusBar implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly item: vscode.StatusBarItem;
  private ofServices = this.disposables.add(new DisposableStore());
  /** What the item shows, as text: each of its properties is a message to the window, also when it changes nothing. */
  private shown = '';
  private mood: StatusText['mood'] = 'normal';
  /** Whether the window is past its start. Until then the tooltip is plain: Markdown takes VS Code 11 ms, for which the views would wait. */
  private hasStarted = false;

  constructor(
    private readonly session: FleetSession,
    private readonly mcp: Pick<WindowMcp, 'status'>,
  ) {
    this.item = this.disposables.add(
      vscode.window.createStatusBarItem('fleetCache.hitRatio', vscode.StatusBarAlignment.Left, 0),
    );
    this.item.name = 'Fleet Cache Hit Ratio';
    this.item.command = COMMANDS.openDashboard;
    this.disposables.add(session.onDidChange(() => this.follow()));
    // The figures are in memory; VS Code is only told what differs.
    const timer = setInterval(() => {
      this.hasStarted = true;
      this.update();
    }, UPDATE_MS);
    this.disposables.add(toDisposable(() => clearInterval(timer)));
    this.follow();
    this.item.show();
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
      case 'starting':
        this.show(plain('$(loading~spin) Fleet Cache', 'Fleet Cache is starting.', 'normal'));
        return;
      case 'failed':
        this.show(plain('$(error) Fleet Cache', state.reason, 'problem'));
        return;
      case 'running':
        this.show(statusOf(state.services), state.services.connection);
        return;
      default: {
        const status = statusWithoutFleet(availabilityOf(state), state.type === 'paused');
        if (status !== undefined) {
          this.show(status);
        }
      }
    }
  }

  private show(status: StatusText, connection?: ServiceConnection): void {
    const { text, details, mood } = status;
    const active = connection === undefined ? '' : `${describeActive(connection)} (${connection.address})`;
    const mcp = mcpLine(this.mcp.status);
    const shown = JSON.stringify([status, active, mcp, this.hasStarted]);
    if (shown === this.shown) {
      return;
    }
    this.shown = shown;
    this.item.text = text;
    const links = this.session.state.type === 'paused' ? PAUSED_LINKS : LINKS;
    this.item.tooltip = this.hasStarted
      ? tooltipOf(status, { active, mcp }, mcp === undefined ? links : [...links, MCP_LINK])
      : details;
    const words = text.replace(/ ?\$\([^)]*\) ?/g, '');
    this.item.accessibilityInformation = { label: details.startsWith(words) ? details : `${words}, ${details}` };
    if (mood !== this.mood) {
      this.mood = mood;
      this.item.backgroundColor =
        mood === 'problem' ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
      this.item.color = mood === 'under-target' ? new vscode.ThemeColor('list.warningForeground') : undefined;
    }
  }
}

function statusOf({ cache, inventory }: FleetServices): StatusText {
  const health = cache.storeHealth;
  if (health.state === 'down') {
    return plain('$(warning) Redis down', `${health.reason} Miners are read directly.`, 'problem');
  }
  if (inventory.current.miners.length === 0) {
    return plain('$(database) no fleet', 'The list of miners is empty.', 'normal');
  }
  const status = statusOfFigures(cache.metrics);
  return 'reason' in health ? { ...status, details: health.reason, mood: 'problem' } : status;
}

function plain(text: string, details: string, mood: StatusText['mood']): StatusText {
  return { text, details, mood, datasets: [] };
}

/** Names and reasons may be of anybody's making: they go in as text. */
function tooltipOf(
  { details, datasets }: StatusText,
  { active, mcp }: { readonly active: string; readonly mcp: string | undefined },
  links: readonly Link[],
): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString('', true);
  tooltip.isTrusted = { enabledCommands: links.map(([, command]) => command) };
  for (const line of details.split('\n')) {
    tooltip.appendText(line).appendMarkdown('  \n');
  }
  if (datasets.length > 0) {
    const rows = datasets.map(
      ({ dataset, lookups, hitRatio, sourceOffload }) =>
        `| ${dataset} | ${formatCount(lookups)} | ${formatRatio(hitRatio)} | ${formatRatio(sourceOffload)} |`,
    );
    tooltip.appendMarkdown(
      `\n| Dataset | Lookups | Hits | Spared |\n| :--- | ---: | ---: | ---: |\n${rows.join('\n')}\n\n`,
    );
  }
  if (active !== '') {
    tooltip.appendMarkdown('\nRedis: ').appendText(active);
  }
  if (mcp !== undefined) {
    tooltip.appendMarkdown('  \n').appendText(mcp);
  }
  return tooltip.appendMarkdown(`\n\n${links.map(([title, command]) => `[${title}](command:${command})`).join(' · ')}`);
}

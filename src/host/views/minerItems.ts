import * as vscode from 'vscode';
import type { Inspection } from '../../cache/inspector';
import { minerAddress } from '../../fleet/miner';
import type { MinerState } from '../../fleet/minerData';
import { currentHashrateThs } from '../../fleet/minerReport';
import type { MinerView } from '../../service/fleetMonitor';
import { entryUri } from '../documents/entryUri';
import { formatBytes, formatCount, formatDuration, formatHashrate, formatSeconds, plural } from '../format';
import { CONTEXT_VALUES } from '../ids';
import { STATE_LABELS, stateOf } from '../minerState';
import type { EntryNode, MinerNode, MoreNode, NoteNode, TenantNode } from './minerNodes';

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

const STATE_ICONS: Readonly<Record<MinerState, readonly [icon: string, color: string]>> = {
  unknown: ['question', 'disabledForeground'],
  'not-started': ['circle-outline', 'disabledForeground'],
  normal: ['pass-filled', 'testing.iconPassed'],
  paused: ['debug-pause', 'charts.blue'],
  suspended: ['circle-slash', 'charts.orange'],
  restricted: ['warning', 'charts.yellow'],
};

export function tenantItem({ tenant }: TenantNode, views: readonly MinerView[], isOnly: boolean): vscode.TreeItem {
  const item = new vscode.TreeItem(tenant, isOnly ? Expanded : Collapsed);
  item.id = `tenant:${tenant}`;
  item.contextValue = CONTEXT_VALUES.tenant;
  item.iconPath = new vscode.ThemeIcon('organization');
  item.description = describeTenant(views);
  item.tooltip = `Tenant ${tenant}: ${item.description}`;
  return item;
}

function describeTenant(views: readonly MinerView[]): string {
  const online = views.filter(({ type }) => type === 'online').length;
  const unread = views.filter(({ type }) => type === 'unread').length;
  const hashrates = views.map((view) => (view.type === 'online' ? currentHashrateThs(view.stats?.data) : undefined));
  const known = hashrates.filter((ths) => ths !== undefined);
  const parts = [unread === views.length ? plural(views.length, 'miner') : `${online}/${views.length} online`];
  if (unread > 0 && unread < views.length) {
    parts.push(`${unread} not read yet`);
  }
  if (known.length > 0) {
    parts.push(formatHashrate(known.reduce((sum, ths) => sum + ths, 0)));
  }
  return parts.join(' · ');
}

export function minerItem({ miner }: MinerNode, view: MinerView, now: number): vscode.TreeItem {
  const item = new vscode.TreeItem(miner.id, Collapsed);
  item.id = `miner:${miner.id}`;
  item.contextValue = CONTEXT_VALUES.miner;
  item.description = describeMiner(view);
  item.iconPath = minerIcon(view);
  item.tooltip = minerTooltip(miner, view, now);
  item.accessibilityInformation = { label: `Miner ${miner.id}, ${item.description}` };
  return item;
}

function describeMiner(view: MinerView): string {
  switch (view.type) {
    case 'unread':
      return 'not read yet';
    case 'failed':
      return describeFailure(view);
    case 'online': {
      const hashrate = currentHashrateThs(view.stats?.data);
      const figures = hashrate === undefined ? 'hashrate unknown' : formatHashrate(hashrate);
      return `${STATE_LABELS[stateOf(view)]} · ${figures}`;
    }
  }
}

function describeFailure(view: Extract<MinerView, { type: 'failed' }>): string {
  switch (view.failure) {
    case 'unreachable':
      return 'offline: cannot connect';
    case 'timeout':
      return 'offline: no answer in time';
    case 'login-refused':
      return 'login refused';
    case 'no-credentials':
      return 'login needed';
    case 'unsupported':
      return 'firmware does not support the call';
    default:
      return `failed: ${view.reason}`;
  }
}

function minerIcon(view: MinerView): vscode.ThemeIcon {
  switch (view.type) {
    case 'unread':
      return new vscode.ThemeIcon('circle-outline', new vscode.ThemeColor('disabledForeground'));
    case 'failed': {
      const isLogin = view.failure === 'login-refused' || view.failure === 'no-credentials';
      return new vscode.ThemeIcon(isLogin ? 'key' : 'error', new vscode.ThemeColor('testing.iconFailed'));
    }
    case 'online': {
      const [icon, color] = STATE_ICONS[stateOf(view)];
      return new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
    }
  }
}

function minerTooltip(miner: MinerNode['miner'], view: MinerView, now: number): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  // Names and reasons come from files and machines: they are text here, never Markdown.
  const line = (label: string, value: string) => tooltip.appendText(`${label}: ${value}`).appendMarkdown('  \n');
  tooltip.appendMarkdown('**').appendText(miner.id).appendMarkdown('**  \n');
  line('Address', minerAddress(miner));
  line('Tenant', miner.tenant);
  if (miner.tags.length > 0) {
    line('Tags', miner.tags.join(', '));
  }
  if (view.type === 'failed') {
    line('No data', view.reason);
  }
  if (view.type === 'online') {
    const { status, stats } = view;
    line('State', STATE_LABELS[stateOf(view)]);
    const { powerW, efficiencyJPerTh, nominalHashrateThs } = stats?.data ?? {};
    const hashrate = currentHashrateThs(stats?.data);
    line('Hashrate', hashrate === undefined ? 'unknown' : formatHashrate(hashrate));
    line('Nominal', nominalHashrateThs === undefined ? 'unknown' : formatHashrate(nominalHashrateThs));
    line('Power', powerW === undefined ? 'unknown' : `${Math.round(powerW)} W`);
    line('Efficiency', efficiencyJPerTh === undefined ? 'unknown' : `${efficiencyJPerTh.toFixed(1)} J/TH`);
    line(
      'Age of this data',
      `${formatDuration(now - status.fetchedAt)}, from ${status.origin === 'source' ? 'the miner' : 'the cache'}`,
    );
  }
  return tooltip;
}

export function entryItem({ parent, kind, inspection }: EntryNode, now: number): vscode.TreeItem {
  const item = new vscode.TreeItem(kind, None);
  item.id = `entry:${kind}:${parent.miner.id}`;
  item.contextValue = CONTEXT_VALUES.entry;
  item.description = describeEntry(inspection, now);
  const isCached = inspection.state === 'valid' || inspection.state === 'foreign';
  item.iconPath = new vscode.ThemeIcon(isCached ? 'json' : 'circle-outline');
  item.tooltip = entryTooltip(inspection);
  // A command of our own would carry its arguments by a reference that the next repaint, a second later, makes void under
  // the user's click; `vscode.open` carries the address itself.
  item.command = { command: 'vscode.open', title: 'Open', arguments: [entryUri(parent.miner.id, kind)] };
  item.accessibilityInformation = { label: `${kind}, ${item.description}` };
  return item;
}

function describeEntry({ state, entry, sizeBytes }: Inspection, now: number): string {
  const size = formatBytes(sizeBytes);
  if (entry === undefined) {
    const texts = { foreign: `written by something else, age unknown · ${size}`, unreadable: `unreadable · ${size}` };
    return state === 'foreign' || state === 'unreadable' ? texts[state] : 'not cached';
  }
  const ageS = Math.floor((now - entry.fetchedAt) / 1000);
  const age = ageS < 1 ? 'just fetched' : `${formatSeconds(ageS)} old`;
  const leftMs = entry.fetchedAt + entry.ttlS * 1000 - now;
  if (state === 'void') {
    return `invalidated · ${age} · ${size}`;
  }
  const left = leftMs > 0 ? `${formatSeconds(Math.ceil(leftMs / 1000))} left` : 'expired';
  return `${left} · ${age} · ${size}`;
}

function entryTooltip({ key, entry }: Inspection): string {
  if (entry === undefined) {
    return `${key}\nSelect it to read it from the miner.`;
  }
  const fetchedAt = new Date(entry.fetchedAt).toISOString();
  return `${key}\nFetched ${fetchedAt} in ${entry.costMs} ms by ${entry.by}; TTL ${entry.ttlS} s.`;
}

export function noteItem({ parent, text }: NoteNode): vscode.TreeItem {
  const item = new vscode.TreeItem(text, None);
  item.id = `note:${parent.miner.id}`;
  item.iconPath = new vscode.ThemeIcon('info');
  item.tooltip = text;
  return item;
}

export function moreItem({ parent, hidden }: MoreNode, showMore: vscode.Command): vscode.TreeItem {
  const item = new vscode.TreeItem(`Show more (${formatCount(hidden)} not listed)`, None);
  item.id = `more:${parent.tenant}`;
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.command = showMore;
  return item;
}

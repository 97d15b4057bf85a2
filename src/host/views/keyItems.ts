import * as vscode from 'vscode';
import type { KeyType } from '../../cache/keyBrowser';
import type { KeyFreshness } from '../../service/keyLevels';
import { keyUri } from '../documents/keyUri';
import { formatCount, plural } from '../format';
import { COMMANDS, CONTEXT_VALUES } from '../ids';
import {
  type KeyNode,
  type KeysNode,
  type KeysNoteNode,
  type MoreKeysNode,
  type NamespaceNode,
  shownPrefix,
} from './keyNodes';
import { freshnessAt, keyText, keyTooltip } from './keyText';

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

/** They are open from the start: they lead to what people look for. */
const OPEN_PREFIXES: ReadonlySet<string> = new Set(['v1:', 'v1:cache:']);

const ENTRY_ICONS: Readonly<Record<KeyFreshness, readonly [icon: string, color: string | undefined] | undefined>> = {
  fresh: ['pass-filled', 'testing.iconPassed'],
  stale: ['history', 'charts.yellow'],
  void: ['circle-slash', 'disabledForeground'],
  foreign: ['question', 'charts.orange'],
  unreadable: ['error', 'testing.iconFailed'],
  unknown: undefined,
  none: undefined,
};

const TYPE_ICONS: ReadonlyMap<KeyType | undefined, string> = new Map([
  ['string', 'symbol-string'],
  ['hash', 'symbol-field'],
  ['list', 'list-unordered'],
  ['set', 'symbol-enum'],
  ['zset', 'list-ordered'],
  ['stream', 'pulse'],
  ['json', 'json'],
]);

/**
 * @param now in ms since the epoch.
 * @param isOpen whether the rows below are shown.
 */
export function keysItem(node: KeysNode, now: number, isOpen: boolean): vscode.TreeItem {
  switch (node.type) {
    case 'namespace':
      return namespaceItem(node, isOpen);
    case 'key':
      return keyItem(node, now);
    case 'more':
      return moreItem(node);
    case 'note':
      return noteItem(node);
  }
}

function namespaceItem(node: NamespaceNode, isOpen: boolean): vscode.TreeItem {
  const { prefix, isOwn, parent } = node;
  const label = labelOf(node.name);
  // VS Code loses rows for a moment when a row and one above it change shortly after one another, and takes them for new ones then.
  const item = new vscode.TreeItem(label, isOpen || OPEN_PREFIXES.has(prefix) ? Expanded : Collapsed);
  item.id = `namespace:${prefix}`;
  const isForeignRoot = !isOwn && parent === undefined;
  const keys = node.keys === 0 ? 'none listed' : plural(node.keys, 'key');
  item.description = isForeignRoot ? `${keys} · foreign` : keys;
  item.iconPath = new vscode.ThemeIcon(isForeignRoot ? 'lock' : 'folder');
  item.tooltip = `Keys that begin with ${shownPrefix(node)}\n${keys}${isOwn ? '' : "\nNot the cache's: read-only here, unless you insist."}`;
  item.contextValue = CONTEXT_VALUES.keyNamespace;
  item.accessibilityInformation = {
    label: `Namespace ${label}, ${keys}${isOwn ? '' : ", not the cache's"}`,
  };
  return item;
}

function keyItem(node: KeyNode, now: number): vscode.TreeItem {
  const { raw, name, isOwn, known } = node;
  const label = labelOf(name);
  const item = new vscode.TreeItem(label, None);
  item.id = `key:${raw}`;
  const text = known === undefined ? undefined : keyText(known, now);
  node.painted = text?.description ?? '';
  item.description = text?.description ?? '';
  item.iconPath = keyIcon(node, now);
  item.tooltip = known === undefined ? label : keyTooltip(known, now);
  item.contextValue = isOwn ? contextOfOwn(node) : CONTEXT_VALUES.foreignKey;
  // A command of our own would carry its arguments by a reference that the next repaint makes void under the user's click.
  item.command = { command: 'vscode.open', title: 'Open', arguments: [keyUri(raw, known?.shown ?? name, known?.type)] };
  item.accessibilityInformation = { label: `Key ${label}${text === undefined ? '' : `, ${text.spoken}`}` };
  return item;
}

/** Only what is an entry can be fetched anew and compared. */
function contextOfOwn({ raw }: KeyNode): string {
  return raw.startsWith('v1:cache:') ? CONTEXT_VALUES.entryKey : CONTEXT_VALUES.ownKey;
}

function keyIcon({ known }: KeyNode, now: number): vscode.ThemeIcon {
  if (known === undefined) {
    return new vscode.ThemeIcon('circle-outline', new vscode.ThemeColor('disabledForeground'));
  }
  const [icon, color] = ENTRY_ICONS[freshnessAt(known, now)] ?? [
    TYPE_ICONS.get(known.type) ?? 'symbol-misc',
    undefined,
  ];
  return new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
}

function moreItem(node: MoreKeysNode): vscode.TreeItem {
  const hidden = `${formatCount(node.hidden)} not shown`;
  const item = new vscode.TreeItem(
    node.canGrow ? `Show more (${hidden})` : `${hidden}: set a filter to find them`,
    None,
  );
  item.id = `more:${node.parent?.prefix ?? ''}`;
  item.iconPath = new vscode.ThemeIcon(node.canGrow ? 'ellipsis' : 'filter');
  item.command = node.canGrow
    ? { command: COMMANDS.showMoreKeys, title: 'Show more', arguments: [node] }
    : { command: COMMANDS.filterKeys, title: 'Filter' };
  return item;
}

function noteItem({ parent, text }: KeysNoteNode): vscode.TreeItem {
  const item = new vscode.TreeItem(text, None);
  item.id = `note:${parent?.prefix ?? ''}`;
  item.iconPath = new vscode.ThemeIcon('info');
  return item;
}

function labelOf(name: string): string {
  return name === '' ? '(empty)' : name;
}

import * as vscode from 'vscode';
import type { InstanceSighting } from '../../cache/instanceDirectory';
import { instanceText } from './instanceText';

/** @param now in ms since the epoch. */
export function instanceItem(sighting: InstanceSighting, selfId: string, now: number): vscode.TreeItem {
  const { label, description, tooltip } = instanceText(sighting, selfId, now);
  const { record, isAlive } = sighting;
  const item = new vscode.TreeItem(label);
  item.id = record.id;
  item.description = description;
  item.tooltip = tooltip;
  const icon = !isAlive ? 'circle-slash' : record.kind === 'window' ? 'window' : 'server-process';
  item.iconPath = new vscode.ThemeIcon(icon);
  return item;
}

import * as vscode from 'vscode';
import type { AccessState } from '../../service/writeAccess';
import type { Connection } from '../connections/savedConnections';
import { CONTEXT_VALUES } from '../ids';
import { connectionText } from './connectionText';

/** @param access of the connection, if it is the one that is used. */
export function connectionItem(
  connection: Connection,
  isActive: boolean,
  access: AccessState | undefined,
): vscode.TreeItem {
  const { name, environment } = connection;
  const { description, tooltip } = connectionText(connection, isActive, access);
  const item = new vscode.TreeItem(name);
  item.id = name;
  item.description = description;
  item.tooltip = tooltip;
  item.iconPath = new vscode.ThemeIcon(
    isActive ? 'plug' : 'debug-disconnect',
    environment === 'production' ? new vscode.ThemeColor('charts.red') : undefined,
  );
  item.contextValue = isActive ? CONTEXT_VALUES.activeConnection : CONTEXT_VALUES.connection;
  return item;
}

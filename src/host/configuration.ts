import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { SETTINGS, SETTINGS_SECTION } from './ids';

const DEFAULT_INVENTORY = 'fleet.json';

/** The user's settings, as far as they say how to build the runtime. */
export interface HostConfiguration {
  /** `undefined` without a folder to look in. */
  readonly inventoryPath: string | undefined;
  /** Whether a person named the file; then it has to be there. */
  readonly isInventoryChosen: boolean;
  readonly redisUrl: string;
  readonly commandTimeoutMs: number;
  /** TTLs in seconds by dataset, not checked yet. */
  readonly ttls: Readonly<Record<string, unknown>>;
}

export function readConfiguration(): HostConfiguration {
  const settings = vscode.workspace.getConfiguration(SETTINGS_SECTION);
  const chosen = settings.get<string>(SETTINGS.inventory, '').trim();
  const file = chosen === '' ? DEFAULT_INVENTORY : chosen;
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath;
  const inventoryPath = isAbsolute(file) ? file : folder === undefined ? undefined : join(folder, file);
  return {
    inventoryPath,
    isInventoryChosen: chosen !== '',
    redisUrl: settings.get<string>(SETTINGS.redisUrl, ''),
    commandTimeoutMs: clamp(settings.get<number>(SETTINGS.redisCommandTimeout, 500), 50, 10_000),
    ttls: settings.get<Record<string, unknown>>(SETTINGS.ttl, {}),
  };
}

/** A hand-edited settings file may hold anything; the manifest's bounds are advice to the settings editor only. */
function clamp(value: unknown, min: number, max: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.min(Math.max(value, min), max) : min;
}

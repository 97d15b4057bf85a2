import { resolve } from 'node:path';
import * as vscode from 'vscode';
import { MINER_KINDS, type MinerKind } from '../fleet/minerData';
import type { WarmingSchedule } from '../service/periodicWarmer';
import { SETTINGS, SETTINGS_SECTION } from './ids';

const DEFAULT_INVENTORY = 'fleet.json';
const DEFAULT_COMMAND_TIMEOUT_MS = 500;
const DEFAULT_WARMING_INTERVAL_S = 30;
const DEFAULT_MCP_PORT = 17_817;
const DEFAULT_WARMED: readonly MinerKind[] = ['status', 'stats'];

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
  /** Whether to follow the status streams of this window's share of the miners. */
  readonly watch: boolean;
}

/** How agents reach this window's fleet. */
export interface McpSettings {
  readonly isEnabled: boolean;
  /** Where agents outside of VS Code find it. */
  readonly port: number;
  readonly allowMinerControl: boolean;
}

export function readConfiguration(): HostConfiguration {
  const settings = vscode.workspace.getConfiguration(SETTINGS_SECTION);
  // A hand-edited settings file may hold anything; the manifest's types are advice to the settings editor only.
  const text = (name: string) => {
    const value: unknown = settings.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  const chosen = text(SETTINGS.inventory);
  const ttls: unknown = settings.get(SETTINGS.ttl);
  const file = chosen === '' ? DEFAULT_INVENTORY : chosen;
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath;
  const isFound = folder !== undefined || resolve(file) === file;
  const inventoryPath = isFound ? resolve(folder ?? '/', file) : undefined;
  return {
    inventoryPath,
    isInventoryChosen: chosen !== '',
    redisUrl: text(SETTINGS.redisUrl),
    commandTimeoutMs: clamp(settings.get(SETTINGS.redisCommandTimeout), 50, 10_000, DEFAULT_COMMAND_TIMEOUT_MS),
    ttls: typeof ttls === 'object' && ttls !== null ? { ...ttls } : {},
    watch: settings.get(SETTINGS.watch) !== false,
  };
}

/** How the user wants the fleet to be warmed again and again; `undefined` when not at all. */
export function readWarmingSchedule(): WarmingSchedule | undefined {
  const settings = vscode.workspace.getConfiguration(SETTINGS_SECTION);
  const datasets: unknown = settings.get(SETTINGS.warmingDatasets);
  const kinds = Array.isArray(datasets) ? MINER_KINDS.filter((kind) => datasets.includes(kind)) : DEFAULT_WARMED;
  if (settings.get(SETTINGS.warmingEnabled) !== true || kinds.length === 0) {
    return undefined;
  }
  const intervalS = clamp(settings.get(SETTINGS.warmingInterval), 5, 3_600, DEFAULT_WARMING_INTERVAL_S);
  return { kinds, intervalS };
}

export function readMcpSettings(): McpSettings {
  const settings = vscode.workspace.getConfiguration(SETTINGS_SECTION);
  return {
    isEnabled: settings.get(SETTINGS.mcpEnabled) !== false,
    port: Math.round(clamp(settings.get(SETTINGS.mcpPort), 1_024, 65_535, DEFAULT_MCP_PORT)),
    allowMinerControl: settings.get(SETTINGS.mcpAllowMinerControl) === true,
  };
}

/** The number within its bounds; the default for what is none. */
function clamp(value: unknown, min: number, max: number, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.min(Math.max(value, min), max) : fallback;
}

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { FleetCacheApi } from '../../../src/host/activate';
import type { FleetServices } from '../../../src/service/fleetServices';

export const EXTENSION_ID = 'fleet-cache.fleet-cache';

/** The installed extension, activated. */
export async function activated(): Promise<FleetCacheApi> {
  const extension = vscode.extensions.getExtension<FleetCacheApi>(EXTENSION_ID);
  assert.ok(extension, 'the packaged extension is installed');
  return extension.activate();
}

/** The services once the session runs. */
export async function running({ session }: FleetCacheApi): Promise<FleetServices> {
  return eventually(() => {
    assert.equal(session.state.type, 'running');
    assert.ok(session.services);
    return session.services;
  });
}

/** Repeats a check until it passes, for what another process or the window brings about. */
export async function eventually<T>(check: () => T | Promise<T>, timeoutMs = 30_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() >= deadline) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Sets settings of the workspace for the time of a test. */
export async function withSettings(settings: Record<string, unknown>, test: () => Promise<void>): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('fleetCache');
  const former = Object.keys(settings).map((name) => [name, configuration.inspect(name)?.workspaceValue] as const);
  try {
    for (const [name, value] of Object.entries(settings)) {
      await configuration.update(name, value, vscode.ConfigurationTarget.Workspace);
    }
    await test();
  } finally {
    for (const [name, value] of former) {
      await configuration.update(name, value, vscode.ConfigurationTarget.Workspace);
    }
  }
}

import * as vscode from 'vscode';
import { VIEWS } from '../ids';
import { withProgress } from '../progress';
import type { CommandParts } from './commandParts';

/** *Start Demo Fleet*: runs this window on simulated miners with a Redis of their own, until it is stopped. */
export async function startDemo({ session }: CommandParts): Promise<void> {
  await withProgress('Starting the demo fleet', 'miners', (_, signal) => session.startDemo(signal));
  await vscode.commands.executeCommand(`${VIEWS.miners}.focus`);
}

/** *Stop Demo Fleet*: ends the demo's processes and goes back to the workspace's fleet. */
export async function stopDemo({ session }: CommandParts): Promise<void> {
  await session.stopDemo();
}

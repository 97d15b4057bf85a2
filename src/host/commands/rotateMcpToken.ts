import * as vscode from 'vscode';
import { showInformation } from '../messages';
import type { CommandParts } from './commandParts';

const ROTATE = 'Rotate Token';

/** *Rotate MCP Token…*: another token in the place of the one that agents outside of VS Code show. */
export async function rotateMcpToken({ agents }: Pick<CommandParts, 'agents'>): Promise<void> {
  const choice = await vscode.window.showWarningMessage(
    'Make another MCP token, and let the present one be void?',
    {
      modal: true,
      detail:
        'Agents that were connected over HTTP are put out; connect them again by “Fleet Cache: Connect an Agent…”. Agents that start the bridge go on by themselves; what they are doing just now may break off. Agents in VS Code do not notice.',
    },
    ROTATE,
  );
  if (choice === ROTATE) {
    await agents.access.rotate();
    showInformation('The MCP token was rotated. Connect agents that use HTTP again.');
  }
}

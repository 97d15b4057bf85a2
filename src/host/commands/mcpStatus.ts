import * as vscode from 'vscode';
import { COMMANDS, SETTINGS_SECTION } from '../ids';
import { adviceOnAgents, describeAgents, describeOwn, whyNoMcp } from '../mcp/mcpStatusText';
import type { McpStatus } from '../mcp/windowMcp';
import { showInformation } from '../messages';
import type { CommandParts } from './commandParts';

interface Choice extends vscode.QuickPickItem {
  readonly run?: () => unknown;
}

/** *Show MCP Status*: who reaches this window's fleet over MCP, and where; with what a person does about it. */
export async function showMcpStatus({ mcp, log }: Pick<CommandParts, 'mcp' | 'log'>): Promise<void> {
  const { status } = mcp;
  const choices = [
    ...statusRows(status),
    { label: 'Actions', kind: vscode.QuickPickItemKind.Separator },
    ...(whyNoMcp(status) === undefined
      ? [
          { label: '$(plug) Connect an Agent…', description: 'Outside of VS Code', run: connectAgent },
          { label: '$(debug-restart) Restart', description: 'Clients begin anew', run: () => restart(mcp) },
        ]
      : []),
    { label: '$(settings-gear) Open Settings', run: openSettings },
    { label: '$(output) Show Log', run: () => log.show() },
  ];
  const choice = await vscode.window.showQuickPick<Choice>(choices, {
    title: 'Fleet Cache: MCP Status',
    placeHolder: 'Choose what to do',
    matchOnDescription: true,
  });
  await choice?.run?.();
}

function statusRows(status: McpStatus): readonly Choice[] {
  const why = whyNoMcp(status);
  if (why !== undefined) {
    return [{ label: '$(circle-slash) No MCP Server', description: why }];
  }
  const { own, agents } = status;
  const advice = adviceOnAgents(status);
  return [
    {
      label: '$(mcp) Agents in VS Code',
      description: describeOwn(status),
      ...(own === undefined ? {} : { detail: own.url }),
      run: () => vscode.commands.executeCommand('workbench.mcp.listServer'),
    },
    {
      label: `${agents.type === 'blocked' ? '$(warning)' : '$(broadcast)'} Agents Outside of VS Code`,
      description: describeAgents(status),
      ...(advice === undefined ? {} : { detail: advice }),
      ...(agents.type === 'blocked' ? { run: openSettings } : {}),
    },
    ...(agents.type === 'owned'
      ? [{ label: '$(copy) Copy URL', description: agents.url, run: () => copyUrl(agents.url) }]
      : []),
  ];
}

async function copyUrl(url: string): Promise<void> {
  await vscode.env.clipboard.writeText(url);
  showInformation('Copied the URL of the MCP server. A client also has to show the token.');
}

async function restart(mcp: CommandParts['mcp']): Promise<void> {
  await mcp.restart();
  showInformation('The MCP server of this window was restarted.');
}

function connectAgent(): Thenable<unknown> {
  return vscode.commands.executeCommand(COMMANDS.connectAgent);
}

function openSettings(): Thenable<unknown> {
  return vscode.commands.executeCommand('workbench.action.openSettings', `${SETTINGS_SECTION}.mcp`);
}

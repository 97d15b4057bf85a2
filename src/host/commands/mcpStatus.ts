import * as vscode from 'vscode';
import { COMMANDS, SETTINGS_SECTION } from '../ids';
import type { McpStatus } from '../mcp/mcpStatus';
import { adviceOnAgents, describeAgents, describeOwn, whyNoMcp } from '../mcp/mcpStatusText';
import { showInformation } from '../messages';
import type { CommandParts } from './commandParts';

interface Choice extends vscode.QuickPickItem {
  readonly run?: () => unknown;
}

const DISCONNECT = 'Disconnect';

/** *Show MCP Status*: who reaches this window's fleet over MCP, and where; with what a person does about it. */
export async function showMcpStatus({ mcp, log }: Pick<CommandParts, 'mcp' | 'log'>): Promise<void> {
  const { status } = mcp;
  const choices = [
    ...statusRows(status),
    { label: 'Actions', kind: vscode.QuickPickItemKind.Separator },
    ...(whyNoMcp(status) === undefined
      ? [
          { label: '$(plug) Connect an Agent…', description: 'Outside of VS Code', run: connectAgent },
          ...(status.agents.type === 'off'
            ? []
            : [
                {
                  label: '$(debug-disconnect) Disconnect Agents…',
                  description: 'Outside of VS Code, from every window',
                  run: () => disconnectAgents(mcp),
                },
              ]),
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

async function disconnectAgents(mcp: CommandParts['mcp']): Promise<void> {
  const choice = await vscode.window.showWarningMessage(
    'Disconnect agents outside of VS Code?',
    {
      modal: true,
      detail:
        'No window listens for them any more, and what they do just now breaks off. “Fleet Cache: Connect an Agent…” lets them in again; their token stays, unless you rotate it. Agents in VS Code do not notice.',
    },
    DISCONNECT,
  );
  if (choice === DISCONNECT) {
    await mcp.closeForAgents();
    showInformation('Agents outside of VS Code were disconnected. Other windows follow within seconds.');
  }
}

function connectAgent(): Thenable<unknown> {
  return vscode.commands.executeCommand(COMMANDS.connectAgent);
}

function openSettings(): Thenable<unknown> {
  return vscode.commands.executeCommand('workbench.action.openSettings', `${SETTINGS_SECTION}.mcp`);
}

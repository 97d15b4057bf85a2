import * as vscode from 'vscode';
import { FleetCacheError } from '../../base/errors';
import type { AgentPortState } from '../mcp/agentPort';
import { AGENT_WAYS, type AgentWay } from '../mcp/agents';
import { showInformation } from '../messages';
import type { CommandParts } from './commandParts';

type Item = vscode.QuickPickItem & { readonly way?: AgentWay };

const COPY_WITH_TOKEN = 'Copy with Token';

/** *Connect an Agent…*: copies what an agent outside of VS Code is to be given, and shows where it belongs. */
export async function connectAgent({ agents, mcp }: Pick<CommandParts, 'agents' | 'mcp'>): Promise<void> {
  const way = await chooseWay();
  if (way === undefined || (way.holdsToken && !(await acceptsToken()))) {
    return;
  }
  const options = { location: vscode.ProgressLocation.Window, title: `Connecting ${way.label}` };
  const { state, facts } = await vscode.window.withProgress(options, () => prepare(agents, mcp));
  await vscode.env.clipboard.writeText(way.text(facts, way.holdsToken ? await agents.access.token() : ''));
  await agents.guides.show(way);
  showInformation(`Copied what connects ${way.label}. The document says where it belongs.${otherFleet(state)}`);
}

/** @throws {FleetCacheError} when agents could not reach this window or another one. */
async function prepare(agents: CommandParts['agents'], mcp: CommandParts['mcp']) {
  const state = await mcp.openForAgents();
  if (state.type === 'blocked') {
    throw new FleetCacheError(state.reason);
  }
  await agents.bridge.install();
  return { state, facts: await agents.facts() };
}

async function chooseWay(): Promise<AgentWay | undefined> {
  const itemOf = (way: AgentWay): Item => ({ label: way.label, description: way.description, way });
  const items: Item[] = [
    ...AGENT_WAYS.filter(({ holdsToken }) => !holdsToken).map(itemOf),
    { label: 'Over HTTP', kind: vscode.QuickPickItemKind.Separator },
    ...AGENT_WAYS.filter(({ holdsToken }) => holdsToken).map(itemOf),
  ];
  const choice = await vscode.window.showQuickPick(items, {
    title: 'Connect an Agent to Fleet Cache',
    placeHolder: 'The agent that is to see the fleet, outside of VS Code',
    matchOnDescription: true,
  });
  return choice?.way;
}

async function acceptsToken(): Promise<boolean> {
  const choice = await vscode.window.showWarningMessage(
    'What is copied holds the MCP token.',
    {
      modal: true,
      detail:
        'Whoever has the token can use Fleet Cache as you can, on this machine, until you rotate it. Paste it into the agent’s own configuration only, and into no file that is shared or under version control. The agent sends it to whatever listens at the port: while no window serves agents, any program of this machine that takes the port gets it. The ways that are not over HTTP hold no token, and do not have this weakness.',
    },
    COPY_WITH_TOKEN,
  );
  return choice === COPY_WITH_TOKEN;
}

function otherFleet(state: AgentPortState): string {
  return state.type === 'elsewhere' && state.isSameFleet === false
    ? ' For now it sees the fleet of another window, which serves agents until it closes.'
    : '';
}

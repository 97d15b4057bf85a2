import { join } from 'node:path';
import * as vscode from 'vscode';
import { systemClock } from '../../base/clock';
import { FleetCacheError } from '../../base/errors';
import { type Disposable, DisposableStore } from '../../base/lifecycle';
import type { FleetServices } from '../../service/fleetServices';
import { requireServices } from '../commands/commandParts';
import { readMcpSettings } from '../configuration';
import type { FleetSession } from '../fleetSession';
import { SETTINGS, SETTINGS_SECTION } from '../ids';
import { AgentAccess } from './agentAccess';
import { registerMcpServer } from './definitionProvider';
import type { McpParts } from './mcpParts';
import { PersonAsker } from './personAsker';
import { questionDialog } from './questionDialog';
import { WindowMcp } from './windowMcp';

/** The longest that a client waits for a fleet that is starting, in ms; clients give up after a minute. */
const STARTING_MS = 20_000;

/** The MCP server of this window, and what agents outside of VS Code reach it by. */
export interface WindowMcpParts extends Disposable {
  readonly server: WindowMcp;
  readonly access: AgentAccess;
}

/** Lets agents use the fleet of this window. Nothing listens before somebody needs it. */
export function createWindowMcp(
  { secrets, globalStorageUri }: vscode.ExtensionContext,
  parts: McpParts,
  session: FleetSession,
  log: vscode.LogOutputChannel,
): WindowMcpParts {
  const disposables = new DisposableStore();
  const access = disposables.add(new AgentAccess(secrets, join(globalStorageUri.fsPath, 'mcp'), log, parts.readToken));
  const asker = new PersonAsker(questionDialog, systemClock);
  const server = disposables.add(
    new WindowMcp({
      parts,
      session,
      requireServices: () => servicesSoon(session),
      entrance: access,
      settings: readMcpSettings,
      isTrusted: () => vscode.workspace.isTrusted,
      askPerson: (question, client, signal) => asker.ask(question, client, signal),
      clock: systemClock,
      logger: log,
    }),
  );
  const isSetting = (event: vscode.ConfigurationChangeEvent, name: string) =>
    event.affectsConfiguration(`${SETTINGS_SECTION}.${name}`);
  disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(() => server.follow()));
  disposables.add(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (isSetting(event, SETTINGS.mcpEnabled) || isSetting(event, SETTINGS.mcpAllowMinerControl)) {
        server.follow();
      }
      if (isSetting(event, SETTINGS.mcpPort)) {
        server.followPort();
      }
    }),
  );
  disposables.add(registerMcpServer(server, () => readMcpSettings().allowMinerControl));
  return { server, access, dispose: () => disposables.dispose() };
}

/** @throws {FleetCacheError} that says why there are none, at the latest after {@link STARTING_MS}. */
async function servicesSoon(session: FleetSession): Promise<FleetServices> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const fail = () => reject(new FleetCacheError('Fleet Cache is still starting. Try again in a moment.'));
    timer = setTimeout(fail, STARTING_MS);
  });
  try {
    return await Promise.race([requireServices(session), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

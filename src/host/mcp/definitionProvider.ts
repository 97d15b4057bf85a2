import * as vscode from 'vscode';
import { version } from '../../../package.json';
import { type Disposable, DisposableStore } from '../../base/lifecycle';
import { MCP_PROVIDER } from '../ids';
import surface from './surface.json';
import type { WindowMcp } from './windowMcp';

/** VS Code knows the server again by it, and with it what a person allowed: it must stay. */
const LABEL = 'Fleet Cache';
/** In the list; the listener has a port when VS Code starts the server only. */
const NOT_STARTED = 'http://127.0.0.1/mcp';

/** Lets VS Code's own agents use the MCP server of this window. It is listed at once, and listens when VS Code starts it. */
export function registerMcpServer(mcp: WindowMcp, allowsMinerControl: () => boolean): Disposable {
  const disposables = new DisposableStore();
  const changes = disposables.add(new vscode.EventEmitter<void>());
  const definition = (url: string, headers: Record<string, string>) =>
    new vscode.McpHttpServerDefinition(LABEL, vscode.Uri.parse(url), headers, surfaceVersion(allowsMinerControl()));
  const offered = () => JSON.stringify([mcp.availability === 'available', allowsMinerControl()]);
  let told = offered();
  disposables.add(
    mcp.onDidChange(() => {
      if (offered() !== told) {
        told = offered();
        changes.fire();
      }
    }),
  );
  disposables.add(
    vscode.lm.registerMcpServerDefinitionProvider(MCP_PROVIDER, {
      onDidChangeMcpServerDefinitions: changes.event,
      provideMcpServerDefinitions: () => (mcp.availability === 'available' ? [definition(NOT_STARTED, {})] : []),
      async resolveMcpServerDefinition() {
        const { url, token } = await mcp.openForWindow();
        return definition(url, { Authorization: `Bearer ${token}` });
      },
    }),
  );
  return disposables;
}

/** Differs when the tools differ, which VS Code remembers by it. */
function surfaceVersion(hasMinerControl: boolean): string {
  return [version, surface.digest, ...(hasMinerControl ? ['control'] : [])].join('-');
}

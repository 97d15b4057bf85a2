import * as vscode from 'vscode';
import { describeError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import { readMcpSettings } from '../configuration';
import { AgentGuides } from '../documents/agentGuides';
import type { AgentAccess } from './agentAccess';
import { agentUrl } from './agentPort';
import type { ConnectionFacts } from './agents';
import { findBridgeRunner } from './bridgeRunner';
import { InstalledBridge } from './installedBridge';

/** What connects agents outside of VS Code. */
export interface WindowAgents {
  readonly access: Pick<AgentAccess, 'token' | 'rotate'>;
  readonly bridge: Pick<InstalledBridge, 'install'>;
  readonly guides: AgentGuides;
  facts(): Promise<ConnectionFacts>;
}

/** Brings the bridge of agents that were connected earlier up to date; puts nothing where no agent was connected. */
export function createWindowAgents(extensionUri: vscode.Uri, access: AgentAccess, logger: Logger): WindowAgents {
  const shipped = vscode.Uri.joinPath(extensionUri, 'dist', 'bridge.js').fsPath;
  const bridge = new InstalledBridge(shipped, access.folder);
  bridge.renew().catch((error: unknown) => logger.warn(describeError(error)));
  const facts = async (): Promise<ConnectionFacts> => ({
    runner: await findBridgeRunner(),
    bridgePath: bridge.path,
    url: agentUrl(readMcpSettings().port),
    isRemote: vscode.env.remoteName !== undefined,
    platform: process.platform,
  });
  return { access, bridge, guides: new AgentGuides(facts), facts };
}

import * as vscode from 'vscode';
import { systemClock } from '../base/clock';
import { describeError } from '../base/errors';
import { BenchmarkArchive } from '../service/benchmarkArchive';
import { BenchmarkPanel } from './benchmark/benchmarkPanel';
import { windowMemory } from './benchmark/windowMemory';
import { registerCommands } from './commands/register';
import { Connections } from './connections/connections';
import { Dashboard } from './dashboard/dashboard';
import { EntryDocuments } from './documents/entryDocuments';
import { EntryHistories } from './documents/entryHistories';
import { KeyComparisons } from './documents/keyComparisons';
import { KeyDocuments } from './documents/keyDocuments';
import { VirtualDocuments } from './documents/virtualDocuments';
import { FleetSession, type SessionParts } from './fleetSession';
import { SETTINGS, SETTINGS_SECTION } from './ids';
import { InventoryProblems } from './inventoryProblems';
import { LiveFleet } from './liveFleet';
import { createWindowMcp } from './mcp/createWindowMcp';
import type { McpParts } from './mcp/mcpParts';
import { createWindowAgents } from './mcp/windowAgents';
import { Pause } from './pause';
import { PeriodicWarming } from './periodicWarming';
import { Secrets } from './secrets';
import { StatusBar } from './statusBar';
import { ConnectionsView } from './views/connectionsView';
import { InstancesView } from './views/instancesView';
import { KeysView } from './views/keysView';
import { MinersView } from './views/minersView';

/** Settings that the services are built from; the others take effect while they run. */
const NEEDING_RESTART = Object.values(SETTINGS).filter(
  (name) => !/^(warming|mcp)\./.test(name) && name !== SETTINGS.connections && name !== SETTINGS.redisUrl,
);

/** What the extension's entry point provides, because it is outside of this room. */
export interface HostParts extends SessionParts {
  readonly mcp: McpParts;
}

/** What the running extension gives to whoever activates it: its tests, and its own `deactivate`. */
export interface FleetCacheApi {
  readonly session: FleetSession;
}

/**
 * Puts Fleet Cache into the window. Returns before anything is connected: Redis and miners come in the background.
 *
 * @param createParts makes what this room may not build itself.
 */
export function activateHost(
  context: vscode.ExtensionContext,
  createParts: (log: vscode.LogOutputChannel) => HostParts,
): FleetCacheApi {
  const log = vscode.window.createOutputChannel('Fleet Cache', { log: true });
  const secrets = new Secrets(context.secrets, context.globalState, process.env);
  const connections = new Connections(context.workspaceState);
  const parts = createParts(log);
  const archive = new BenchmarkArchive(windowMemory(context.globalState));
  const session = new FleetSession(parts, secrets, connections, new Pause(context.workspaceState), archive, log);
  const liveFleet = new LiveFleet(session, systemClock, log);
  const minersView = new MinersView(session, liveFleet);
  const entryHistories = new EntryHistories(session);
  const keysView = new KeysView(session, systemClock, log);
  const keyDocuments = new KeyDocuments(session);
  const comparisons = new KeyComparisons();
  const { extensionUri } = context;
  const dashboard = new Dashboard({ extensionUri, session, liveFleet, minersView, clock: systemClock, logger: log });
  const mcp = createWindowMcp(context, parts.mcp, session, log);
  const agents = createWindowAgents(extensionUri, mcp.access, log);
  const benchmarkPanel = new BenchmarkPanel(extensionUri, archive, log);
  const restart = () => {
    session.restart().catch((error: unknown) => log.error(describeError(error)));
  };
  context.subscriptions.push(
    log,
    secrets,
    session,
    new VirtualDocuments([new EntryDocuments(session), keyDocuments, comparisons, agents.guides]),
    entryHistories,
    liveFleet,
    minersView,
    keysView,
    dashboard,
    benchmarkPanel,
    connections,
    new ConnectionsView(session, connections),
    new InstancesView(session, log),
    mcp,
    new StatusBar(session, mcp.server),
    new InventoryProblems(session),
    new PeriodicWarming(session),
    registerCommands({
      session,
      secrets,
      connections,
      redis: parts,
      log,
      minersView,
      keysView,
      keyDocuments,
      comparisons,
      dashboard,
      benchmarks: { archive, panel: benchmarkPanel },
      entryHistories,
      mcp: mcp.server,
      agents,
    }),
    connections.onDidChange(() => {
      session.followConnection().catch((error: unknown) => log.error(describeError(error)));
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
    vscode.workspace.onDidChangeWorkspaceFolders(restart),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (NEEDING_RESTART.some((name) => event.affectsConfiguration(`${SETTINGS_SECTION}.${name}`))) {
        restart();
      }
    }),
  );
  restart();
  return { session };
}

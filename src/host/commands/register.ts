import * as vscode from 'vscode';
import { CancelledError, describeError } from '../../base/errors';
import { type Disposable, DisposableStore } from '../../base/lifecycle';
import type { Connection } from '../connections/savedConnections';
import { COMMANDS, type CommandId } from '../ids';
import { showWithLog } from '../messages';
import type { KeyNode, KeysNode } from '../views/keyNodes';
import type { MinersNode } from '../views/minerNodes';
import { benchmark, showLastBenchmark } from './benchmark';
import type { CommandParts } from './commandParts';
import { compareKey } from './compareKey';
import { connectAgent } from './connectAgent';
import { allowWriting, labelConnection, makeReadOnly } from './connectionAccess';
import { addConnection, editConnection, removeConnection, switchConnection, testConnection } from './connections';
import { control } from './control';
import { createInventory } from './createInventory';
import { startDemo, stopDemo } from './demo';
import { discoverMiners } from './discoverMiners';
import { importMiners } from './importMiners';
import { invalidate } from './invalidate';
import { deleteKeys, refreshKeys, setKeyTtl } from './keyChanges';
import { copyKeys, copyKeyValues, copyRedisCliCommands } from './keyCopies';
import { showKeyHistory } from './keyHistory';
import { clearKeyFilter, filterKeys, sortKeys } from './keyListing';
import { selectedKeys } from './keySelection';
import { setMinerLogin, setRedisPassword } from './logins';
import { showMcpStatus } from './mcpStatus';
import { exportMetrics, resetMetrics } from './metrics';
import { pause, resume } from './pause';
import { publishTestEvent } from './publishTestEvent';
import { purgeKeys } from './purge';
import { refresh } from './refresh';
import { rotateMcpToken } from './rotateMcpToken';
import { showEntryHistory } from './showEntryHistory';
import { togglePeriodicWarming } from './togglePeriodicWarming';
import { warm } from './warm';

/** Registers every command. A failure is shown with its cause; a cancelled command ends silently. */
export function registerCommands(parts: CommandParts): Disposable {
  // From the palette there is no row; a selected one would be a surprise there.
  const handlers: Record<CommandId, (...args: never[]) => unknown> = {
    [COMMANDS.refresh]: (node?: MinersNode) => refresh(parts, node),
    [COMMANDS.warm]: (node?: MinersNode) => warm(parts, node),
    [COMMANDS.togglePeriodicWarming]: () => togglePeriodicWarming(),
    [COMMANDS.invalidate]: (node?: MinersNode) => invalidate(parts, node),
    [COMMANDS.purgeKeys]: () => purgeKeys(parts),
    [COMMANDS.control]: (node?: MinersNode) => control(parts, node),
    [COMMANDS.pause]: () => pause(parts),
    [COMMANDS.resume]: () => resume(parts),
    [COMMANDS.startDemo]: () => startDemo(parts),
    [COMMANDS.stopDemo]: () => stopDemo(parts),
    [COMMANDS.createInventory]: () => createInventory(),
    [COMMANDS.importMiners]: (file?: unknown) => importMiners(parts, file instanceof vscode.Uri ? file : undefined),
    [COMMANDS.discoverMiners]: () => discoverMiners(parts),
    [COMMANDS.setMinerLogin]: () => setMinerLogin(parts),
    [COMMANDS.setRedisPassword]: () => setRedisPassword(parts),
    [COMMANDS.addConnection]: () => addConnection(parts),
    [COMMANDS.editConnection]: (row?: Connection) => editConnection(parts, row),
    [COMMANDS.testConnection]: (row?: Connection) => testConnection(parts, row),
    [COMMANDS.switchConnection]: (row?: Connection) => switchConnection(parts, row),
    [COMMANDS.removeConnection]: (row?: Connection) => removeConnection(parts, row),
    [COMMANDS.labelConnection]: (row?: Connection) => labelConnection(parts, row),
    [COMMANDS.makeReadOnly]: (row?: Connection) => makeReadOnly(parts, row),
    [COMMANDS.allowWriting]: (row?: Connection) => allowWriting(parts, row),
    [COMMANDS.showEntryHistory]: (node?: MinersNode | KeyNode) =>
      node?.type === 'key' ? showKeyHistory(parts, node) : showEntryHistory(parts, node),
    [COMMANDS.publishTestEvent]: (node?: MinersNode) => publishTestEvent(parts, node),
    [COMMANDS.openDashboard]: () => parts.dashboard.open(),
    [COMMANDS.exportMetrics]: () => exportMetrics(parts),
    [COMMANDS.resetMetrics]: () => resetMetrics(parts),
    [COMMANDS.benchmark]: (size?: unknown) => benchmark(parts, size),
    [COMMANDS.showLastBenchmark]: () => showLastBenchmark(parts),
    [COMMANDS.showMore]: (node: MinersNode) => parts.minersView.showMore(node),
    [COMMANDS.showLog]: () => parts.log.show(),
    [COMMANDS.filterKeys]: () => filterKeys(parts),
    [COMMANDS.clearKeyFilter]: () => clearKeyFilter(parts),
    [COMMANDS.sortKeys]: () => sortKeys(parts),
    [COMMANDS.refreshKeys]: () => parts.keysView.refresh(),
    [COMMANDS.cancelListingKeys]: () => parts.keysView.cancel(),
    [COMMANDS.resumeListingKeys]: () => parts.keysView.resume(),
    [COMMANDS.showMoreKeys]: (node: KeysNode) => parts.keysView.showMore(node),
    [COMMANDS.compareKey]: (row?: KeysNode) => selectedKeys(row, undefined).map((key) => compareKey(parts, key))[0],
    [COMMANDS.setKeyTtl]: (row?: KeysNode, rows?: KeysNode[]) => setKeyTtl(parts, selectedKeys(row, rows)),
    [COMMANDS.refreshKey]: (row?: KeysNode, rows?: KeysNode[]) => refreshKeys(parts, selectedKeys(row, rows)),
    [COMMANDS.deleteKeys]: (row?: KeysNode, rows?: KeysNode[]) => deleteKeys(parts, selectedKeys(row, rows)),
    [COMMANDS.copyKey]: (row?: KeysNode, rows?: KeysNode[]) => copyKeys(parts, selectedKeys(row, rows)),
    [COMMANDS.copyKeyValue]: (row?: KeysNode, rows?: KeysNode[]) => copyKeyValues(parts, selectedKeys(row, rows)),
    [COMMANDS.copyRedisCliCommand]: (row?: KeysNode, rows?: KeysNode[]) =>
      copyRedisCliCommands(parts, selectedKeys(row, rows)),
    [COMMANDS.loadMoreOfKey]: (address: string) => parts.keyDocuments.loadMore(address),
    [COMMANDS.readKeyAgain]: (address: string) => parts.keyDocuments.readAgain(address),
    [COMMANDS.showMcpStatus]: () => showMcpStatus(parts),
    [COMMANDS.connectAgent]: () => connectAgent(parts),
    [COMMANDS.rotateMcpToken]: () => rotateMcpToken(parts),
  };
  const registrations = new DisposableStore();
  for (const [id, handler] of Object.entries(handlers)) {
    const run = handler as (...args: unknown[]) => unknown;
    registrations.add(vscode.commands.registerCommand(id, (...args: unknown[]) => guarded(parts, () => run(...args))));
  }
  return registrations;
}

async function guarded({ log }: CommandParts, run: () => unknown): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof CancelledError) {
      return;
    }
    const message = describeError(error);
    log.error(message);
    await showWithLog('error', message, log);
  }
}

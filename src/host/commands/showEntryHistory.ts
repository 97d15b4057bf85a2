import * as vscode from 'vscode';
import { MINER_KINDS } from '../../fleet/minerData';
import type { FleetServices } from '../../service/fleetServices';
import type { MinersNode } from '../views/minerNodes';
import { type CommandParts, requireServices } from './commandParts';
import { pickMiner } from './scopes';

const TITLE = 'Show Why This Entry Went';

/** *Show Why This Entry Went*: what is known of an entry's fate, in a document. */
export async function showEntryHistory({ session, entryHistories }: CommandParts, node?: MinersNode): Promise<void> {
  const services = await requireServices(session);
  const key =
    node?.type === 'entry' ? services.reads.keyOf(node.parent.miner.id, node.kind) : await pickEntry(services);
  if (key !== undefined) {
    await entryHistories.show(key);
  }
}

async function pickEntry(services: FleetServices): Promise<string | undefined> {
  const miner = await pickMiner(services, TITLE, 'The miner whose entry it is');
  if (miner === undefined) {
    return undefined;
  }
  const kind = await vscode.window.showQuickPick(MINER_KINDS, {
    title: `${TITLE}: ${miner.id}`,
    placeHolder: 'The entry',
  });
  const known = MINER_KINDS.find((each) => each === kind);
  return known && services.reads.keyOf(miner.id, known);
}

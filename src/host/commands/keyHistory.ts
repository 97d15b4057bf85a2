import type { KeyNode } from '../views/keyNodes';
import { type CommandParts, requireServices } from './commandParts';

/** *Show Why This Entry Went*, of a row in the tree of keys. */
export async function showKeyHistory({ session, entryHistories }: CommandParts, { raw }: KeyNode): Promise<void> {
  const { keyExplorer } = await requireServices(session);
  await entryHistories.show(keyExplorer.shown(raw));
}

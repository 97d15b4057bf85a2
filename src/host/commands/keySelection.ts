import { FleetCacheError } from '../../base/errors';
import type { KeyNode, KeysNode } from '../views/keyNodes';

/** The keys that a command of the Cache Keys tree is for: all that are selected, if the row is one of them. */
export function selectedKeys(
  row: KeysNode | undefined,
  selection: readonly KeysNode[] | undefined,
): readonly KeyNode[] {
  const rows = selection !== undefined && selection.length > 0 ? selection : row === undefined ? [] : [row];
  const keys = rows.filter((each) => each.type === 'key');
  if (keys.length === 0) {
    // VS Code forgets the row of an open menu when the tree is drawn anew under it.
    throw new FleetCacheError(
      'The row changed just then, or no key is selected. Choose it again in the Cache Keys view.',
    );
  }
  return keys;
}

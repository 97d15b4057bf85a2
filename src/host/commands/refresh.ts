import { describeScope, minersInScope } from '../../fleet/scope';
import { withProgress } from '../progress';
import type { MinersNode } from '../views/minerNodes';
import { type CommandParts, requireServices } from './commandParts';
import { scopeOf } from './scopes';

/**
 * *Refresh*: reads status and stats of a miner, a tenant or, without a row, the whole fleet from the machines themselves.
 * The inventory is read again as well, for a person who just changed it.
 */
export async function refresh({ session }: CommandParts, node?: MinersNode): Promise<void> {
  const services = await requireServices(session);
  const scope = scopeOf(node) ?? { type: 'fleet' };
  if (scope.type === 'fleet') {
    await services.inventory.reload();
  }
  const miners = minersInScope(services.inventory.current.miners, scope);
  await withProgress(`Refreshing ${describeScope(scope)}`, 'miners', (onProgress, signal) =>
    services.monitor.refresh(miners, { refresh: true, signal, onProgress }),
  );
}

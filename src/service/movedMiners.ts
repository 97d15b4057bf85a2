import { describeError } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { Inventory } from '../fleet/inventory';
import type { Miner } from '../fleet/miner';
import type { Invalidator } from './invalidator';

/**
 * Invalidates miners whose address in the inventory changes: what is cached under their id is another machine's.
 */
export function invalidateMovedMiners(inventory: Inventory, invalidator: Invalidator, logger: Logger): Disposable {
  let former = addresses(inventory.current.miners);
  return inventory.onDidChange(({ miners }) => {
    const current = addresses(miners);
    for (const miner of miners) {
      const address = former.get(miner.id);
      if (address !== undefined && address !== current.get(miner.id)) {
        invalidator
          .invalidate({ type: 'miner', miner }, 'the address in the inventory changed')
          .catch((error: unknown) => {
            logger.warn(
              `${miner.id} has a new address, and its former data may still be cached: ${describeError(error)}`,
            );
          });
      }
    }
    former = current;
  });
}

function addresses(miners: readonly Miner[]): ReadonlyMap<string, string> {
  return new Map(miners.map(({ id, host, port, tls }) => [id, JSON.stringify([host, port, tls])]));
}

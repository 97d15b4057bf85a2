import { describeError } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { Inventory } from '../fleet/inventory';
import type { Miner } from '../fleet/miner';
import type { Invalidator } from './invalidator';

/**
 * Invalidates miners whose address in the inventory changes, because what is cached under their id is another machine's, and
 * the figures over the fleet when machines join it or leave it.
 */
export function invalidateMovedMiners(inventory: Inventory, invalidator: Invalidator, logger: Logger): Disposable {
  let former = byId(inventory.current.miners);
  return inventory.onDidChange(({ miners }) => {
    const current = byId(miners);
    for (const miner of miners) {
      const known = former.get(miner.id);
      if (known !== undefined && addressOf(known) !== addressOf(miner)) {
        invalidator.noteMoved(miner).catch((error: unknown) => {
          logger.warn(
            `${miner.id} has a new address, and its former data may still be cached: ${describeError(error)}`,
          );
        });
      }
    }
    const tenants = changedTenants(former, current);
    if (tenants.size > 0) {
      invalidator.noteMembers(tenants).catch((error: unknown) => {
        logger.warn(`The inventory changed, and figures over the former one may be cached: ${describeError(error)}`);
      });
    }
    former = current;
  });
}

type MinersById = ReadonlyMap<string, Miner>;

function byId(miners: readonly Miner[]): MinersById {
  return new Map(miners.map((miner) => [miner.id, miner]));
}

function addressOf({ host, port, tls }: Miner): string {
  return JSON.stringify([host, port, tls]);
}

/** Tenants that a machine joined or left. */
function changedTenants(former: MinersById, current: MinersById): ReadonlySet<string> {
  const tenants = new Set<string>();
  for (const [one, other] of [
    [former, current],
    [current, former],
  ] as const) {
    for (const { id, tenant } of one.values()) {
      if (other.get(id)?.tenant !== tenant) {
        tenants.add(tenant);
      }
    }
  }
  return tenants;
}

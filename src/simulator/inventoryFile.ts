import { rename, rm, writeFile } from 'node:fs/promises';
import { describeError, FleetCacheError } from '../base/errors';
import { DEFAULT_CREDENTIALS } from '../fleet/credentials';
import { USUAL_PORT } from './addresses';
import type { SimulatedFleet } from './simulatedFleet';

/** The inventory of a fleet, offline miners included, as `fleet.json` has it. */
export function inventoryOf(fleet: SimulatedFleet): string {
  const miners = fleet.miners.map(({ miner }) => miner);
  const ports = new Set(miners.map(({ port }) => port));
  const [onlyPort] = ports;
  const port = ports.size === 1 && onlyPort !== undefined ? onlyPort : USUAL_PORT;
  const inventory = {
    defaults: { port, credentials: DEFAULT_CREDENTIALS },
    miners: miners.map((miner) => ({
      id: miner.id,
      host: miner.host,
      ...(miner.port !== port && { port: miner.port }),
      tenant: miner.tenant,
      tags: miner.tags,
    })),
  };
  return `${JSON.stringify(inventory, undefined, 2)}\n`;
}

/**
 * Writes the inventory in one step, so that nobody who watches the file reads half of it.
 *
 * @throws {FleetCacheError} when the file cannot be written.
 */
export async function writeInventory(fleet: SimulatedFleet, path: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, inventoryOf(fleet));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new FleetCacheError(`Cannot write the inventory ${path}: ${describeError(error)}`, { cause: error });
  }
}
